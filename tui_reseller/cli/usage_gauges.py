"""What the service counts of customers, as gauges of OpenMetrics. Pure."""

from collections.abc import Mapping, Sequence

from tui_reseller.cli.openmetrics import Gauge
from tui_reseller.domain.provider import KEY
from tui_reseller.domain.usage import METRICS, Period, Ranked, Totals
from tui_reseller.services.known_usage import Standing, Usage


def gauges_of_one(profile: str, username: str, found: Usage, standing: Standing) -> list[Gauge]:
    """Return the figures of one customer. What is not known is in none of them."""
    period, whose = found.period, {"profile": profile, KEY: username}
    told = len(period.points) - found.now.gaps
    reputation, remain = standing.reputation, standing.credits.remain if standing.credits is not None else None
    return [
        *_gauges(profile, [(username, found.now.totals)], period),
        Gauge(
            "points_told",
            "Days or months of the period of which the service tells anything.",
            [(_labels(profile, username, period), told)],
        ),
        Gauge("reputation", "Reputation, 0 to 100.", [] if reputation is None else [(whose, reputation)]),
        Gauge("credits_remaining", "Credits that are left.", [] if remain is None else [(whose, remain)]),
        Gauge("read_timestamp_seconds", "When this was read.", [(whose, int(found.read_at.timestamp()))]),
    ]


def gauges_of_many(profile: str, rows: Sequence[Ranked], period: Period) -> list[Gauge]:
    """Return the figures of customers in a ranking."""
    return _gauges(profile, [(one.username, one.now) for one in rows], period)


def _gauges(profile: str, each: Sequence[tuple[str, Totals]], period: Period) -> list[Gauge]:
    named = [(_labels(profile, username, period), totals) for username, totals in each]
    messages = [
        ({**labels, "metric": metric}, number)
        for labels, totals in named
        for metric in METRICS
        if (number := totals.get(metric)) is not None
    ]
    bounced = [(labels, share) for labels, totals in named if (share := totals.bounce_share) is not None]
    reported = [(labels, share) for labels, totals in named if (share := totals.spam_share) is not None]
    return [
        Gauge("messages", "Messages of a period of whole days before today, by metric.", messages),
        Gauge("bounce_ratio", "Bounced of what was processed.", bounced),
        Gauge("spam_ratio", "Reported as spam of what was delivered.", reported),
    ]


def _labels(profile: str, username: str, period: Period) -> Mapping[str, str]:
    return {"profile": profile, KEY: username, "period": period.words}
