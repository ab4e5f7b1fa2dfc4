"""A repaint paints everything; what else is painted: tests/stories/test_what_is_painted.py."""

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
