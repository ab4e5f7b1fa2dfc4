"""How many keys a task takes: what operators do most, each done by exactly the keys that docs/keys.md counts."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.harness.waiting import soon
from tests.tui.desk import Desk
from tui_reseller.domain.password import GENERATED_LENGTH
from tui_reseller.services.policy import READ_SECONDS

PAGE = Path(__file__).parents[2] / "docs" / "keys.md"
WHO, NEW, MADE, REASON = "task-00", "task-new", "task-made", "ticket 4711"
VALUES = ("a@x.example", "Ana", "Sol", "Calle 1", "Bilbao", "BI", "48001", "ES", "1", "x.example")


@dataclass(frozen=True)
class Letters:
    """What is typed: each letter is a key, and none can be spared."""

    text: str


@dataclass(frozen=True)
class Sees:
    """The title of a dialog that is read before the next key; no key."""

    title: str


Step = str | Letters | Sees
"""A key by its name, or one of these."""
COPIED = ("ctrl+s", Sees("New password of"), "enter", "escape")


@dataclass(frozen=True)
class Task:
    """Steps, how many keys they take beside what is typed, and how many they may. Done is the operation that the
    service must have carried out, and on how many customers; nothing where nothing is sent.
    """

    steps: Sequence[Step]
    keys: int
    goal: int
    done: tuple[str, int] = ("", 0)


def _many(title: str) -> tuple[Step, ...]:
    return (Sees(title), "tab", Letters("30 acme"), "ctrl+s")


TASKS = {
    "find a customer": Task(("slash", Letters(WHO), "enter"), 2, 2),
    "correct an address": Task(
        ("enter", Sees("Edit"), "tab", "tab", Letters(" 3 izq."), "ctrl+s", Sees("Review"), "ctrl+s"), 5, 5, ("set", 1)
    ),
    "new password, copied": Task(
        ("p", Sees("Reset password"), Letters(WHO), *COPIED), 4, 8, ("password", 1)
    ),
    "disable sending, with a reason": Task(
        ("d", Sees("Disable sending"), Letters(REASON), "ctrl+s"), 2, 2, ("disable", 1)
    ),
    "suspend for some days": Task(("d", Sees("Disable sending"), "tab", Letters("3d"), "ctrl+s"), 3, 3, ("disable", 1)),
    "rename": Task(
        ("x", "r", Sees("Rename"), Letters(NEW), "tab", Letters(WHO), "ctrl+s"), 4, 5, ("rename", 1)
    ),
    "delete": Task(("x", "d", Sees("Delete"), "tab", Letters(WHO), "ctrl+s"), 4, 4, ("delete", 1)),
    "new customer, password copied": Task(
        ("n", Sees("New customer"), Letters(MADE), *(one for value in VALUES for one in ("tab", Letters(value))),
         "ctrl+s", Sees("Review new customer"), *COPIED),
        15, 17, ("create", 1),
    ),
    "disable 30 by a filter": Task(
        ("slash", Letters("task-"), "enter", "asterisk", "d", *_many("Plan: disable sending for 30")), 6, 8,
        ("disable", 30),
    ),
    "undo": Task(("u", Sees("Undo"), "ctrl+s"), 2, 2, ("enable", 1)),
    "undo a job of 30": Task(("u", *_many("Plan: enable sending for 30")), 3, 4, ("enable", 30)),
}  # fmt: skip
BEFORE = {"undo": "disable sending, with a reason", "undo a job of 30": "disable 30 by a filter"}
"""What is done before a task that takes it back."""


def counted(steps: Sequence[Step]) -> int:
    """Count the keys beside what is typed."""
    return sum(isinstance(step, str) for step in steps)


def rows_of_the_page() -> list[tuple[str, str]]:
    """Return what the table of the page says: tasks, and keys beside what is typed."""
    return re.findall(r"^\| ([^|]+) \| `[^|]+ \| (\d+)[^|]*\|$", PAGE.read_text("utf-8"), re.MULTILINE)


async def carry_out(desk: Desk, task: Task) -> None:
    """Press the keys of a task, and no other; read what opens as long as a commit asks for."""
    for step in task.steps:
        if isinstance(step, Sees):
            await desk.opened(step.title)
            await desk.pilot.pause(READ_SECONDS + 0.1 if step.title.startswith("New password") else 0)
        elif isinstance(step, Letters):
            await desk.write(step.text)
        elif step == "ctrl+s":
            await desk.read_then(step)
        else:
            await desk.press(step)


def has_done(desk: Desk, task: Task, since: int) -> Callable[[], bool]:
    operation, count = task.done
    return lambda: [name for name, _ in desk.sandbox.applied(since)] == [operation] * count


@pytest.mark.parametrize("name", TASKS)
async def test_a_task_is_done_by_exactly_its_keys(at_desk, sandbox, someone, name):
    task, before = TASKS[name], BEFORE.get(name)
    for number in range(30):
        someone(f"task-{number:02}")
    for made in (NEW, MADE):
        sandbox.bury(made)
    async with at_desk() as desk:
        await desk.go_to(WHO)
        since = sandbox.last_seq()
        if before is not None:
            await carry_out(desk, TASKS[before])
            await soon("what is to be undone", has_done(desk, TASKS[before], since))
            await soon("its outcome is known", lambda: not desk.main.context.session.desk.in_flight)
            await soon("it is over", lambda: desk.main.context.run is None)
            await leave_pages(desk)
            since = sandbox.last_seq()
        await carry_out(desk, task)
        await soon(f"{name}: {sandbox.applied(since)}", has_done(desk, task, since))
        await soon("it is over", lambda: desk.main.context.run is None)
        if task.steps[-len(COPIED) :] == COPIED:
            assert len(desk.app.clipboard) == GENERATED_LENGTH
            await soon("left", lambda: desk.dialog is None)
        if name == "find a customer":
            assert desk.state.shown == 1
            assert desk.main.list.username == WHO
            assert desk.main.focused is desk.main.list


async def leave_pages(desk: Desk) -> None:
    if desk.dialog is not None:
        await desk.press("escape")
        await soon("the list", lambda: desk.dialog is None)


@pytest.mark.parametrize("name", TASKS)
def test_a_task_takes_no_more_keys_than_it_may_and_the_page_says_how_many(name):
    task = TASKS[name]
    assert counted(task.steps) == task.keys <= task.goal
    assert dict(rows_of_the_page())[name] == str(task.keys)


def test_the_page_has_these_tasks_alone():
    assert [name for name, _ in rows_of_the_page()] == list(TASKS)
