"""A page with a plot: letters and digits choose what is drawn, and it is drawn anew."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Static
from textual.worker import Worker

from tui_reseller.domain.text import clean
from tui_reseller.tui.dialogs.dialog import Dialog
from tui_reseller.tui.widgets.key_line import KeyLine

KEYS = "7 3 9 days  m months   d delivered  b bounces  s spam reports  o opens"
HINT = "t ranking of all   r reads again   Esc back"
READING = "reading ...   Esc back"
PERIODS = {"7": 7, "3": 30, "9": 90, "m": 0}
"""Days by their key; 0 are months."""
METRICS = {"d": "delivered", "b": "bounces", "s": "spam_reports", "o": "opens"}
RANKING = "ranking"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be shown, and in how many cells. Days of 0 are months; anew: what is known is read again."""

    days: int
    metric: str
    width: int
    height: int
    anew: bool = False


Show = Callable[[Wanted], Awaitable[tuple[str, list[str]]]]
"""Gives title and lines. Raises nothing: what went wrong is in the lines."""


class UsagePage(Dialog[str | None]):
    """Returns "ranking" where that is wanted next, or None for back."""

    SAYS_IN = "#page-hint"
    BINDINGS = [
        Binding("escape,q,h", "leave", show=False),
        *(Binding(key, f"period('{key}')", show=False) for key in PERIODS),
        *(Binding(key, f"metric('{key}')", show=False) for key in METRICS),
        Binding("r", "again", show=False),
        Binding("t", "ranking", show=False),
    ]

    def __init__(self, title: str, show: Show) -> None:
        super().__init__()
        self.heading = title
        self.show_usage = show
        self.days, self.metric = 30, "delivered"
        self.lines: list[str] = []

    def compose(self) -> ComposeResult:
        """Title, lines, hint."""
        yield Static(clean(self.heading), markup=False, id="page-title")
        yield Static("", markup=False, id="usage-lines")
        yield KeyLine(KEYS, id="page-keys")
        yield KeyLine(READING, id="page-hint")

    def on_resize(self) -> None:
        """Draw it for the room that there is."""
        self._draw()

    def _draw(self, *, anew: bool = False) -> None:
        _: Worker[None] = self.run_worker(partial(self._drawn, anew), exclusive=True)

    async def _drawn(self, anew: bool) -> None:  # noqa: FBT001 - a worker's
        self.query_one("#page-hint", KeyLine).show_keys(READING)
        wanted = Wanted(self.days, self.metric, max(self.size.width - 2, 20), max(self.size.height - 3, 5), anew)
        title, self.lines = await self.show_usage(wanted)
        self.query_one("#page-title", Static).update(clean(title))
        self.query_one("#usage-lines", Static).update("\n".join(clean(line) for line in self.lines))
        self.query_one("#page-hint", KeyLine).show_keys(HINT)

    def action_period(self, key: str) -> None:
        """Show another period."""
        self.days = PERIODS[key]
        self._draw()

    def action_metric(self, key: str) -> None:
        """Draw something else."""
        self.metric = METRICS[key]
        self._draw()

    def action_again(self) -> None:
        """Read it again."""
        self._draw(anew=True)

    def action_ranking(self) -> None:
        """Leave for the ranking."""
        self.dismiss(RANKING)

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)
