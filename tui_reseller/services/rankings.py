"""Customers in an order: by the service's own metrics, and by what two periods say of all who send.

The service ranks those outside the EU only: others are in none of these, which is said wherever one is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.ranking import ORDERS, RANKINGS, ranked_by
from tui_reseller.domain.usage import Metrics, Period, Ranked, Series, Totals, last_delivered
from tui_reseller.services.known_usage import Ranking
from tui_reseller.services.session import Session
from tui_reseller.services.usage import asked, refuse
from tui_reseller.services.usage_port import UsagePort

PAGE = 500
"""Customers in a page: the service gives no more."""
REACH = 5_000
"""So many customers are looked at for an order of ours, those with most first: ten pages for each period."""
LOOKED_UP = 200
"""So many who fell out of that reach are asked for by name, ten in a call."""
DATED = 50
"""So many of those who fell silent are asked for their last day."""
TOGETHER = 10


@dataclass(frozen=True, slots=True)
class _Pages:
    """What the service told of one period, in its order; whole if that was everybody."""

    sums: Mapping[str, Metrics]
    is_whole: bool


async def ranking(session: Session, name: str, period: Period, limit: int, *, anew: bool = False) -> Ranking:
    """Return at most *limit* customers by a metric of the service or an order of ours.

    Raises InvalidInput for a name that is neither, RefusedHere where the service has no statistics; NoAnswer, Rejected
    and its kinds.
    """
    refuse(session)
    if name not in RANKINGS:
        raise InvalidInput(f"nothing is ranked by {name!r}", field="metric", hint=f"there are: {', '.join(RANKINGS)}")
    known, now, key = session.usage.rankings, session.clock.now(), (name, period, limit)
    found = None if anew else known.fresh(key, now, lambda one: one.read_at)
    if found is not None:
        return found
    order = ORDERS.get(name)
    read = await _read(session, order.by if order else name, period, REACH if order else limit)
    if order is None:
        rows = [Ranked(username, Totals(sums)) for username, sums in read.sums.items()][:limit]
    else:
        all_of_them = await _compared(session, period, read) if order.needs_before else _alone(read)
        rows = ranked_by(name, all_of_them, limit)
        if order.tells_last:
            rows = await _dated(session, period, rows)
    return known.keep(key, Ranking(name, period, tuple(rows), now, len(read.sums), read.is_whole))


def _alone(read: _Pages) -> list[Ranked]:
    return [Ranked(username, Totals(sums)) for username, sums in read.sums.items()]


async def _compared(session: Session, period: Period, read: _Pages) -> list[Ranked]:
    """Return all who sent in the period or in the one before. Who is not among those that were read is asked for by
    name, those who sent most before first; who is left then is in no order, for nothing is known.
    """
    before = await _read(session, "delivered", period.before, REACH)
    sums = dict(read.sums)
    missing = [username for username in before.sums if username not in sums]
    if read.is_whole:
        sums.update((username, {}) for username in missing)
        missing = []
    told = await _days(session, missing[:LOOKED_UP], period)
    sums.update((username, Series(period, told.get(username, {})).totals.sums) for username in missing[:LOOKED_UP])
    return [Ranked(username, Totals(found), _before(before, username)) for username, found in sums.items()]


async def _dated(session: Session, period: Period, rows: list[Ranked]) -> list[Ranked]:
    """Return the rows, the first of them with the last day on which something was delivered."""
    whole = Period(period.before.first, period.last)
    told = await _days(session, [one.username for one in rows[:DATED]], whole)
    return [
        replace(one, last=last_delivered(Series(whole, told.get(one.username, {})))) if at < DATED else one
        for at, one in enumerate(rows)
    ]


async def _days(session: Session, usernames: Sequence[str], period: Period) -> dict[str, Mapping[date, Metrics]]:
    """Return the days of customers outside the EU, ten in a call."""
    found: dict[str, Mapping[date, Metrics]] = {}
    for at in range(0, len(usernames), TOGETHER):
        names = usernames[at : at + TOGETHER]
        found |= await asked(session, partial(_named, names, period))
    return found


async def _named(usernames: Sequence[str], period: Period, port: UsagePort) -> Mapping[str, Mapping[date, Metrics]]:
    return await port.days(usernames, period)


def _before(before: _Pages, username: str) -> Totals | None:
    """Return what was told of the period before; None where that is not known."""
    sums = before.sums.get(username)
    return Totals(sums) if sums is not None else Totals({}) if before.is_whole else None


async def _read(session: Session, metric: str, period: Period, most: int) -> _Pages:
    """Read pages until there are enough or no more. Who is in two pages is taken once."""
    sums: dict[str, Metrics] = {}
    offset, limit = 0, min(PAGE, most)
    while offset < most:
        page = await asked(session, partial(_page, metric, period, limit, offset))
        if not page:
            return _Pages(sums, is_whole=True)
        sums.update((username, found) for username, found in page if username not in sums)
        offset += len(page)
    return _Pages(sums, is_whole=False)


async def _page(metric: str, period: Period, limit: int, offset: int, port: UsagePort) -> Sequence[tuple[str, Metrics]]:
    return await port.ranking(metric, period, limit, offset)
