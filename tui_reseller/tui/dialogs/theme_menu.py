"""Themes: the one under the cursor is on the screen at once; Enter keeps it, Esc puts the one before back."""

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import OptionList, Static

from tui_reseller.tui.dialogs.dialog import Dialog
from tui_reseller.tui.themes import kind_of
from tui_reseller.tui.widgets.key_line import KeyLine
from tui_reseller.tui.widgets.rows import Rows

NAME = 22
"""Cells of a name."""


class ThemeMenu(Dialog[str | None]):
    """A narrow list at the right edge; the rest is the screen itself. Returns the chosen name, or None."""

    SAYS_IN = ".menu-hint"
    BINDINGS = [
        Binding("escape,q", "leave", show=False),
        Binding("j", "move(1)", show=False),
        Binding("k", "move(-1)", show=False),
    ]

    def __init__(self, names: Sequence[str], before: str, preview: Callable[[str], None]) -> None:
        super().__init__()
        self.names = names
        self.before = before
        self.preview = preview

    def compose(self) -> ComposeResult:
        """Title, a line a theme, hint."""
        with Vertical(id="menu"):
            yield Static("Theme", markup=False, id="menu-title")
            yield Rows(*(f"{name:<{NAME}} {kind_of(name)}" for name in self.names), markup=False, id="themes")
            yield KeyLine("Enter keeps it   Esc puts the old one back", classes="menu-hint")

    def on_mount(self) -> None:
        """Begin on the theme that is shown."""
        rows = self.query_one(OptionList)
        rows.highlighted = self.names.index(self.before)
        self.set_focus(rows)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show it."""
        self.preview(self.names[event.option_index])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Keep it."""
        self.dismiss(self.names[event.option_index])

    def action_move(self, step: int) -> None:
        """Move as in the list."""
        rows = self.query_one(OptionList)
        rows.action_cursor_down() if step > 0 else rows.action_cursor_up()

    def action_leave(self) -> None:
        """Keep what was there before."""
        self.dismiss(None)
