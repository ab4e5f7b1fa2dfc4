"""Screens that paint what changed. The screen library paints all of a screen whenever its focus moves, something opens
over it, or what was over it has closed: ten times as many bytes as what looks otherwise.
"""

from collections.abc import Sequence
from typing import Any, Self, TypeVar

from textual.geometry import Region
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

T = TypeVar("T")


class SparingScreen(Screen[T]):
    """A screen that paints only its parts when it is asked to paint itself without saying what. Uncovered is where
    something was over it, which has closed; None before anything was.
    """

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """As in Textual, but each widget says by itself that it has the focus."""
    uncovered: Sequence[Region] | None = None

    def parts(self, *, layout: bool) -> Sequence[Region] | None:
        """Return what is to be painted, None for everything. Layout: because widgets come, go or are laid out anew."""
        return None if layout else self.uncovered

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Paint regions; without any, those that can look otherwise."""
        parts = None if regions or recompose or not repaint else self.parts(layout=layout)
        if parts is None:
            return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        return super().refresh(*parts, repaint=bool(parts), layout=layout)

    def _on_timer_update(self) -> None:
        """Paint what is due. Textual forgets which widgets changed when the screen itself is due, since it means all of
        it: here that may be a part, and the widgets' own changes would never be seen.
        """
        if self._repaint_required and not self._layout_required:
            self._repaint_required = False
            self._dirty_widgets.add(self)
        super()._on_timer_update()

    def repaint(self) -> None:
        """Paint everything: another program may have written over it."""
        super().refresh(self.size.region, layout=True)


def covers(screen: Screen[Any], regions: Sequence[Region]) -> None:
    """Say to a screen what was covered of it; nothing while it is covered still."""
    if isinstance(screen, SparingScreen):
        screen.uncovered = regions
