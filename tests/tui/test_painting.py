"""How much is painted: a focus that moves and a dialog that closes paint what looks otherwise, not the screen."""

import pytest
from textual._compositor import Compositor

from tests.harness.waiting import soon

WHOLE = 120 * 40


@pytest.fixture
def painted(monkeypatch):
    """Return the cells of every painting since it was asked last."""
    cells: list[int] = []
    real = Compositor.render_update

    def counted(self, **how):
        cells.append(WHOLE if how.get("full") else sum(region.area for region in self._dirty_regions))
        return real(self, **how)

    monkeypatch.setattr(Compositor, "render_update", counted)

    def since() -> int:
        total = sum(cells)
        cells.clear()
        return total

    return since


async def test_the_focus_paints_what_shows_it(at_desk, someone, painted):
    name = someone()
    async with at_desk(size=(120, 40), paints=True) as desk:
        await desk.go_to(name)
        await soon("the detail", lambda: desk.main.detail.customer is not None)
        await desk.pilot.pause(0.5)
        for there in (desk.main.detail, desk.main.list):
            painted()
            await desk.press("tab")
            assert desk.main.focused is there
            assert painted() <= 4 * 120
        title = desk.main.detail.region
        await desk.press("tab")
        assert desk.screen_text()[title.y][title.x :].startswith(">")


@pytest.mark.parametrize(("key", "words"), [("d", "Disable sending"), ("x", "More"), ("s", "Sort by")])
async def test_a_dialog_that_closes_paints_what_it_covered(at_desk, someone, painted, key, words):
    name = someone()
    async with at_desk(size=(120, 40), paints=True) as desk:
        await desk.go_to(name)
        await desk.pilot.pause(0.5)
        before = desk.screen_text()
        await desk.press(key)
        await desk.opened(words)
        await desk.pilot.pause(0.3)
        covered = sum(child.region.area for child in desk.app.screen.children)
        painted()
        await desk.press("escape")
        await soon("closed", lambda: desk.dialog is None)
        await desk.pilot.pause(0.3)
        assert 0 < painted() <= covered + 3 * 120
        assert desk.screen_text() == before


async def test_a_repaint_paints_everything_with_a_dialog_or_without(at_desk, someone, painted):
    name = someone()
    async with at_desk(size=(120, 40), paints=True) as desk:
        await desk.go_to(name)
        for key in ("escape", "d"):
            await desk.press(key)
            await desk.pilot.pause(0.5)
            painted()
            await desk.press("ctrl+l")
            await soon("all of it", lambda: painted() >= WHOLE)
