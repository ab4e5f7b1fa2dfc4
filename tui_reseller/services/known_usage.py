"""What was read of usage in this session, with its time: asked for again, it need not be read again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from tui_reseller.domain.errors import NotPermitted
from tui_reseller.domain.usage import Credits, Period, Ranked, Sample, Series

FRESH = timedelta(minutes=10)
"""So long what was read is shown again without asking; its time stands beside it."""
MOST = 500
"""So many answers are kept of each kind; the oldest go first."""

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


class Kept(dict[object, T]):
    """Answers by what was asked."""

    def keep(self, key: object, value: T) -> T:
        """Keep an answer, and let the oldest go where there are too many."""
        self.pop(key, None)
        self[key] = value
        while len(self) > MOST:
            del self[next(iter(self))]
        return value

    def fresh(self, key: object, now: datetime, moment: Callable[[T], datetime]) -> T | None:
        """Return an answer that is not too old to be shown again."""
        found = self.get(key)
        return found if found is not None and now - moment(found) < FRESH else None


@dataclass
class KnownUsage:
    """All that was read. Refused holds what the key may not do: what nobody waits for is not asked for again."""

    usage: Kept[Usage] = field(default_factory=Kept)
    standing: Kept[Standing] = field(default_factory=Kept)
    rankings: Kept[Ranking] = field(default_factory=Kept)
    refused: dict[str, NotPermitted] = field(default_factory=dict)
