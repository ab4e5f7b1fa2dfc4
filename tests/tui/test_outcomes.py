"""What is not known, an older list, a list that lost customers: said where it does not take a key."""

from tests.harness.waiting import soon
from tui_reseller.tui.flows import checking
from tui_reseller.tui.flows.checking import next_check


async def test_an_unknown_outcome_is_in_the_header_and_is_settled_with_a_note(at_desk, sandbox, someone):
    name = someone()
    async with at_desk(size=(120, 40)) as desk:
        await desk.go_to(name)
        sandbox.fault("garbage", operation="website_disable")
        await desk.press("w", "d")
        await desk.opened("Disable login")
        await desk.read_then()
        await desk.told("! says what is safe")
        assert "! 1 needs you" in desk.screen_text()[0]
        assert desk.dialog is None
        await desk.press("exclamation_mark")
        await desk.opened("Needs you")
        assert any(name in line for line in desk.lines())
        await desk.press("enter")
        await desk.opened("UNKNOWN - website-disable")
        words = desk.words()
        assert "Cannot be checked. Treat access as possibly still open. Safe: repeat with the same value." in words
        assert "Known: nothing observable: the service never tells." in words
        assert "Next check" not in words
        await desk.press("s")
        await desk.opened("Resolve")
        await desk.write("customer says it is off")
        await desk.read_then()
        await desk.opened("Needs you")
        assert desk.lines() == ["Nothing needs you."]
        await desk.press("escape")
        await desk.told("Resolved with a note")
        assert "needs you" not in desk.screen_text()[0]


async def test_an_unknown_outcome_can_be_checked_and_is_then_known(at_desk, sandbox, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        sandbox.fault("drop-after", operation="disable")
        await desk.press("d")
        await desk.opened("Disable sending")
        await desk.read_then()
        await desk.told("! says what is safe")
        assert sandbox.applied() == [("disable", name)]
        await desk.press("exclamation_mark")
        await desk.opened("Needs you")
        await desk.press("enter")
        await desk.opened("UNKNOWN - disable")
        await desk.press("c", "escape", "escape")
        await desk.told("Applied (verified): disable")
        await soon("nothing needs you", lambda: desk.state.needs_you_count == 0)


async def test_a_minute_after_a_lost_answer_the_application_looks_by_itself(at_desk, sandbox, someone, monkeypatch):
    monkeypatch.setattr(checking, "FIRST_CHECK", 1.5)
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        sandbox.fault("drop-after", operation="disable")
        await desk.press("d")
        await desk.opened("Disable sending")
        await desk.read_then()
        await desk.told("! says what is safe")
        assert next_check(desk.main.context) is not None
        await desk.told("Applied (verified): disable")
        await soon("nothing needs you", lambda: desk.state.needs_you_count == 0)
        assert next_check(desk.main.context) is None


async def test_the_page_of_an_unknown_outcome_says_what_is_known_what_is_safe_and_when_it_is_looked_at(
    at_desk, sandbox, someone
):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        sandbox.fault("drop-after", operation="disable")
        await desk.press("d")
        await desk.opened("Disable sending")
        await desk.read_then()
        await desk.told("! says what is safe")
        await desk.press("exclamation_mark")
        await desk.opened("Needs you")
        await desk.press("enter")
        await desk.opened("UNKNOWN - disable")
        words = desk.words()
        for part in (
            "The request left at ",
            "It may have been carried out",
            "Known: nothing observable yet.",
            "Safe: ",
        ):
            assert part in words
        at = next_check(desk.main.context).astimezone()
        assert f"Next check {at:%H:%M:%S}" in words


async def test_a_failing_refresh_keeps_the_old_list_and_its_time(at_desk, sandbox):
    async with at_desk() as desk:
        total, read_at = desk.state.total, desk.state.read_at
        sandbox.fault("status", operation="any", code=500, times=99)
        await desk.press("r")
        await soon("it failed", lambda: desk.state.trouble == "refresh failed", 30)
        assert (desk.state.total, desk.state.read_at) == (total, read_at)
        assert "OLD  refresh failed" in desk.screen_text()[0]
        await desk.told("Showing the list of")


async def test_escape_cancels_a_refresh_and_keys_work_meanwhile(at_desk, sandbox):
    async with at_desk() as desk:
        total = desk.state.total
        sandbox.fault("latency", operation="any", ms=20000, times=9)
        await desk.press("r")
        await soon("it reads", lambda: "reading" in desk.state.progress)
        await desk.press("j", "space")
        assert len(desk.state.marked) == 1
        await desk.press("escape")
        await desk.told("Reading was cancelled; the old list stays.")
        assert not desk.state.progress
        assert desk.state.total == total
        sandbox.clear()


async def test_a_list_that_lost_many_customers_is_held_until_the_operator_chooses(at_desk, sandbox, someone):
    async with at_desk() as desk:
        await soon("some are there", lambda: desk.state.total > 50)
        total = desk.state.total
        gone = [row.username for row in desk.main.context.session.customers.window(0, total // 2)]
        for username in gone:
            sandbox.plant(username, deleted=True)
        try:
            await desk.press("r")
            await desk.told("The old list is kept; r chooses.")
            assert desk.dialog is None
            assert desk.state.total == total
            assert "new list has only" in desk.screen_text()[0]
            await desk.press("r")
            await desk.opened("A suspiciously small list")
            await desk.press("t")
            await soon("the smaller one is shown", lambda: desk.state.total == total - len(gone))
            assert "complete" in desk.screen_text()[0]
        finally:
            for username in gone:
                sandbox.plant(username, deleted=False)


async def test_a_change_that_is_on_its_way_is_asked_about_when_leaving(at_desk, sandbox, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        sandbox.fault("latency", operation="disable", ms=700)
        await desk.press("d")
        await desk.opened("Disable sending")
        await desk.read_then()
        await soon("it is on its way", lambda: desk.main.context.session.desk.in_flight)
        await desk.press("q")
        await desk.opened("Quit?")
        assert "A change is on its way" in desk.words()
        await desk.press("escape")
        await desk.applied(("disable", name))
