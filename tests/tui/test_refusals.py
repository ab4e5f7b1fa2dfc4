"""What is refused, with its reason: confirmations that do not fit, read-only runs, protected profiles."""

import pytest
from textual.events import Paste

from tests.harness.waiting import soon

WRITING = ("e", "d", "p", "w", "n", "u", "full_stop")


async def test_a_confirmation_that_does_not_fit_sends_nothing_and_says_so(at_desk, sandbox, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("x", "d")
        await desk.opened("Delete")
        await desk.press("enter")
        for typed in (name[:-1], name.upper(), f"{name} "):
            desk.field("typed").clear()
            await desk.write(typed)
            await desk.read_then()
            assert f'type exactly "{name}"; nothing was sent' in desk.problem
            assert desk.app.focused is desk.field("typed")
        assert sandbox.log() == []


async def test_a_confirmation_cannot_be_pasted(at_desk, sandbox, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("c", "x", "d")
        await desk.opened("Delete")
        await desk.press("enter")
        field = desk.field("typed")
        field.post_message(Paste(name))
        await soon("it is refused", lambda: "Paste is refused" in desk.problem)
        desk.app.copy_to_clipboard(name)
        await desk.press("ctrl+v")
        assert field.value == ""
        await desk.read_then()
        assert sandbox.log() == []


async def test_a_read_only_run_refuses_every_verb_with_its_reason(at_desk, sandbox, someone):
    name = someone()
    async with at_desk(run_read_only=True) as desk:
        await desk.go_to(name)
        for key in WRITING:
            before = len(desk.main.context.log)
            await desk.press(key)
            await soon(f"an answer to {key}", lambda before=before: len(desk.main.context.log) > before)
            assert "this run is read-only (--read-only)" in desk.note
            assert desk.dialog is None
        for letter in ("e", "r", "d"):
            await desk.press("x", letter)
            await soon("back", lambda: desk.dialog is None)
        assert "READ-ONLY" in "".join(desk.screen_text()[:1])
        assert sandbox.log() == []


@pytest.mark.parametrize("profile", [{"read_only": True}, {"protected": True}])
async def test_a_read_only_or_protected_profile_refuses_and_says_why(at_desk, sandbox, someone, profile):
    name = someone()
    async with at_desk(**profile) as desk:
        await desk.go_to(name)
        await desk.press("d")
        await desk.told('profile "acme" is ' + ("read-only" if "read_only" in profile else "protected and locked"))
        assert desk.dialog is None
        assert sandbox.log() == []


async def test_a_protected_profile_is_unlocked_with_a_reason_for_minutes_and_locked_again(at_desk, someone):
    name = someone()
    async with at_desk(protected=True, size=(120, 40)) as desk:
        await desk.go_to(name)
        await desk.press("l")
        await desk.opened("Unlock")
        await desk.read_then()
        assert "Reason is required" in desk.problem
        await desk.write("ticket 7")
        desk.field("minutes").value = "1500"
        await desk.read_then()
        assert "1 to 480" in desk.problem
        desk.field("minutes").value = "20"
        await desk.read_then()
        await desk.told("Writable until")
        assert "writable until" in desk.screen_text()[0]
        await desk.press("e")
        await desk.opened("Enable sending")
        await desk.press("escape", "d")
        await desk.opened("Disable sending")
        assert desk.field("typed"), "one grade up: the username is typed"
        await desk.press("enter")
        await desk.write(name)
        await desk.read_then()
        await desk.applied(("disable", name))
        await desk.press("l")
        await desk.told("Locked.")
        await desk.press("e")
        await desk.told("Enable sending: profile")
        assert desk.dialog is None


async def test_a_change_by_somebody_else_is_found_and_what_was_typed_stays(at_desk, sandbox, someone):
    name = someone()
    async with at_desk(size=(120, 40)) as desk:
        await desk.go_to(name)
        await desk.press("enter")
        await desk.opened("Edit")
        desk.field("city").focus()
        await desk.press("end")
        await desk.write(" Sur")
        sandbox.plant(name, city="Toledo", phone="999")
        await desk.read_then()
        await desk.opened("Review")
        await desk.read_then("ctrl+s")
        await desk.told("changed by someone else (city)")
        await desk.told("Enter decides: keep mine, take theirs")
        assert desk.dialog is None
        assert sandbox.log() == []
        await desk.press("enter")
        await desk.opened("Changed meanwhile")
        await desk.press("right")
        await desk.read_then()
        await desk.opened("Review")
        assert '"Toledo"' in desk.words()
        assert "Call 1 of 1" in desk.words()
        assert "phone" not in desk.words().lower()
        await desk.read_then("ctrl+s")
        await desk.applied(("set", name))
        assert sandbox.held(name)["phone"] == "999"
