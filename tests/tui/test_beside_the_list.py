"""An editor beside the list: the list keeps whole columns, and has its own back afterwards."""

import pytest

from tests.harness.waiting import soon


@pytest.mark.in_turn(3)
@pytest.mark.parametrize("size", [(120, 40), (160, 40), (110, 30), (80, 24)])
async def test_the_list_keeps_whole_columns_beside_editor_and_review(at_desk, someone, size):
    name = someone(email="a.long.name.at.a.long.place@somewhere-or-other.example.com")
    async with at_desk(size=size) as desk:
        await desk.go_to(name)
        await desk.press("enter")
        await desk.opened("Edit")
        room = desk.app.screen.query_one("#form").region.x
        assert (room > 0) == (size[0] >= 120)
        if room:
            assert desk.main.query_one("#list-side").region.right == room
            titles = desk.main._compositor.render_strips()[2].text[: room - 1]
            assert titles.split() == (
                ["USERNAME", "SENDING"] if size[0] < 142 else ["USERNAME", "E-MAIL", "SENDING", "NAME"]
            )
        desk.field("city").focus()
        await desk.write("X")
        await desk.read_then("ctrl+s")
        await desk.opened("Review changes")
        if room:
            assert desk.app.screen.query_one("#form").region.x == room
        await desk.press("escape")
        await desk.opened("Edit")
        await desk.press("escape")
        await desk.opened("Leave and discard")
        await desk.press("tab")
        await desk.read_then("enter")
        await soon("left", lambda: desk.dialog is None)
        await soon("as before", lambda: ("E-MAIL" in desk.screen_text()[2]) == (size[0] >= 80))
        assert not desk.main.has_class("-beside")
