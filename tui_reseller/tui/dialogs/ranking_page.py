"""A ranking of customers: letters and digits rank them otherwise, and it stays open meanwhile."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option as ListOption
from textual.worker import Worker

from tui_reseller.domain.text import clean
from tui_reseller.tui.dialogs.dialog import Dialog
from tui_reseller.tui.widgets.key_line import KeyLine
from tui_reseller.tui.widgets.rows import Rows

BY = "By  d delivered  b bounces  c share bounced  s share spam  w growth  n silence"
HINT = "Enter goes there   7 3 9 days   * marks all   r reads again   Esc back"
READING = "reading ...   Esc back"
ORDERS = {
    "d": "delivered", "b": "bounces", "c": "bounce_share", "s": "spam_share", "w": "growth", "n": "silence",
}  # fmt: skip
DAYS = {"7": 7, "3": 30, "9": 90}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows: title, column titles, a line for each customer, and a note below them, or empty."""

    title: str
    head: str
    rows: Sequence[tuple[str, str]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The customer to go to, or those to mark."""

    username: str = ""
    marked: frozenset[str] = frozenset()


Read = Callable[[str, int, bool], Awaitable[Shown]]
"""Gives what is shown for an order and a number of days, read anew if so wanted. Raises nothing: what went wrong is in
the note.
"""


class RankingPage(Dialog[Chosen | None]):
    """Returns what was chosen, or None for back."""

    SAYS_IN = "#page-hint"
    BINDINGS = [
        Binding("escape,q", "leave", show=False),
        Binding("j", "move(1)", show=False),
        Binding("k", "move(-1)", show=False),
        Binding("r", "again", show=False),
        Binding("asterisk", "mark", show=False),
        *(Binding(key, f"order('{key}')", show=False) for key in ORDERS),
        *(Binding(key, f"days('{key}')", show=False) for key in DAYS),
    ]

    def __init__(self, read: Read) -> None:
        super().__init__()
        self.read_ranking = read
        self.order, self.days = "delivered", 30
        self.shown = Shown("Ranking", "", ())

    def compose(self) -> ComposeResult:
        """Title, column titles, lines, hint."""
        yield Static("", markup=False, id="page-title")
        yield Static("", markup=False, id="page-heads")
        yield Rows(id="page-rows", markup=False)
        yield Static("", markup=False, id="page-note")
        yield KeyLine(BY, id="page-keys")
        yield KeyLine(READING, id="page-hint")

    def on_mount(self) -> None:
        """Read the first ranking."""
        self._fill()
        self.query_one(OptionList).focus()
        self._read()

    def _read(self, *, anew: bool = False) -> None:
        self.query_one("#page-hint", KeyLine).show_keys(READING)
        _: Worker[None] = self.run_worker(partial(self._show, anew), exclusive=True)

    async def _show(self, anew: bool) -> None:  # noqa: FBT001 - a worker's
        self.shown = await self.read_ranking(self.order, self.days, anew)
        self._fill()
        self.query_one("#page-hint", KeyLine).show_keys(HINT)

    def _fill(self) -> None:
        shown, rows = self.shown, self.query_one(OptionList)
        self.query_one("#page-title", Static).update(clean(shown.title))
        self.query_one("#page-heads", Static).update(shown.head)
        rows.clear_options()
        rows.add_options([ListOption(clean(words)) for _, words in shown.rows])
        note = self.query_one("#page-note", Static)
        note.display = bool(shown.note)
        note.update(clean(shown.note, longest=400))
        rows.highlighted = 0 if shown.rows else None

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter on a customer."""
        self.dismiss(Chosen(self.shown.rows[event.option_index][0]))

    def action_order(self, key: str) -> None:
        """Rank otherwise."""
        self.order = ORDERS[key]
        self._read()

    def action_days(self, key: str) -> None:
        """Rank by other days."""
        self.days = DAYS[key]
        self._read()

    def action_again(self) -> None:
        """Read it again."""
        self._read(anew=True)

    def action_mark(self) -> None:
        """Leave with all that are shown."""
        self.dismiss(Chosen(marked=frozenset(username for username, _ in self.shown.rows)))

    def action_move(self, step: int) -> None:
        """Move down or up."""
        rows = self.query_one(OptionList)
        (rows.action_cursor_down if step > 0 else rows.action_cursor_up)()

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)
