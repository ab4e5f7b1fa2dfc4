"""What stopped an operator on the first day: what was hidden, cut, asked too early, or not laid out again."""

from datetime import UTC, datetime

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from tests.harness.waiting import soon
from tests.tui.desk import Desk
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.provider import KEY
from tui_reseller.domain.providers.subusers_v3 import SUBUSERS_V3
from tui_reseller.services.policy import READ_SECONDS
from tui_reseller.tui.dialogs.customer_forms import editor_form
from tui_reseller.tui.presenters.header import counts_line
from tui_reseller.tui.view_state import ViewState
from tui_reseller.tui.widgets.inputs import Choice


async def plan_of(desk: Desk, count: int) -> None:
    """Mark so many customers, and open the review of a plan that stops them."""
    await desk.press("slash")
    await desk.write("day-")
    await desk.press("enter", "asterisk", "d")
    await desk.opened(f"Plan: disable sending for {count}")


async def test_all_customers_of_a_plan_are_looked_at_before_anything_is_typed(at_desk, someone):
    for number in range(30):
        someone(f"day-{number:02}")
    async with at_desk() as desk:
        await plan_of(desk, 30)
        assert desk.note == "", "it is planned: nothing says that it is still being done"
        changes = [str(line.content) for line in desk.app.screen.query(".form-line.-change").results(Static)]
        assert len(changes) == 5
        assert all(line.endswith("sending on -> off") for line in changes)
        await desk.write("ticket 4711")
        await desk.press("shift+tab", "right")
        assert "( ) start   (o) show all 30 first" in desk.words()
        assert not desk.app.screen.query_one("#row-typed").display, "nothing is to be confirmed yet"
        await desk.read_then()
        await desk.opened("Plan: all 30")
        assert len(desk.lines()) == 30
        await desk.press("escape")
        await desk.opened("Plan: disable sending for 30")
        assert desk.field("reason").value == "ticket 4711"
        await desk.press("escape")
        await desk.told("Nothing was started.")


async def test_a_menu_is_laid_out_again_for_another_size(at_desk):
    async with at_desk(size=(80, 24)) as desk:
        await desk.press("s")
        await desk.opened("Sort by")
        options = desk.app.screen.query_one("#menu-options", Static)
        whole = str(options.content)
        assert all(word in whole for word in ("Username", "E-mail", "none: the order of the service"))
        await desk.pilot.resize_terminal(60, 15)
        await soon("fewer lines", lambda: len(str(options.content).splitlines()) < len(whole.splitlines()))
        painted = "\n".join(desk.screen_text())
        assert "none: the order" in painted
        assert "Esc back" in painted
        await desk.pilot.resize_terminal(80, 24)
        await soon("as before", lambda: str(options.content) == whole)


async def test_the_detail_says_in_which_jobs_a_customer_waits(at_desk, sandbox, someone):
    names = [someone(f"day-{number:02}") for number in range(30)]
    sandbox.fault("latency", operation="disable", ms=150, times=99)
    async with at_desk(size=(120, 40)) as desk:
        await plan_of(desk, 30)
        await desk.press("tab")
        await desk.write("30 acme")
        await desk.read_then()
        await soon("the page of the job", lambda: desk.title.startswith("Job "))
        await soon("one is done", lambda: len(sandbox.log()) >= 1)
        await desk.press("space")
        await soon("paused", lambda: "paused (paused by you)" in desk.title)
        await desk.press("escape")
        await desk.go_to(names[-1])
        await soon("its job", lambda: "IN JOBS" in "\n".join(desk.screen_text()))
        assert "Job 1     disable: not begun, job paused" in "\n".join(desk.screen_text())
        await desk.go_to(names[0])
        await soon("what was done", lambda: "sending on -> off" in "\n".join(desk.screen_text()))
        assert "IN JOBS" not in "\n".join(desk.screen_text()), "for this one it is over"


async def test_a_form_says_which_key_opens_the_editor(at_desk, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("d")
        await desk.opened("Disable sending")
        assert str(desk.app.screen.query_one("#note-reason", Static).content) == "ctrl+o editor"
        assert str(desk.app.screen.query_one("#note-until", Static).content) == "3d, 2026-11-30T09:00"


def test_how_many_are_shown_is_said_also_where_there_is_little_room():
    state = ViewState(
        read_at=datetime(2026, 11, 29, tzinfo=UTC), filter_text="sending:on", sort="company", descending=True,
        total=1000, shown=932, marked=frozenset(map(str, range(932))), hidden=415,
    )  # fmt: skip
    assert counts_line(state, 48) == "* 932 marked, 415 hidden   932 of 1,000 "
    assert "by company reversed" in counts_line(state, 80)
    assert "by e-mail" in counts_line(ViewState(sort="email"), 80)


def test_the_editor_leaves_out_what_has_a_form_of_its_own():
    customer = Customer.of(SUBUSERS_V3, "ann", {"email": "a@x.example"})
    found = {row.name for row in editor_form(SUBUSERS_V3, customer, "P").fields}
    assert {"city", "email"} <= found
    assert not found & {"ips", "credits_type", "credits_remain", "credits_change"}


async def test_a_path_that_is_typed_takes_the_place_of_the_folder(at_desk, tmp_path):
    file = tmp_path / "changes.csv"
    file.write_text(f"{KEY},city\nuser1,Vigo\n")
    async with at_desk() as desk:
        await desk.press("less_than_sign")
        await desk.opened("Import")
        assert desk.field("file").value.endswith("/")
        await desk.write(str(file))
        assert desk.field("file").value == str(file)


@pytest.mark.parametrize("typed", ["nobody-at-all", "user1 nobody-at-all"])
async def test_an_empty_list_names_only_keys_that_work(at_desk, typed):
    async with at_desk() as desk:
        await desk.press("slash")
        await desk.write(typed)
        await desk.press("enter")
        await soon("nobody", lambda: desk.state.shown == 0)
        said = "\n".join(desk.screen_text())
        assert "Esc shows all" in said
        assert ("Backspace" in said) is (" " in typed)


class Shows(App[None]):
    """Nothing but a choice."""

    def compose(self) -> ComposeResult:
        words = ("recurring", "nonrecurring", "unlimited", "add")
        yield Choice(tuple(zip(words, words, strict=True)), "add", id="choice")


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (80, ["( ) recurring   ( ) nonrecurring   ( ) unlimited   (o) add"]),
        (40, ["( ) recurring   ( ) nonrecurring", "( ) unlimited   (o) add"]),
    ],
)
async def test_a_choice_has_as_many_lines_as_its_options_need(width, lines):
    app = Shows()
    async with app.run_test(size=(width, 10)) as pilot:
        await pilot.pause()
        assert str(app.query_one(Choice).content).splitlines() == lines


async def test_an_import_offers_first_what_its_columns_are_of(at_desk, tmp_path):
    file = tmp_path / "cities.csv"
    file.write_text(f"{KEY},city,zip\nuser1,Vigo,36201\n")
    async with at_desk() as desk:
        await desk.press("less_than_sign")
        await desk.opened("Import")
        await desk.write(str(file))
        await desk.read_then()
        await desk.opened("What is to be done")
        first, *others = str(desk.app.screen.query_one("#menu-options", Static).content).splitlines()
        assert first.split(maxsplit=1) == ["7", "Change details"]
        assert others[0].split(maxsplit=1) == ["1", "New customer"], "no key is another's for that"


async def test_what_the_service_has_not_is_said_in_the_menu(at_desk):
    async with at_desk() as desk:
        await desk.press("x")
        await desk.opened("More")
        lines = str(desk.app.screen.query_one("#menu-options", Static).content).splitlines()
        assert any(line.endswith("Offerings   (not in Reseller API v2)") for line in lines)
        assert any(line.endswith("Rename") for line in lines)


async def test_the_last_change_is_the_last_one_also_where_the_row_stays_as_it_was(at_desk, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await soon("nothing yet", lambda: "nothing done by this tool" in "\n".join(desk.screen_text()))
        await desk.press("p")
        await desk.opened("Reset password")
        await desk.write(name)
        await desk.read_then()
        await desk.opened("New password of")
        await desk.applied(("password", name))
        await desk.press("escape")
        await desk.pilot.pause(READ_SECONDS + 0.1)
        await desk.press("escape")
        await soon("left", lambda: desk.dialog is None)
        await soon("it is the last", lambda: "  Applied  password" in "\n".join(desk.screen_text()))
