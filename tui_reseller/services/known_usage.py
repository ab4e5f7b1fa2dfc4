"""What was read of usage in this session, with its time: asked for again, it need not be read again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from tui_reseller.domain.errors import NotPermitted
from tui_reseller.domain.ranking import SILENCE, is_bouncing
from tui_reseller.domain.usage import Credits, Period, Ranked, Sample, Series, Step, fell_silent

FRESH = timedelta(minutes=10)
"""So long what was read is shown again without asking; its time stands beside it."""
MOST = 500
"""So many answers are kept of each kind; the oldest go first."""

K = TypeVar("K")
T = TypeVar("T")
NO_SAMPLES: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """What a customer sent in a period and in the one before, as it was read at a moment."""

    now: Series
    before: Series
    read_at: datetime

    @property
    def period(self) -> Period:
        """The period."""
        return self.now.period


@dataclass(frozen=True, slots=True)
class Standing:
    """A customer's reputation and credits as they were read at a moment. Refused says what the key may not read, and
    which permission it lacks.
    """

    read_at: datetime
    reputation: float | None = None
    credits: Credits | None = None
    refused: tuple[NotPermitted, ...] = ()
    samples: tuple[Sample, ...] = NO_SAMPLES


@dataclass(frozen=True, slots=True)
class Ranking:
    """Customers in an order. Reach is how many were looked at, those who send most; is_whole whether that was everybody
    outside the EU. Those of the EU are in no ranking of the service.
    """

    name: str
    period: Period
    rows: tuple[Ranked, ...]
    read_at: datetime
    reach: int
    is_whole: bool


class Kept(dict[K, T]):
    """Answers by what was asked."""

    def keep(self, key: K, value: T) -> T:
        """Keep an answer, and let the oldest go where there are too many."""
        self.pop(key, None)
        self[key] = value
        while len(self) > MOST:
            del self[next(iter(self))]
        return value

    def fresh(self, key: K, now: datetime, moment: Callable[[T], datetime]) -> T | None:
        """Return an answer that is not too old to be shown again."""
        found = self.get(key)
        return found if found is not None and now - moment(found) < FRESH else None


@dataclass
class KnownUsage:
    """All that was read. Refused holds what the key may not do: what nobody waits for is not asked for again."""

    usage: Kept[tuple[str, Period], Usage] = field(default_factory=Kept)
    standing: Kept[str, Standing] = field(default_factory=Kept)
    rankings: Kept[object, Ranking] = field(default_factory=Kept)
    refused: dict[str, NotPermitted] = field(default_factory=dict)

    @property
    def told(self) -> int:
        """Of how many customers it is known whether mail bounces."""
        return len(self._bouncing())

    @property
    def bouncing(self) -> frozenset[str]:
        """The customers whose mail bounced, by what was read of them last."""
        return frozenset(username for username, bounces in self._bouncing().items() if bounces)

    @property
    def silent(self) -> frozenset[str]:
        """The customers who sent and fell silent, by what was read of them last."""
        found = [
            (one.read_at, username, fell_silent(one.before, one.now) is not None)
            for (username, _), one in self.usage.items()
            if one.period.step is Step.DAY
        ]
        for ranking in self.rankings.values():
            found += [(ranking.read_at, one.username, True) for one in ranking.rows if ranking.name == SILENCE]
        return frozenset(username for username, is_silent in _last(found).items() if is_silent)

    def _bouncing(self) -> dict[str, bool]:
        found = [(one.read_at, username, is_bouncing(one.now.totals)) for (username, _), one in self.usage.items()]
        for ranking in self.rankings.values():
            found += [(ranking.read_at, one.username, is_bouncing(one.now)) for one in ranking.rows]
        return _last(found)


def _last(found: list[tuple[datetime, str, bool]]) -> dict[str, bool]:
    """Return what was read last of each customer."""
    return {username: holds for _, username, holds in sorted(found)}
