"""The detail pane: one customer, whole beside the list, short below it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_reseller.domain.audit import Entry
from tui_reseller.domain.cells import is_disputed
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.note import Note
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.text import clean
from tui_reseller.tui.panes.line_view import LineView
from tui_reseller.tui.presenters.detail import NO_ENDS, right_begins, short_lines, short_title, wide_lines
from tui_reseller.tui.presenters.rows import cut_middle

TALL = 12
"""From so many lines on, there is room for one field a line."""


class DetailPane(LineView, can_focus=True):
    """Shows a customer and the last changes."""

    def __init__(self, provider: Provider, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.provider = provider
        self.customer: Customer | None = None
        self.entries: Sequence[Entry] = ()
        self.read_at = ""
        self.note: Note | None = None
        self.now: datetime | None = None
        self.ends: Mapping[str, str] = NO_ENDS
        self.usage: Sequence[str] = ()
        self.lines: Sequence[str] = ()
        self._right = 0  # the cell at which a right half begins, if there is one
        self._style = Style()

    def show(
        self,
        customer: Customer | None,
        read_at: str,
        now: datetime,
        note: Note | None = None,
        ends: Mapping[str, str] = NO_ENDS,
        usage: Sequence[str] = (),
    ) -> None:
        """Show a customer with our note, what is said of the end of a suspension, and as many lines on usage as there
        will be when it is read; activity comes with show_activity().
        """
        if customer is None or self.customer is None or customer.username != self.customer.username:
            self.entries = ()
            self.scroll_to(y=0, animate=False, immediate=True, force=True)
        self.customer, self.read_at, self.now, self.note, self.ends = customer, read_at, now, note, ends
        self.usage = usage
        self._fill()

    def show_activity(self, customer: Customer, entries: Sequence[Entry]) -> None:
        """Show what was done to the customer, if it is still the one shown."""
        if self.customer is not None and self.customer.username == customer.username and entries != self.entries:
            self.entries = entries
            self._fill()

    def show_usage(self, customer: Customer, usage: Sequence[str]) -> None:
        """Show what the customer sends, if it is still the one shown."""
        if self.customer is not None and self.customer.username == customer.username and usage != self.usage:
            self.usage = usage
            self._fill()

    @property
    def has_room(self) -> bool:
        """Whether there is room for one field a line."""
        return self.size.height > TALL

    @property
    def room(self) -> int:
        """Cells of a line of one field."""
        return max(self.size.width, 20) - 3

    def on_resize(self) -> None:
        """Another width wants another layout."""
        self._strips = {}
        self._fill()

    def draw(self, row: int) -> Strip:
        """Draw one line; the first is the title."""
        text = self.lines[row] if row < len(self.lines) else ""
        style = self._style + Style(bold=True) if row == 0 and self.customer is not None else self._style
        line = Segment(text, style)
        if is_disputed(text):
            before, behind = line.split_cells(self._right)
            is_split = before.text.endswith(" ") and behind.text
            self.has_parts(row, [(0, [before]), (self._right, [behind])] if is_split else [(0, [line])])
        return Strip([line]).adjust_cell_length(self.size.width, self._style)

    def _fill(self) -> None:
        width, is_wide = max(self.size.width, 20), self.screen.has_class("-wide")
        self.lines = self._lines(width, is_wide=is_wide)
        self._style = self.rich_style  # which Textual puts together from all parents anew for everyone who asks
        self.set_lines(len(self.lines))
        self.repaint()

    def notify_style_update(self) -> None:
        """Other colours: every line is drawn again."""
        super().notify_style_update()
        self._style = self.rich_style

    def _lines(self, width: int, *, is_wide: bool) -> list[str]:
        if self.customer is None or self.now is None:
            return ["" if is_wide else "-" * width, "no customer"]
        name = cut_middle(clean(self.customer.username), min(len(self.customer.username), width - 14)).rstrip()
        known = self.provider, self.customer, self.read_at, self.entries, self.now
        if self.has_room:
            self._right = 0
            title = name if is_wide else short_title(name, width)
            return [title, *wide_lines(*known, self.room, self.note, self.ends, self.usage)]
        self._right = right_begins(width)
        return [name if is_wide else short_title(name, width, self.note), *short_lines(*known, width, self.ends)]
