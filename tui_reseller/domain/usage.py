"""What customers send: metrics by day or month, their sums and shares, and how a period compares with the one before.

A day of which the service tells nothing is a gap and no zero: it is in no sum, and stays a gap in whatever is drawn.
Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

METRICS = (
    "requests", "processed", "delivered", "bounces", "blocks", "deferred", "opens", "unique_opens", "clicks",
    "unique_clicks", "spam_reports", "unsubscribes", "bounce_drops", "invalid_emails", "spam_report_drops",
    "unsubscribe_drops",
)  # fmt: skip
"""The names that the service has for them (services 9.7), what is looked at most first."""
PLOTTED = ("delivered", "bounces", "spam_reports", "opens")
"""What is drawn."""

RECENT_DAYS = 14
"""What is shown of a customer under the cursor."""
WEEKEND = timedelta(days=3)
"""Who sends nothing for so long may have a weekend, with a holiday."""

Metrics = Mapping[str, int]


class Step(Enum):
    """What one figure of a series is about."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from first to last, both among them, told by the day or by the month."""

    first: date
    last: date
    step: Step = Step.DAY

    @classmethod
    def of_days(cls, days: int, today: date) -> "Period":
        """Return so many whole days, at least 1: today is not over, and not among them."""
        last = today - timedelta(days=1)
        return cls(last - timedelta(days=days - 1), last)

    @classmethod
    def of_months(cls, months: int, today: date) -> "Period":
        """Return so many months, at least 1: the last one is that of yesterday, as far as it has come."""
        last = today - timedelta(days=1)
        return cls(months_before(last, months - 1), last, Step.MONTH)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def points(self) -> tuple[date, ...]:
        """The days, or the first days of the months, that it has figures of."""
        if self.step is Step.DAY:
            return tuple(self.first + timedelta(days=at) for at in range(self.days))
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month
        return tuple(months_before(self.last, months - at) for at in range(months + 1))

    @property
    def before(self) -> "Period":
        """The period of the same length before this one."""
        last = self.first - timedelta(days=1)
        if self.step is Step.DAY:
            return Period(last - timedelta(days=self.days - 1), last)
        return Period(months_before(last, len(self.points) - 1), last, Step.MONTH)

    @property
    def words(self) -> str:
        """What it is called."""
        return f"{self.days} days" if self.step is Step.DAY else f"{len(self.points)} months"


def months_before(day: date, months: int) -> date:
    """Return the first day of the month that is so many months before that of a day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


@dataclass(frozen=True, slots=True)
class Series:
    """What the service told of a period: the metrics of each day or month of which it told any."""

    period: Period
    told: Mapping[date, Metrics]

    def values(self, metric: str) -> tuple[int | None, ...]:
        """Return a metric, point by point; None is a gap."""
        return tuple(self.told[day].get(metric) if day in self.told else None for day in self.period.points)

    @property
    def gaps(self) -> int:
        """How many points the service told nothing of."""
        return len(self.period.points) - sum(day in self.told for day in self.period.points)

    @property
    def is_mostly_told(self) -> bool:
        """Whether at least nine of ten points are told: with less, sums say nothing beside those of another period."""
        return self.gaps * 10 <= len(self.period.points)

    @property
    def totals(self) -> "Totals":
        """The sums."""
        return Totals.of(self.told[day] for day in self.period.points if day in self.told)

    def part(self, period: Period) -> "Series":
        """Return what was told of a period inside this one."""
        points = frozenset(period.points)
        return Series(period, {day: metrics for day, metrics in self.told.items() if day in points})


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of metrics. None were told where there is nothing in it, which is not the same as nothing sent."""

    sums: Metrics

    @classmethod
    def of(cls, each: Iterable[Metrics]) -> "Totals":
        """Add metrics up."""
        found: dict[str, int] = {}
        for metrics in each:
            for name, number in metrics.items():
                found[name] = found.get(name, 0) + number
        return cls(found)

    def get(self, metric: str) -> int | None:
        """Return a sum; None where nothing was told of it."""
        return self.sums.get(metric)

    @property
    def bounce_share(self) -> float | None:
        """What bounced of what was processed, 0 to 1; None where that was nothing, or was not told."""
        return _share(self.get("bounces"), self.get("processed"))

    @property
    def spam_share(self) -> float | None:
        """What was reported as spam of what was delivered, 0 to 1; None where that was nothing, or was not told."""
        return _share(self.get("spam_reports"), self.get("delivered"))


def _share(part: int | None, whole: int | None) -> float | None:
    return part / whole if part is not None and whole else None


def change(now: int | None, before: int | None) -> float | None:
    """Return how much more there is now, as a share of what there was before: 0.5 is half as much again, -1 nothing at
    all. None where one of the two is not known, or there was nothing before.
    """
    return (now - before) / before if now is not None and before else None


def last_delivered(*each: Series) -> date | None:
    """Return the last day of some series of days on which something was delivered; None where there is none."""
    return max(
        (day for series in each for day, metrics in series.told.items() if metrics.get("delivered")), default=None
    )


def fell_silent(*in_order: Series) -> date | None:
    """Return the last day on which something was delivered, where that is longer ago than a weekend at the end of some
    series of days; None where it is not, or nothing ever was.
    """
    last, end = last_delivered(*in_order), in_order[-1].period.last
    return last if last is not None and end - last > WEEKEND else None


def percent(share: float | None) -> str:
    """Return a share for reading: two digits that say something, - where there is none."""
    if share is None:
        return "-"
    value = share * 100
    digits = 0 if abs(value) >= 10 else 1 if abs(value) >= 1 else 2
    return f"{value:,.{digits}f} %"


def number(value: int | None) -> str:
    """Return a number for reading, - where there is none."""
    return "-" if value is None else f"{value:,}"


def changed(share: float | None) -> str:
    """Return a change for reading, with its sign; - where there is none."""
    if share is None:
        return "-"
    return f"{share * 100:+,.0f} %" if abs(share) >= 0.005 else "0 %"


@dataclass(frozen=True, slots=True)
class Ranked:
    """A customer in a ranking: what was told of the period, and of the one before where that was asked for. Last is
    the last day on which something was delivered, where that was asked for.
    """

    username: str
    now: Totals
    before: Totals | None = None
    last: date | None = None

    @property
    def growth(self) -> float | None:
        """How much more was delivered than in the period before."""
        return change(self.now.get("delivered"), self.before.get("delivered")) if self.before is not None else None


@dataclass(frozen=True, slots=True)
class Credits:
    """How much a customer may still send: of a kind that the service names, and how much is left; None where there is
    no limit.
    """

    kind: str
    remain: int | None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """What a customer's reputation and credits were on a day, as they were read. The service keeps no history."""

    day: date
    reputation: float | None = None
    remain: int | None = None


def means(values: Sequence[int | None], room: int) -> tuple[list[float | None], int]:
    """Return values in at most *room* columns, and how many values share one: each column has the mean of those that
    are known. One in which none is known is a gap.
    """
    each = max(1, -(-len(values) // max(1, room)))
    found: list[float | None] = []
    for at in range(0, len(values), each):
        known = [value for value in values[at : at + each] if value is not None]
        found.append(sum(known) / len(known) if known else None)
    return found, each
