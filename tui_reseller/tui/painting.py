"""Screens that paint all that is due. What stands on the terminal already is not written again (wire.py): nothing here
has to guess what a change may have touched.
"""

from typing import TypeVar

from textual.screen import Screen

T = TypeVar("T")


class PaintedScreen(Screen[T]):
    """A screen that forgets no change. It takes keys once it knows where they belong."""

    takes_keys: bool = True

    def _on_timer_update(self) -> None:
        """Paint what is due. Textual forgets which widgets changed when the screen itself is due: that may be a region
        of it alone, as where a screen beneath has changed, and the widgets' own changes would never be seen.
        """
        if self._repaint_required and not self._layout_required:
            self._repaint_required = False
            self._dirty_widgets.add(self)
        super()._on_timer_update()

    def repaint(self) -> None:
        """Paint everything: another program may have written over it."""
        self.refresh(self.size.region, layout=True)
