"""An input field of several lines. Apart from the others: what it is made of takes a while to load."""

from textual.events import Paste
from textual.widgets import TextArea

from tui_reseller.domain.text import clean


class LinesInput(TextArea):
    """A field in which Enter begins a new line. Nothing in it acts on the terminal: what is pasted is made harmless."""

    def __init__(self, value: str, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(value, compact=True, highlight_cursor_line=False, id=id)

    @property
    def value(self) -> str:
        """The text, called as in the other fields."""
        return self.text

    @value.setter
    def value(self, value: str) -> None:
        self.text = value

    def on_mount(self) -> None:
        """Stand still, behind what is there."""
        self.cursor_blink = False
        self.move_cursor(self.document.end)

    async def _on_paste(self, event: Paste) -> None:
        event.stop()
        event.prevent_default()
        lines = "\n".join(map(clean, event.text.splitlines()))
        self.replace(lines, *self.selection, maintain_selection_offset=False)
