"""Keys that come while a dialog opens: they are typed into it, in their order, and none is lost."""

import asyncio

import pytest
from textual.events import Key

from tests.harness.waiting import soon
from tui_reseller.tui.dialogs.form import Form


def press(desk, *keys):
    for key in keys:
        desk.app.post_message(Key(key, key if len(key) == 1 else None))


async def opening(desk, key):
    """Press the key of a form, and come back when it opens and has no focus yet."""
    press(desk, key)
    async with asyncio.timeout(20):
        while not isinstance(desk.app.screen, Form):  # noqa: ASYNC110 - the very moment
            await asyncio.sleep(0)
    assert desk.app.screen.focused is None


@pytest.mark.parametrize("count", [1, 2, 20])
async def test_what_is_typed_before_a_form_has_its_focus_is_typed_into_it(at_desk, someone, count):
    name = someone()
    async with at_desk(size=(120, 40)) as desk:
        await desk.go_to(name)
        await opening(desk, "i")
        press(desk, *["x"] * count, "escape")
        await desk.opened("discard what you typed")
        (value,) = desk.app.screen_stack[-2].changes().values()
        assert value.count("x") == count


@pytest.mark.parametrize("key", ["d", "p", "enter", "x", "question_mark"])
async def test_a_key_right_behind_the_one_that_opens_a_dialog_is_for_the_dialog(at_desk, someone, key):
    name = someone()
    async with at_desk(size=(120, 40)) as desk:
        await desk.go_to(name)
        shown = []
        push = desk.app.push_screen
        desk.app.push_screen = lambda screen, then=None: (shown.append(type(screen)), push(screen, then))[1]
        press(desk, key, "escape")
        await soon("it was there, and is left", lambda: shown and desk.dialog is None)
        assert desk.main.list.username == name


async def test_keys_do_not_wait_for_a_dialog_that_takes_long(at_desk, someone):
    someone("zz-one")
    async with at_desk(size=(120, 40)) as desk:
        over = asyncio.Event()
        at = desk.main.list.cursor
        desk.app.run_flow(over.wait, "long")
        press(desk, "down")
        assert desk.main.list.cursor == at
        await soon("it moves", lambda: desk.main.list.cursor == at + 1)
        over.set()


async def test_a_dialog_that_is_left_while_it_opens_leaves_no_key_behind(at_desk, someone):
    name = someone()
    async with at_desk(size=(120, 40)) as desk:
        await desk.go_to(name)
        await opening(desk, "d")
        press(desk, "escape")
        await soon("closed", lambda: desk.dialog is None)
        await desk.press("d")
        await desk.opened("Disable sending")
