"""The list of customers: a line-API view on a window of rows. Costs the same at ten rows and at a million."""

from collections.abc import Callable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.events import Click, Key, Paste
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.switch import Switch
from tui_reseller.tui.presenters.rows import GUTTER, columns, cut, fit, spoken

MOVES = {"up": -1, "k": -1, "down": 1, "j": 1}


class ListPane(ScrollView, can_focus=True):
    """Shows rows by window; the cursor belongs to a username, not to a row number."""

    COMPONENT_CLASSES = {"list--cursor", "list--marked", "list--off", "list--match", "list--row"}

    class Moved(Message):
        """The cursor is on another customer."""

    class Pasted(Message):
        """Lines were pasted into the list."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class GutterClicked(Message):
        """The gutter of the row under the cursor was clicked: mark it."""

    def __init__(self, window: Callable[[int, int], Sequence[Customer]], *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.window = window
        self.rows = 0
        self.cursor = 0
        self.narrow = False
        self.plain = False
        self.marked: frozenset[str] = frozenset()
        self.needs_you: frozenset[str] = frozenset()
        self.words: tuple[str, ...] = ()
        self.range_from: int | None = None
        self.username: str | None = None
        self.version: tuple[object, ...] = ()

    @property
    def customer(self) -> Customer | None:
        """The customer under the cursor."""
        found = self.window(self.cursor, self.cursor + 1) if self.rows else ()
        return found[0] if found else None

    def show(self, rows: int, cursor: int | None) -> None:
        """Show a changed list; the cursor goes to a row, or stays as near as it can."""
        self.rows = rows
        self.cursor = max(0, min(self.cursor if cursor is None else cursor, rows - 1))
        self.virtual_size = Size(self.size.width, rows)
        if self.username is None:
            self._anchor_here()
        self._follow()
        self.refresh()

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self.virtual_size = Size(self.size.width, self.rows)
        self._follow()

    def render_line(self, y: int) -> Strip:
        """Draw one row of the view."""
        row, width = y + self.scroll_offset.y, self.size.width
        found = self.window(row, row + 1) if row < self.rows else ()
        base = self.get_component_rich_style("list--row")
        if not found:
            return Strip.blank(width, base)
        customer = found[0]
        style = base
        if customer.username in self.marked or self._in_range(row):
            style += self.get_component_rich_style("list--marked", partial=True)
        is_cursor = row == self.cursor
        if is_cursor:
            style += self.get_component_rich_style("list--cursor", partial=True)
        if self.plain:
            needs_you = customer.username in self.needs_you
            is_marked = customer.username in self.marked or self._in_range(row)
            text = spoken(customer, is_cursor=is_cursor, is_marked=is_marked, needs_you=needs_you)
            return Strip([Segment(cut(text, width), base)], width)
        segments = [Segment(self._gutter(customer, row), style)]
        for column in columns(width, narrow=self.narrow):
            text = fit(customer, column)
            if column.field in {"sending", "website_access"}:
                state: Switch = getattr(customer, column.field)
                off = self.get_component_rich_style("list--off", partial=True)
                segments += [Segment(text, style + off if state is Switch.OFF else style), Segment(" ", style)]
            else:
                segments += [*self._matched(text, style), Segment(" ", style)]
        return Strip(segments).adjust_cell_length(width, style)

    def _gutter(self, customer: Customer, row: int) -> str:
        cursor = ">" if row == self.cursor else " "
        mark = "*" if customer.username in self.marked or self._in_range(row) else " "
        needs = "!" if customer.username in self.needs_you else " "
        return f"{cursor}{mark}{needs} "[:GUTTER]

    def _in_range(self, row: int) -> bool:
        if self.range_from is None:
            return False
        return min(self.range_from, self.cursor) <= row <= max(self.range_from, self.cursor)

    def _matched(self, text: str, style: Style) -> list[Segment]:
        """Split a cell where a word of the filter stands in it."""
        lowered = text.lower()
        for word in self.words:
            at = lowered.find(word)
            if at >= 0 and len(lowered) == len(text):
                match = style + self.get_component_rich_style("list--match", partial=True)
                end = at + len(word)
                return [Segment(text[:at], style), Segment(text[at:end], match), Segment(text[end:], style)]
        return [Segment(text, style)]

    def move(self, to: int) -> None:
        """Put the cursor on a row."""
        if not self.rows:
            return
        old, self.cursor = self.cursor, max(0, min(to, self.rows - 1))
        self._anchor_here()
        followed = self._follow()
        self._place_cursor()
        if followed or self.range_from is not None:
            self.refresh()
        else:
            for row in {old, self.cursor}:
                self.refresh(Region(0, row - self.scroll_offset.y, self.size.width, 1))
        if self.cursor != old:
            self.post_message(self.Moved())

    def _anchor_here(self) -> None:
        """Remember whose row it is: the cursor belongs to a username."""
        customer = self.customer
        self.username = customer.username if customer else None

    def _place_cursor(self) -> None:
        """Put the terminal's own cursor on the row: readers follow it."""
        if self.plain:
            self.app.cursor_position = Offset(self.region.x, self.region.y + self.cursor - self.scroll_offset.y)

    def on_focus(self) -> None:
        """The cursor is here again."""
        self._place_cursor()

    def _follow(self) -> bool:
        """Scroll so that the cursor is in view; return whether anything moved."""
        top, height = self.scroll_offset.y, max(self.size.height, 1)
        goal = min(max(top, self.cursor - height + 1), self.cursor)
        if goal == top:
            return False
        self.scroll_to(y=goal, animate=False, immediate=True, force=True)
        return True

    def on_key(self, event: Key) -> None:
        """Move. Everything else is a command's key, or nothing."""
        page = max(self.size.height - 1, 1)
        goals = {
            "pagedown": self.cursor + page,
            "pageup": self.cursor - page,
            "home": 0,
            "g": 0,
            "end": self.rows - 1,
            "G": self.rows - 1,
            "upper_g": self.rows - 1,
        }
        if event.key in MOVES:
            self.move(self.cursor + MOVES[event.key])
        elif event.key in goals:
            self.move(goals[event.key])
        else:
            return
        event.stop()
        event.prevent_default()

    def on_click(self, event: Click) -> None:
        """A click moves; in the gutter it marks."""
        row = event.y + self.scroll_offset.y
        if row < self.rows:
            self.move(row)
            if event.x < GUTTER:
                self.post_message(self.GutterClicked())

    def on_paste(self, event: Paste) -> None:
        """Pasted usernames are marked by the screen."""
        event.stop()
        self.post_message(self.Pasted(event.text))
