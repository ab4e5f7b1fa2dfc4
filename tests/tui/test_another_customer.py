"""Somebody deletes a customer and opens another one of the same name, between any two steps of a dialog: the new one is
sent nothing, whichever dialog it is.

Each flow is a row of steps; a rival comes before each of them in turn, and never (then the flow has to write, or the
rest would prove nothing). What happens after the last reading no program can see (README: "what no program can
promise").
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from textual.css.query import NoMatches

from tests.harness.consent import carry_out
from tests.harness.sandbox import Sandbox
from tests.harness.waiting import PATIENCE, soon
from tests.jobs.office import Office
from tests.tui.desk import Desk
from tests.tui.test_importing import look_at
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.services.listing import OLD_FOR_MANY
from tui_reseller.services.policy import READ_SECONDS
from tui_reseller.tui.flows.listing import show_refresh
from tui_reseller.tui.flows.marking import mark_pasted

PERSON = {"first_name": "Luz", "last_name": "Marin", "city": "Vigo", "active": "true"}
OTHERS = {
    "all different": {"email": "eve@x.example", "first_name": "Eve", "last_name": "Lin"},
    "another e-mail": {"email": "eve@x.example"},
    "another first name": {"first_name": "Eve"},
}
ANEW = "the same person, opened anew"
BY_OURS = "by a command of ours"
RIVALS = [*OTHERS, BY_OURS, ANEW]
"""Who comes: somebody else, or a command on the same ledger. Only where the service has ids, who was opened anew can be
told from who was there.
"""
Step = Callable[["Walk"], Awaitable[None]]
REFUSED = 5.0
"""Seconds to wait for a dialog behind the rival: where none comes and nothing is said, there is nothing to be sent."""


@dataclass
class Walk:
    """One flow on one customer, or on three of which it is the last."""

    desk: Desk
    sandbox: Sandbox
    name: str
    file: Path
    office: Office
    names: list[str] = field(default_factory=list)
    patience: float = PATIENCE

    @property
    def said(self) -> int:
        return len(self.desk.main.context.log)

    def is_over(self, said: int) -> bool:
        """Whether nothing is on its way, and something was said of it."""
        context = self.desk.main.context
        if context.session.desk.in_flight or context.run is not None or self.said <= said:
            return False
        return not context.log[-1][1].endswith("...")


def press(*keys: str) -> Step:
    async def step(walk: Walk) -> None:
        await walk.desk.press(*keys)

    return step


def opened(title: str) -> Step:
    """Wait for a dialog, or for a word that says why there is none."""

    async def step(walk: Walk) -> None:
        said = walk.said
        there = f"a dialog {title!r}, or a word"
        await soon(there, lambda: title in walk.desk.title or walk.is_over(said), walk.patience)
        assert title in walk.desk.title
        await walk.desk.pilot.pause()
        walk.desk.screen_text()

    return step


def write(name: str, text: str) -> Step:
    """Write into a field; "{}" stands for the customer."""

    async def step(walk: Walk) -> None:
        widget = walk.desk.field(name)
        widget.focus()
        if name != "typed":
            widget.value = text.format(walk.name, file=walk.file)
        else:
            await walk.desk.write(text.format(walk.name))

    return step


async def commit(walk: Walk) -> None:
    said = walk.said
    await walk.desk.read_then()
    await soon("it is over", lambda: walk.is_over(said) or walk.desk.title.startswith(("New password", "Job")))
    await soon("nothing is on its way", lambda: not walk.desk.main.context.session.desk.in_flight)
    await soon("no job runs", lambda: walk.desk.main.context.run is None)


async def take_the_first(walk: Walk) -> None:
    """Choose in a list that may still be read."""
    await soon("a row", lambda: bool(walk.desk.lines()), walk.patience)
    await walk.desk.press("enter")


async def review(walk: Walk) -> None:
    await walk.desk.read_then()


async def read_again(walk: Walk) -> None:
    await show_refresh(walk.desk.main.context)


async def mark_three(walk: Walk) -> None:
    mark_pasted(walk.desk.main.context, "\n".join(walk.names))
    await soon("three are marked", lambda: len(walk.desk.state.marked) == 3)


async def has_an_old_list(walk: Walk) -> None:
    """So old that a plan reads a new one."""
    walk.desk.main.context.session.held.read_tick -= OLD_FOR_MANY.total_seconds() + 1


async def is_off(walk: Walk) -> None:
    walk.sandbox.plant(walk.name, active="false")
    await read_again(walk)


async def was_stopped_here(walk: Walk) -> None:
    session = walk.desk.main.context.session
    assert (await carry_out(session, Call(Operation.DISABLE, walk.name))).outcome is Outcome.APPLIED


async def were_stopped_here(walk: Walk) -> None:
    session = walk.desk.main.context.session
    for name in walk.names:
        done = await carry_out(session, Call(Operation.DISABLE, name), batch=f"batch-{walk.name}")
        assert done.outcome is Outcome.APPLIED


async def is_due(walk: Walk) -> None:
    until = datetime.now(UTC) - timedelta(seconds=1)
    call = Call(Operation.DISABLE, walk.name, until=until)
    assert (await carry_out(walk.desk.main.context.session, call)).outcome is Outcome.APPLIED
    await walk.desk.main.context.count_open()


async def import_a_city(walk: Walk) -> None:
    walk.file.write_text(f"username,city\n{walk.name},Lugo\n", "utf-8")
    await look_at(walk.desk, walk.file)


FORM = [write("reason", "ticket 4711"), commit]
FLOWS: dict[str, tuple[list[Step], list[Step]]] = {
    "stop": ([], [press("d"), opened("Disable sending"), *FORM]),
    "stop with an end": ([], [press("d"), opened("Disable sending"), write("until", "3d"), *FORM]),
    "start": ([is_off], [press("e"), opened("Enable sending"), *FORM]),
    "login off": ([], [press("w"), press("d"), opened("Disable login"), *FORM]),
    "login on": ([], [press("w"), press("e"), opened("Enable login"), *FORM]),
    "e-mail": ([], [press("x"), press("e"), opened("Change e-mail"), write("email", "new@x.example"), *FORM]),
    "rename": (
        [],
        [press("x"), press("r"), opened("Rename"), write("username", "{}-b"), write("typed", "{}"), *FORM],
    ),
    "delete": ([], [press("x"), press("d"), opened("Delete"), write("typed", "{}"), *FORM]),
    "password": ([], [press("p"), opened("Reset password"), write("typed", "{}"), *FORM]),
    "edit": ([], [press("enter"), opened("Edit"), write("city", "Lugo"), review, opened("Review changes"), *FORM]),
    "edit in two calls": (
        [],
        [
            press("enter"), opened("Edit"), write("first_name", "Lucia"), write("email", "new@x.example"), review,
            opened("Review changes"), *FORM,
        ],
    ),
    "undo": ([was_stopped_here], [press("u"), opened("Undo"), *FORM]),
    "undo of several": ([were_stopped_here], [press("u"), opened("Plan: enable sending"), *FORM]),
    "end of a suspension": (
        [is_due],
        [press("exclamation_mark"), opened("Needs you"), take_the_first, opened("DUE"), press("e"),
         opened("Enable sending"), *FORM],
    ),
    "stop three": ([mark_three], [press("d"), opened("Plan: disable sending"), *FORM]),
    "stop three of an old list": (
        [mark_three, has_an_old_list],
        [press("d"), opened("Plan: disable sending"), *FORM],
    ),
    "passwords of three": (
        [mark_three],
        [press("p"), opened("Plan: reset password"), write("file", "{file}"), write("typed", "3 acme"), *FORM],
    ),
    "import": ([import_a_city], [press("p"), opened("Plan: change details"), *FORM]),
}  # fmt: skip


async def clear(desk: Desk) -> None:
    """Leave every dialog, and drop the marks."""
    for _ in range(8):
        if desk.dialog is None:
            break
        if "Leave and discard" in desk.title:
            await desk.read_then()
        else:
            await desk.pilot.pause(READ_SECONDS + 0.1 if "New password" in desk.title else 0.1)
            await desk.press("escape")
    assert desk.dialog is None, desk.title
    desk.main.context.mark(frozenset())
    desk.services.drafts.clear(desk.main.context.session.account)


async def walked(walk: Walk, steps: list[Step], before: int | None, rival: Callable[[], Awaitable[None]]) -> None:
    """Walk through a flow; the rival comes before a step, or never. What ends early then was refused."""
    for number, step in enumerate(steps):
        if number == before:
            await rival()
            walk.patience = REFUSED
        try:
            await step(walk)
        except (AssertionError, NoMatches):
            if before is None or number < before:
                raise
            break


@pytest.fixture
def sandbox(sandboxes, request) -> Sandbox:
    has_ids = request.node.callspec.params["rival"] == ANEW
    shared = sandboxes("recycled", *(("--dialect", "2018") if has_ids else ()), customers=60)
    shared.start_anew()
    return shared


@pytest.fixture
async def office(tmp_path, sandbox):
    """A command of the same account of the operating system, on the same ledger."""
    opened = Office(tmp_path, sandbox)
    yield opened
    await opened.aclose()


@pytest.mark.slow
@pytest.mark.in_turn(34)
@pytest.mark.parametrize("rival", RIVALS)
@pytest.mark.parametrize("flow", FLOWS)
async def test_the_new_customer_is_sent_nothing(at_desk, sandbox, someone, office, tmp_path, flow, rival):
    prepare, steps = FLOWS[flow]
    async with at_desk() as desk:
        for before in (None, *range(len(steps))):
            stem = f"{flow}-{RIVALS.index(rival)}-{before}".replace(" ", "-")
            names = [someone(f"{stem}-{n}", **PERSON) for n in range(3)]
            walk = Walk(desk, sandbox, names[-1], tmp_path / f"file-{before}.csv", office, names)
            await read_again(walk)
            await desk.go_to(walk.name)
            for step in prepare:
                await step(walk)
            came = sandbox.last_seq()

            async def act(walk: Walk = walk) -> None:
                nonlocal came
                held = sandbox.held(walk.name)
                if rival == BY_OURS:
                    done = await carry_out(office.session, Call(Operation.DELETE, walk.name))
                    assert done.outcome is Outcome.APPLIED
                else:
                    sandbox.bury(walk.name)
                sandbox.plant(
                    walk.name, **{**held, **OTHERS.get(rival, {} if rival == ANEW else OTHERS["all different"])}
                )
                came = sandbox.last_seq()

            await walked(walk, steps, before, act)
            reached = [row for row in sandbox.log(came) if row["username"] == walk.name]
            assert bool(reached) == (before is None), (before, reached, desk.note)
            await clear(desk)
