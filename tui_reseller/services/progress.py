"""How far a job is, and how fast it goes: what a watcher is shown."""

from dataclasses import dataclass, field

from tui_reseller.domain.operation import Outcome
from tui_reseller.services.ports import Clock
from tui_reseller.services.result import Result

LAST = 200
"""So many of the newest results are kept at hand."""


@dataclass
class Progress:
    """Counts of items by outcome, None for those that have none yet.

    Counts are of customers, calls is how many each of them takes. Last holds the newest results; told counts all of
    them. Sent counts the outcomes of this run, doing says in words what goes on beside the sending.
    """

    clock: Clock
    total: int
    counts: dict[Outcome | None, int]
    calls: int = 1
    last: list[Result] = field(default_factory=list)
    told: int = 0
    sent: int = 0
    started: float = 0.0
    doing: str = ""

    @property
    def done(self) -> int:
        """Items that have an outcome."""
        return sum(count for outcome, count in self.counts.items() if outcome is not None)

    @property
    def rate(self) -> float:
        """Operations per second since this run began."""
        spent = self.clock.monotonic() - self.started
        return self.sent / spent if spent > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at this rate, if that can be said."""
        return (self.total - self.done) * self.calls / self.rate if self.sent and self.rate else None

    @property
    def unknown(self) -> int:
        """Items whose outcome is not known."""
        return self.counts.get(Outcome.UNKNOWN, 0)

    def begin(self) -> None:
        """Start the clock of this run."""
        self.doing, self.started = "", self.clock.monotonic()

    def move(self, before: Outcome | None, after: Outcome | None) -> None:
        """Count an item under its new outcome."""
        self.counts[before] = self.counts.get(before, 0) - 1
        self.counts[after] = self.counts.get(after, 0) + 1

    def add(self, result: Result) -> None:
        """Show one more result."""
        self.last = [*self.last[-(LAST - 1) :], result]
        self.told += 1

    def since(self, told: int) -> list[Result]:
        """Return the results that came after so many were told, as far as they are still at hand."""
        return self.last[max(0, len(self.last) - (self.told - told)) :] if self.told > told else []
