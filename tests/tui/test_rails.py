"""The rails on the screen: confirmations by hand, look-alikes, ceilings, frozen targets, and a lock that closes."""

from dataclasses import replace

import pytest

from tests.harness.waiting import soon
from tui_reseller.domain.operation import Operation
from tui_reseller.tui.flows.listing import show_refresh
from tui_reseller.tui.flows.marking import mark_pasted
from tui_reseller.tui.flows.unlocking import show_lock_after
from tui_reseller.tui.widgets.inputs import FINGER_SECONDS, TypedInput

DIALOGS = [(("d",), "Disable sending"), (("p",), "Reset password"), (("x", "d"), "Delete"), (("x", "r"), "Rename")]


async def test_a_confirmation_that_comes_in_one_piece_is_refused_and_may_be_typed(at_desk, sandbox, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("x", "d")
        await desk.opened("Delete")
        await desk.press("enter")
        await desk.burst(name)
        await soon("it is there", lambda: desk.field("typed").value == name)
        await desk.read_then()
        assert "faster than fingers type" in desk.problem
        assert desk.field("typed").value == ""
        assert sandbox.log() == []
        await desk.write(name)
        await desk.read_then()
        await desk.applied(("delete", name))


@pytest.mark.parametrize("text", ["abc", "2 acme", "garcia.mail"])
@pytest.mark.parametrize("pace", [0.0, 0.5, 1.5, 20.0])
def test_only_a_pace_that_no_hand_has_is_a_burst(text, pace):
    field = TypedInput()
    field._arrived = tuple(number * FINGER_SECONDS * pace for number in range(len(text)))[-6:]
    assert field.came_in_a_burst is (pace < 1)


async def test_a_few_letters_that_a_slow_line_brings_together_are_no_burst(at_desk, sandbox, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("x", "d")
        await desk.opened("Delete")
        await desk.press("enter")
        for part in (name[:2], name[2:5], name[5:8], name[8:]):
            await desk.burst(part[:3])
            await desk.pilot.pause(0.05)
            await desk.write(part[3:])
        await soon("it is there", lambda: desk.field("typed").value == name)
        await desk.read_then()
        await desk.applied(("delete", name))


@pytest.mark.in_turn(3)
@pytest.mark.parametrize(("keys", "title"), DIALOGS)
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_customer_that_looks_like_another_is_named_and_has_to_be_typed(
    at_desk, sandbox, someone, keys, title, size
):
    name = someone(f"like.{keys[-1]}{size[0]}")
    other = someone(name.replace("i", "і"))  # Cyrillic
    someone(name.upper())
    async with at_desk(size=size) as desk:
        await soon("all are listed", lambda: desk.row_of(other) is not None)
        await desk.go_to(name)
        await desk.press(*keys)
        await desk.opened(title)
        said = desk.words()
        assert f'Looks like another customer, "{other}": character 2 there is CYRILLIC' in said
        assert f'Looks like another customer, "{name.upper()}": character 1 there is "L", here "l".' in said
        assert desk.app.screen.query(TypedInput)
        shown = "\n".join(desk.screen_text())
        assert "Looks like another customer" in shown
        assert "^S]" in shown, "the buttons fit"
        await desk.read_then()
        assert desk.dialog is not None
        assert sandbox.log() == []
        await desk.press("escape")


async def test_a_customer_that_looks_like_no_other_is_stopped_without_typing(at_desk, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("d")
        await desk.opened("Disable sending")
        assert not desk.app.screen.query(TypedInput)
        await desk.read_then()
        await desk.applied(("disable", name))


@pytest.mark.parametrize("key", ["d", "p"])
async def test_more_marked_customers_than_the_ceiling_are_refused_before_a_dialog(at_desk, sandbox, someone, key):
    names = [someone(), someone(), someone()]
    async with at_desk(max_rows=2) as desk:
        await soon("they are listed", lambda: desk.row_of(names[-1]) is not None)
        mark_pasted(desk.main.context, "\n".join(names))
        await desk.go_to(names[0])
        await desk.press(key)
        await desk.told('3 customers, profile "acme" allows 2 at once')
        assert "profile set acme max_rows=3" in desk.note
        assert desk.dialog is None
        assert sandbox.log() == []


async def test_what_a_dialog_means_stays_when_the_list_below_it_changes(at_desk, sandbox, someone):
    name = someone("frozen-m")
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("d")
        await desk.opened("Disable sending")
        someone("frozen-a"), someone("frozen-z")
        desk.app.run_in_background(lambda: _read_again(desk), "refresh")
        await soon("the list is another one", lambda: desk.row_of("frozen-z") is not None)
        desk.main.list.move(0)
        await desk.read_then()
        await desk.applied(("disable", name))


async def _read_again(desk):
    await show_refresh(desk.main.context)


async def test_keys_that_repeat_send_once(at_desk, sandbox, someone):
    name = someone()
    async with at_desk(hurries=False) as desk:
        await desk.go_to(name)
        await desk.press("d")
        await desk.opened("Disable sending")
        await desk.read_then()
        for _ in range(5):
            desk.send("f2")
        for _ in range(3):
            desk.send("enter")
        await desk.applied(("disable", name))
        assert len([row for row in sandbox.requests() if row["operation"] != "list"]) == 1


async def test_our_own_account_is_refused_in_any_spelling(at_desk, sandbox, someone):
    own = sandbox.ready["api_user"].upper()
    someone(own)
    async with at_desk() as desk:
        await desk.go_to(own)
        await desk.press("d")
        await desk.opened("Disable sending")
        if desk.app.screen.query(TypedInput):  # it looks like itself
            await desk.press("enter")
            await desk.write(own)
        await desk.read_then()
        await desk.told("our own reseller account")
        assert sandbox.log() == []
    sandbox.bury(own)  # of what others do with all customers, it would be refused


async def test_a_name_of_our_own_is_given_to_nobody(at_desk, sandbox, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("x", "r")
        await desk.opened("Rename")
        await desk.write(sandbox.ready["api_user"].capitalize())
        await desk.press("enter")
        await desk.write(name)
        await desk.read_then()
        await desk.told("our own reseller account")
        assert sandbox.log() == []


# The lock


async def test_a_lock_closes_by_itself_and_the_header_says_so_without_a_key(at_desk, sandbox, someone):
    name = someone()
    async with at_desk(protected=True, size=(120, 40)) as desk:
        await desk.go_to(name)
        context = desk.main.context
        assert "READ-ONLY" in desk.screen_text()[0]
        until_when = context.session.policy.unlock(0.01, "ticket 7")
        show_lock_after(context, 0.01)
        context.show()
        await desk.pilot.pause()
        assert f"writable until {until_when.astimezone():%H:%M}" in desk.screen_text()[0]
        timers = len(desk.app._timers)
        await soon("it locks itself", lambda: "READ-ONLY" in desk.screen_text()[0], 5)
        assert len(desk.app._timers) <= timers, "nothing ticks"
        assert "Locked again: the minutes are over" in desk.note
        await desk.press("d")
        await desk.told("protected and locked")
        assert desk.dialog is None
        assert sandbox.log() == []


async def test_an_unlocking_that_was_made_longer_is_not_told_to_be_over(at_desk):
    async with at_desk(protected=True) as desk:
        context = desk.main.context
        context.session.policy.unlock(0.005, "ticket 7")
        show_lock_after(context, 0.005)
        context.session.policy.unlock(5, "ticket 8")
        context.show()
        await desk.pilot.pause(0.5)
        assert "Locked again" not in desk.note
        assert "writable until" in desk.screen_text()[0]


async def test_a_dialog_that_was_open_when_the_lock_closed_sends_nothing(at_desk, sandbox, someone):
    name = someone(active="false")
    async with at_desk(protected=True) as desk:
        await desk.go_to(name)
        desk.main.context.session.policy.unlock(5, "ticket 7")
        desk.main.context.show()
        await desk.press("e")
        await desk.opened("Enable sending")
        desk.main.context.session.policy.lock()
        await desk.read_then()
        await desk.told("protected and locked; nothing was sent")
        assert sandbox.log() == []


@pytest.mark.parametrize("more", [{"run_read_only": True}, {"read_only": True}])
async def test_unlocking_what_is_read_only_is_said_to_open_nothing(at_desk, more):
    async with at_desk(protected=True, **more) as desk:
        await desk.press("l")
        await desk.told("Unlocking opens nothing: ")
        assert desk.dialog is None
        assert "READ-ONLY" in desk.screen_text()[0]


async def test_the_reason_of_the_unlocking_stands_beside_that_of_the_change(at_desk, sandbox, someone):
    name = someone(active="false")
    async with at_desk(protected=True) as desk:
        await desk.go_to(name)
        desk.main.context.session.policy.unlock(5, "ticket 7")
        desk.main.context.show()
        await desk.press("e")
        await desk.opened("Enable sending")
        await desk.write("asked by phone")
        await desk.read_then()
        await desk.applied(("enable", name))
        assert [(entry.operation, entry.reason) for entry in await desk.entries()] == [
            (Operation.ENABLE, "asked by phone (unlocked: ticket 7)")
        ]


@pytest.mark.parametrize("stricter", [{"read_only": True}, {"protected": True}], ids=str)
async def test_an_open_screen_heeds_a_profile_that_became_stricter(at_desk, sandbox, stricter):
    async with at_desk() as desk:
        await desk.go_to("user1")
        await desk.press("d")
        await desk.opened("ending")
        desk.services.profiles.config.put(replace(desk.main.context.session.profile, **stricter))
        await desk.write("ticket 4711")
        await desk.read_then()
        await desk.told("refused")
        await desk.applied()
