"""The list of customers: a line-API view on a window of rows. Costs the same at ten rows and at a million."""

from collections.abc import Sequence
from time import monotonic

from rich.segment import Segment
from textual.events import Click, Key, Paste
from textual.geometry import Offset
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from tui_reseller.domain.cells import is_disputed
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.note import NO_NOTES
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.text import clean
from tui_reseller.tui.panes.customer_rows import CustomerRows, Shown
from tui_reseller.tui.panes.line_view import LineView
from tui_reseller.tui.panes.row_strip import RowMarks, row_parts, row_strip, spoken_strip, spoken_words_of
from tui_reseller.tui.presenters.empty import nothing_words
from tui_reseller.tui.presenters.rows import GUTTER, columns
from tui_reseller.tui.view_state import ViewState

NOTHING_AT = 1
"""The line at which it is said why no customer is shown."""
MOVES = {"up": -1, "k": -1, "down": 1, "j": 1}


class ListPane(LineView, can_focus=True):
    """Shows rows by window; the cursor belongs to a username, not to a row number."""

    COMPONENT_CLASSES = {
        "list--row", "list--soft", "list--cursor", "list--left", "list--marked", "list--mark", "list--off",
        "list--off-cursor", "list--off-left", "list--match",
    }  # fmt: skip

    class Moved(Message):
        """The cursor is on another customer."""

    class Pasted(Message):
        """Lines were pasted into the list."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Opened(Message):
        """The row under the cursor was clicked twice: open it."""

    class GutterClicked(Message):
        """The gutter of the row under the cursor was clicked: mark it."""

    def __init__(self, rows: CustomerRows, provider: Provider, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._rows = rows
        self.provider = provider
        self.rows = self.cursor = 0
        self.narrow = self.plain = False
        self.pace = 0.0
        self.columns: tuple[str, ...] = ()
        self.untold: frozenset[str] = frozenset()
        self.nothing: tuple[str, ...] = ()
        self.marked: frozenset[str] = frozenset()
        self.needs_you: frozenset[str] = frozenset()
        self.notes = NO_NOTES
        self.words: tuple[str, ...] = ()
        self.range_from: int | None = None
        self.behind_mark: str | None = None
        self.username: str | None = None
        self.was_moved = False
        self._shown: Shown | None = None
        self._read: dict[int, Customer] = {}
        self._fresh: frozenset[str] = frozenset()
        self._later: Timer | None = None
        self._painted_at = 0.0

    @property
    def customer(self) -> Customer | None:
        """The customer under the cursor."""
        return self._at(self.cursor)

    def window(self, start: int, stop: int) -> Sequence[Customer]:
        """Return rows from start up to but not including stop."""
        return self._rows.window(start, stop)

    def _at(self, row: int) -> Customer | None:
        """Return a row; a whole screen of rows is read at once and kept until the list changes."""
        if row not in self._read and 0 <= row < self.rows:
            height = max(self.size.height, 1)
            first = self.scroll_offset.y if 0 <= row - self.scroll_offset.y < height else row
            found = self._rows.window(first, first + height)
            self._read = dict(enumerate(found, first))
            self._fresh = self._rows.fresh([customer.username for customer in found])
        return self._read.get(row)

    @property
    def _drawn(self) -> tuple[object, ...]:
        """What of the state is drawn into rows."""
        return self.marked, self.needs_you, self.notes, self.words, self.columns, self.untold, self.nothing

    def show_state(self, state: ViewState, words: tuple[str, ...]) -> None:
        """Show the list as the state says, with the words of its filter; nothing is painted if nothing is otherwise."""
        drawn = self._drawn
        self.marked, self.needs_you, self.notes = state.marked, state.needs_you, state.notes
        self.words, self.columns, self.untold = words, state.columns, state.untold
        self.nothing = nothing_words(state)
        rows, before = self._rows, self._shown
        now = Shown(rows.version, len(rows), state.sort, state.descending, state.filter_text, rows.is_head)
        if drawn == self._drawn and before == now:
            return
        self._shown = now
        is_other_version = before is not None and before._replace(version=now.version) == now
        if is_other_version and drawn == self._drawn and self._is_painted():
            return
        is_other_filter = before is not None and before.filter_text != now.filter_text
        seen = self.customer  # as it was painted; not whose row it is, where the filter hides that one
        row = rows.row_of(self.username) if self.username is not None else None
        if row is None and not is_other_filter and seen is not None:
            row = rows.row_of(seen.username)
        # Behind the head the whole list may be in another order: who has not moved yet is at its beginning.
        is_loaded = before is not None and before.is_head and not now.is_head and not self.was_moved
        self.show(0 if (row is None and is_other_filter) or is_loaded else row)

    def _is_painted(self) -> bool:
        """Whether the rows on the screen are what is there now, as after a reading that brought nothing new."""
        first, height = self.scroll_offset.y, max(self.size.height, 1)
        found = self._rows.window(first, first + height)
        fresh = self._rows.fresh([customer.username for customer in found])
        return dict(enumerate(found, first)) == self._read and fresh == self._fresh

    def show(self, cursor: int | None) -> None:
        """Show a changed list; the cursor goes to a row, or stays as near as it can."""
        self.rows = len(self._rows)
        self._read = {}
        self.cursor = max(0, min(self.cursor if cursor is None else cursor, self.rows - 1))
        top = self.scroll_offset.y
        self.set_lines(self.rows)
        if self.username is None:
            self._anchor_here()
        self._follow()
        if self.scroll_offset.y == top:
            self.repaint()
        else:
            self.redraw()

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self.set_lines(self.rows)
        self._strips, self._read = {}, {}
        self._follow()

    def draw(self, row: int) -> Strip:
        """Draw one row."""
        width, customer = self.size.width, self._at(row)
        if customer is None:
            said = self.nothing[row - NOTHING_AT] if 0 <= row - NOTHING_AT < len(self.nothing) else ""
            style = self.style_of("list--row" if row == NOTHING_AT else "list--soft")
            return Strip([Segment(f"    {clean(said)}", style)]).adjust_cell_length(width, style)
        marks = self._marks_of(row, customer)
        if self.plain:
            return spoken_strip(self.provider, customer, marks, width, self.style_of("list--row"))
        noted = len(self.notes) > 0
        shown = columns(self.provider, width, self.columns, narrow=self.narrow, noted=noted, hidden=self.untold)
        parts = row_parts(customer, marks, shown, self.words, self.style_of)
        if any(is_disputed(segment.text) for _, cell in parts for segment in cell):
            self.has_parts(row, parts)
        return row_strip(parts, width)

    def _marks_of(self, row: int, customer: Customer) -> RowMarks:
        name = customer.username
        return RowMarks(
            is_cursor=row == self.cursor and not self.plain,  # there the terminal's own cursor says so
            is_marked=name in self.marked or self._in_range(row),
            needs_you=name in self.needs_you,
            is_fresh=name in self._fresh,
            note=self.notes.of(customer),
            is_left=not self.has_focus,
        )

    @property
    def spoken(self) -> str:
        """The row under the cursor as it is spoken, and which one it is."""
        if (customer := self.customer) is None:
            return f"list, {', '.join(self.nothing) or 'no customer'}"
        row = spoken_words_of(self.provider, customer, self._marks_of(self.cursor, customer))
        return f"{row}, {self.cursor + 1:,} of {self.rows:,}"

    def _in_range(self, row: int) -> bool:
        if self.range_from is None:
            return False
        return min(self.range_from, self.cursor) <= row <= max(self.range_from, self.cursor)

    def move(self, to: int) -> None:
        """Put the cursor on a row. A step over the edge brings half a page: a held arrow rarely paints it."""
        if not self.rows:
            return
        old, self.cursor, self.behind_mark = self.cursor, max(0, min(to, self.rows - 1)), None
        self.was_moved = True
        if self.cursor != old:
            self.post_message(self.Moved())
        self._anchor_here()
        if self._is_too_soon():
            return
        top = self.scroll_offset.y
        self._follow(half=abs(self.cursor - old) == 1)
        if self.plain:
            self.app.cursor_position = self.place  # the terminal's own: readers follow it
        if self.scroll_offset.y != top or self.range_from is not None:
            self.redraw()
        else:
            for row in {old, self.cursor} if not self.plain else ():
                self.repaint_line(row)

    def _is_too_soon(self) -> bool:
        """Whether this move is painted later, together with the next ones: the line is slow."""
        if not self.pace:
            return False
        if self._later is None:
            now = monotonic()
            wait = self._painted_at + self.pace - now
            if wait <= 0:
                self._painted_at = now
                return False
            self._later = self.set_timer(wait, self._paint_later)
        return True

    def _paint_later(self) -> None:
        self._later, self._painted_at = None, monotonic()
        top = self.scroll_offset.y
        self._follow(half=True)
        if self.plain:
            self.app.cursor_position = self.place  # the terminal's own: readers follow it
        if self.scroll_offset.y == top:
            self.repaint()
        else:
            self.redraw()

    def _anchor_here(self) -> None:
        """Remember whose row it is: the cursor belongs to a username."""
        customer = self.customer
        self.username = customer.username if customer else None

    @property
    def place(self) -> Offset:
        """Where the row under the cursor begins."""
        return Offset(self.region.x, self.region.y + self.cursor - self.scroll_offset.y)

    def focus_changed(self) -> None:
        """The row under the cursor says where keys go."""
        if not self.plain:
            self.repaint()

    def _follow(self, *, half: bool = False) -> None:
        """Scroll so that the cursor is in view, and by half a page if that is wanted."""
        top, height = self.scroll_offset.y, max(self.size.height, 1)
        goal = min(max(top, self.cursor - height + 1), self.cursor)
        if goal == top:
            return
        if half:
            goal = min(max(0, self.cursor - height // 2), max(0, self.rows - height))
        self.scroll_to(y=goal, animate=False, immediate=True, force=True)

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
        """A click moves; in the gutter it marks, and twice elsewhere it opens."""
        row = event.y + self.scroll_offset.y
        if row < self.rows:
            self.move(row)
            if event.x < GUTTER:
                self.post_message(self.GutterClicked())
            elif event.chain == 2:
                self.post_message(self.Opened())

    def on_paste(self, event: Paste) -> None:
        """Pasted usernames are marked by the screen."""
        event.stop()
        self.post_message(self.Pasted(event.text))
