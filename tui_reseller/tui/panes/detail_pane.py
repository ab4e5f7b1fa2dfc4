"""The detail pane: one customer, whole beside the list, short below it."""

from collections.abc import Sequence
from datetime import datetime

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui_reseller.domain.audit import Entry
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.text import clean
from tui_reseller.tui.presenters.detail import short_lines, wide_lines
from tui_reseller.tui.presenters.rows import cut_middle


class DetailPane(VerticalScroll, can_focus=True):
    """Shows a customer and the last changes."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.customer: Customer | None = None
        self.entries: Sequence[Entry] = ()
        self.read_at = ""
        self.now: datetime | None = None

    def compose(self) -> ComposeResult:
        """A title and the text."""
        yield Static("", markup=False, id="detail-title")
        yield Static("", markup=False, id="detail-text")

    def show(self, customer: Customer | None, read_at: str, now: datetime) -> None:
        """Show a customer; activity comes with show_activity()."""
        if customer is None or self.customer is None or customer.username != self.customer.username:
            self.entries = ()
        self.customer, self.read_at, self.now = customer, read_at, now
        self._draw()

    def show_activity(self, customer: Customer, entries: Sequence[Entry]) -> None:
        """Show what was done to the customer, if it is still the one shown."""
        if self.customer is not None and self.customer.username == customer.username:
            self.entries = entries
            self._draw()

    def on_resize(self) -> None:
        """Another width wants another layout."""
        self._draw()

    def _draw(self) -> None:
        if not self.children:  # an answer may come while the application ends
            return
        title, text = self.query_one("#detail-title", Static), self.query_one("#detail-text", Static)
        width = max(self.size.width, 20)
        if self.customer is None or self.now is None:
            title.update(Text("" if self.screen.has_class("-wide") else "-" * width, no_wrap=True))
            text.update(Text("no customer"))
            return
        name = cut_middle(clean(self.customer.username), min(len(self.customer.username), width - 14)).rstrip()
        is_wide = self.size.height > 12
        head = f"-- {name} ".ljust(width - 9, "-") + " detail -"
        title.update(Text(head if not self.screen.has_class("-wide") else f"{name}", style="bold", no_wrap=True))
        lines = (
            wide_lines(self.customer, self.read_at, self.entries, self.now, width - 3)
            if is_wide
            else short_lines(self.customer, self.read_at, self.entries, self.now, width)
        )
        text.update(Text("\n".join(lines), no_wrap=True, overflow="ellipsis"))
