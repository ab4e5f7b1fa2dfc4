"""A suspension that is over is told on the screen: in the header, in the row, behind `!`; there it is ended."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.harness.consent import carry_out
from tests.harness.waiting import soon
from tests.jobs.office import Office
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.services.suspensions import open_suspensions

HOUR = timedelta(hours=1)


@pytest.fixture
async def elsewhere(tmp_path, sandbox):
    """A command of the same account, on the same folders."""
    office = Office(tmp_path, sandbox)
    yield office
    await office.aclose()


@pytest.fixture
def stop(elsewhere):
    """Disable sending until a moment from now, by a command; the office's own clock is hurried, this one is not."""

    async def stopped(name, ends_in=-HOUR):
        call = Call(Operation.DISABLE, name, until=datetime.now(UTC) + ends_in)
        assert (await carry_out(elsewhere.session, call, reason="unpaid")).outcome is Outcome.APPLIED

    return stopped


def header(desk):
    return desk.screen_text()[0]


def row(desk, name):
    return next(line for line in desk.screen_text() if name in line[:40])


async def test_what_is_over_is_in_the_header_the_row_and_the_detail(at_desk, someone, stop):
    over, later, other = someone("x-over"), someone("x-later"), someone("x-other")
    await stop(over)
    await stop(later, HOUR)
    async with at_desk(size=(120, 40)) as desk:
        await soon("it needs somebody", lambda: "! 1 needs you" in header(desk))
        assert (desk.state.due, desk.state.suspended) == ({over}, {over, later})
        for name, mark in ((other, ""), (later, ""), (over, "!")):
            await desk.go_to(name)
            assert row(desk, name)[:4].strip("> ") == mark
        await soon("the detail says so", lambda: any("! ends" in line for line in desk.screen_text()))
        await desk.go_to(later)
        await soon("the detail says when", lambda: any("off      until " in line for line in desk.screen_text()))
        await desk.press("8")
        await soon("only those", lambda: desk.state.shown == 2)
        assert set(desk.main.context.session.customers.usernames()) == {over, later}
        await desk.press("5")
        await soon("only what is over", lambda: list(desk.main.context.session.customers.usernames()) == [over])


async def test_what_ends_while_the_screen_is_open_is_told_without_a_key(at_desk, someone, stop):
    name = someone()
    async with at_desk() as desk:
        await stop(name, timedelta(seconds=6))
        await soon("it is taken in", lambda: name in desk.state.suspended)
        if not desk.state.due:
            assert "needs you" not in header(desk)
        await soon("it is over", lambda: desk.state.due == {name})
        assert "! 1 needs you" in header(desk)


async def test_it_is_ended_behind_the_exclamation_mark(at_desk, someone, stop, sandbox):
    name = someone()
    await stop(name)
    async with at_desk() as desk:
        await soon("it is over", lambda: desk.state.due == {name})
        assert "1 suspension is over: tui-reseller due" in desk.app.lines_left()
        await desk.press("5")
        await soon("it is shown", lambda: desk.state.shown == 1)
        await desk.press("exclamation_mark")
        await desk.opened("Needs you")
        assert name in desk.lines()[0]
        assert "unpaid" in desk.lines()[0]
        await desk.press("enter")
        await desk.opened("DUE - ")
        assert "tui-reseller due --run --profile acme" in desk.words()
        await desk.press("e")
        await desk.opened("Enable sending")
        await desk.write("paid")
        await desk.read_then("ctrl+s")
        await desk.applied(("disable", name), ("enable", name))
        await soon("nothing is over", lambda: not desk.state.due and not desk.state.needs_you_count)
        await soon("nobody is shown any more", lambda: desk.state.shown == 0)
        (entry, _stop) = await desk.entries()
        assert entry.reason.startswith("end of suspension ")
        assert entry.reason.endswith(": paid")


async def test_or_it_is_stopped_without_an_end(at_desk, someone, stop):
    name = someone()
    await stop(name)
    async with at_desk() as desk:
        await soon("it is over", lambda: desk.state.due == {name})
        await desk.press("exclamation_mark")
        await desk.opened("Needs you")
        await desk.press("enter")
        await desk.opened("DUE - ")
        await desk.press("d")
        await desk.opened("Disable sending")
        await desk.read_then("ctrl+s")
        await soon("nothing is over", lambda: not desk.state.due)
        (one,) = await open_suspensions(desk.services.ledger)
        assert one.state(one.until) == "replaced"


async def test_another_customer_of_that_name_is_left_alone(at_desk, someone, stop, sandbox):
    name = someone()
    await stop(name)
    async with at_desk() as desk:
        await soon("it is over", lambda: desk.state.due == {name})
        await desk.press("exclamation_mark")
        await desk.opened("Needs you")
        await desk.press("enter")
        await desk.opened("DUE - ")
        await desk.press("e")
        await desk.opened("Enable sending")
        another = {"email": "eve@x.example", "first_name": "Eve", "last_name": "Lin", "active": "false"}
        sandbox.plant(name, **another)
        await desk.read_then("ctrl+s")
        await desk.told("another customer bears the name")
        await desk.applied(("disable", name))


async def test_one_that_is_not_listed_any_more_is_only_told(at_desk, someone, stop, sandbox):
    name = someone()
    await stop(name)
    sandbox.bury(name)
    async with at_desk() as desk:
        await soon("it is over", lambda: desk.state.due == {name})
        await desk.press("exclamation_mark")
        await desk.opened("Needs you")
        await desk.press("enter")
        await desk.opened("DUE - ")
        assert "not in the list" in desk.words()
        await desk.press("e", "d")
        assert "DUE - " in desk.title
