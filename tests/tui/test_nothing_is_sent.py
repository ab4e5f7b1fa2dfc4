"""Keys that must not change a customer: random text, held keys, keys that belong to something else."""

import random
import string

import pytest
from textual.events import Paste

from tests.harness.waiting import soon
from tui_reseller.services.policy import READ_SECONDS

LETTERS = string.ascii_letters + string.digits + string.punctuation
PLACES = {
    "list": (),
    "filter": ("slash",),
    "help": ("question_mark",),
    "palette": ("colon",),
    "stop sending": ("d",),
    "start sending": ("e",),
    "website": ("w", "d"),
    "password": ("p",),
    "editor": ("enter",),
    "new customer": ("n",),
    "e-mail": ("x", "e"),
    "rename": ("x", "r"),
    "delete": ("x", "d"),
    "label": ("x", "b"),
    "note": ("x", "n"),
    "sort": ("s",),
    "copy": ("y",),
    "activity": ("a",),
    "import": ("less_than_sign",),
    "who is here": ("ampersand",),
    "usage": ("h",),
    "profiles": ("at",),
    "quit": ("ctrl+q",),
}


def some_key(chance: random.Random) -> tuple[str, str | None]:
    special = {"enter": "\r", "space": " ", "escape": "\x1b", "backspace": "\x7f", "up": None, "down": None}
    if chance.random() < 0.35:
        key = chance.choice(list(special))
        return key, special[key]
    letter = chance.choice(LETTERS)
    return {"/": "slash", "*": "asterisk", "-": "minus", ".": "full_stop", "!": "exclamation_mark", "@": "at",
            "?": "question_mark", ":": "colon"}.get(letter, letter), letter  # fmt: skip


async def test_random_text_enter_space_and_escape_on_every_screen_send_nothing(at_desk, sandbox):
    chance = random.Random(20261103)
    async with at_desk(hurries=False) as desk:
        for name, keys in PLACES.items():
            while desk.dialog is not None:
                desk.dialog.dismiss(None)
                await desk.pilot.pause()
            desk.main.set_focus(desk.main.list)
            await desk.press(*keys)
            await desk.pilot.pause()
            for _ in range(40):
                key = some_key(chance)
                if key[1] in {"q", "Q", "l", "3"} and not desk.app.screen.query("Input:focus, TextArea:focus"):
                    continue  # leaving is no change of a customer, but it ends the test
                desk.send(*key)
            await desk.pilot.pause()
            assert sandbox.log() == [], name
        await desk.pilot.pause(READ_SECONDS)
        assert sandbox.log() == []
        assert {row["operation"] for row in sandbox.requests()} <= {"list", "profile"}


async def test_a_held_ctrl_s_in_the_editor_stops_at_the_review(at_desk, sandbox, someone):
    name = someone()
    async with at_desk() as desk:
        time = 100.0
        desk.app.key_clock = lambda: time
        await desk.go_to(name)
        await desk.press("enter")
        await desk.opened("Edit")
        await desk.write("B")
        time += 1
        await desk.press("ctrl+s")
        await desk.opened("Review changes")
        time += 0.66
        for _ in range(30):
            await desk.press("ctrl+s")
            time += 0.033
        assert "Review changes" in desk.title
        assert "too fast" in desk.problem
        assert sandbox.log() == []


async def test_enter_alone_ends_in_cancel_in_every_form(at_desk, sandbox, someone):
    name = someone()
    async with at_desk(hurries=False) as desk:
        await desk.go_to(name)
        for keys in (("d",), ("w", "d"), ("p",), ("x", "d"), ("x", "r"), ("x", "e"), ("n",), ("enter",)):
            await desk.press(*keys)
            await soon(f"a dialog for {keys}", lambda: desk.app.screen.query("#form-name"))
            await desk.pilot.pause()
            form = desk.dialog
            for _ in range(len(form.query("LineInput, Choice")) + 1):
                desk.send("enter", "\r")
            await soon(f"{keys} is left", lambda: desk.dialog is None)
        assert sandbox.log() == []


async def test_ctrl_q_and_ctrl_p_do_nothing_in_dialogs(at_desk, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        for keys in (("d",), ("w",), ("p",), ("x", "d"), ("n",), ("enter",), ("a",), ("s",), ("question_mark",)):
            await desk.press(*keys)
            await soon(f"a dialog for {keys}", lambda: desk.dialog is not None)
            before = desk.dialog
            desk.send("ctrl+q", "\x11")
            desk.send("ctrl+p", "\x10")
            await desk.pilot.pause()
            assert desk.dialog is before, keys
            assert desk.app.is_running
            while desk.dialog is not None:
                await desk.press("escape")


async def test_no_answer_of_the_service_moves_the_focus(at_desk, sandbox, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        sandbox.fault("latency", operation="any", ms=1500, times=2)
        await desk.press("r", "d")
        await desk.opened("Disable sending")
        focused = desk.app.focused
        await soon("the list is being read", lambda: desk.state.progress)
        await desk.is_quiet()
        assert desk.app.focused is focused
        await desk.press("escape")
        sandbox.fault("status", operation="disable", code=400)
        await desk.press("d")
        await desk.opened("Disable sending")
        await desk.read_then()
        await soon("the dialog is gone", lambda: desk.dialog is None)
        await desk.press("slash")
        await desk.write("x")
        filter_field = desk.app.focused
        await desk.told("Rejected")
        assert desk.app.focused is filter_field
        assert desk.app.screen is desk.main


async def test_a_commit_key_typed_ahead_of_its_dialog_sends_nothing(at_desk, sandbox, someone):
    name = someone()
    async with at_desk(hurries=False) as desk:
        await desk.go_to(name)
        for key, character in (("d", "d"), ("ctrl+s", "\x13"), ("f2", None), ("ctrl+s", "\x13")):
            desk.send(key, character)
        await desk.opened("Disable sending")
        assert sandbox.log() == []


async def test_a_paste_into_the_list_is_never_a_command(at_desk, sandbox):
    async with at_desk() as desk:
        desk.app.post_message(Paste("d\ne\np\nxd\nq\n\x13"))
        await desk.told("0 of 6 names marked, 6 not found")
        assert desk.dialog is None
        assert sandbox.log() == []


async def test_a_commit_key_on_the_list_does_nothing(at_desk, sandbox, someone):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        await desk.press("ctrl+s", "f2", "ctrl+s", "enter", "escape")
        assert sandbox.log() == []


@pytest.mark.parametrize("keys", ["xdd", "xee", "ssuu", "wdd", "yee", "a\x1b\x1b\x1b", "d\x1b\x1b\x1b"])
async def test_keys_queued_behind_the_one_that_closed_a_dialog_close_nothing_else(at_desk, sandbox, someone, keys):
    name = someone()
    async with at_desk() as desk:
        await desk.go_to(name)
        for char in keys:
            desk.send("escape" if char == "\x1b" else char, char)
        await desk.pilot.pause()
        await desk.pilot.pause()
        assert desk.main in desk.app.screen_stack
        assert sandbox.log() == []
