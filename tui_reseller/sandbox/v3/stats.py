"""The calls about statistics (services 9.7)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tui_reseller.sandbox.cells import from_cell
from tui_reseller.sandbox.v3.desk import answer
from tui_reseller.sandbox.v3.errors import not_found, unreadable
from tui_reseller.sandbox.v3.metrics import METRICS, SORTABLE
from tui_reseller.sandbox.v3.sending import Sender

if TYPE_CHECKING:
    from tui_reseller.sandbox.answer import Answer
    from tui_reseller.sandbox.store import Customer
    from tui_reseller.sandbox.v3.call import Call
    from tui_reseller.sandbox.v3.desk import Desk

_AT_ONCE = 10
_DEFAULT_RANKED = 5
_MANY = 2**31
_Days = dict[int, dict[str, int]]


def series(desk: Desk, call: Call) -> Answer:
    """Tell the days of up to ten subusers; those of the EU are not among them."""
    names = call.all("subusers")
    if not 1 <= len(names) <= _AT_ONCE:
        raise unreadable("subusers", f"subusers must be given, at most {_AT_ONCE} times")
    first, last, by = _range(desk, call)
    found = [customer for name in names if (customer := desk.find(call, name)) is not None]
    found = [customer for customer in found if desk.inventions.region_of(customer) == "global"]
    days = desk.sending.days([_sender(desk, customer) for customer in found], first, last)
    rows: dict[str, list[dict[str, Any]]] = {}
    for customer, theirs in zip(found, days, strict=True):
        for day, metrics in _summed(theirs, by).items():
            rows.setdefault(day, []).append(
                {"type": "subuser", "name": customer.values["username"], "metrics": metrics}
            )
    return _answer_days(call, rows)


def own_series(desk: Desk, call: Call) -> Answer:
    """Tell the days of the account on whose behalf the call is, of any region, else of the reseller's own mail."""
    first, last, by = _range(desk, call)
    if call.acting is None:
        days: _Days = {}
    else:
        (days,) = desk.sending.days([_sender(desk, call.acting)], first, last)
    return _answer_days(call, {day: [{"metrics": metrics}] for day, metrics in _summed(days, by).items()})


def _answer_days(call: Call, rows: dict[str, list[dict[str, Any]]]) -> Answer:
    limit, offset = call.number("limit", _MANY, 1), call.number("offset", 0)
    told = [{"date": day, "stats": stats} for day, stats in sorted(rows.items())]
    return answer(told[offset : offset + limit])


def _range(desk: Desk, call: Call) -> tuple[int, int, str]:
    first, today = _date(call, "start_date", None), desk.sending.today()
    last = _date(call, "end_date", today)
    if last < first:
        raise unreadable("end_date", "end_date must not be before start_date")
    return *desk.sending.range(first, last), call.choice("aggregated_by", "day", ("day", "week", "month"))


def _date(call: Call, name: str, default: date | None) -> date:
    value = call.get(name)
    if value is None and default is not None:
        return default
    try:
        return date.fromisoformat(value if value is not None and len(value) == len("2026-01-31") else "")
    except ValueError:
        raise unreadable(name, f"{name} must be YYYY-MM-DD") from None


def _summed(days: _Days, by: str) -> dict[str, dict[str, int]]:
    """Add up the days of each week, named by its Monday, or of each month, named by its first day."""
    found: dict[str, dict[str, int]] = {}
    for ordinal, metrics in days.items():
        day = date.fromordinal(ordinal)
        begin = day - timedelta(days=day.weekday()) if by == "week" else day.replace(day=1) if by == "month" else day
        total = found.setdefault(begin.isoformat(), dict.fromkeys(METRICS, 0))
        for name, number in metrics.items():
            total[name] += number
    return found


def _sender(desk: Desk, customer: Customer) -> Sender:
    stopped = desk.store.last_times("active", "true").get(customer.ident)
    return Sender(customer.ident, customer.values["active"] == "true", stopped)


def sums(desk: Desk, call: Call) -> Awaitable[Answer]:
    """Rank all subusers by the sum of a metric over a range."""
    first, last, _ = _range(desk, call)
    begin = _date(call, "start_date", None).isoformat()
    return _ranked(desk, call, first, last, begin, METRICS, with_names=False)


def monthly(desk: Desk, call: Call) -> Awaitable[Answer]:
    """Rank all subusers, or those whose name has a part, by the sum of a metric in a month."""
    first, last, begin = _month(desk, call)
    return _ranked(desk, call, first, last, begin, SORTABLE, with_names=True)


def one_monthly(desk: Desk, call: Call) -> Answer:
    """Tell the sums of one subuser in a month."""
    first, last, begin = _month(desk, call)
    call.choice("sort_by_metric", "delivered", SORTABLE)
    customer = desk.find(call, call.name)
    if customer is None:
        raise not_found()
    is_told = desk.inventions.region_of(customer) == "global"
    (days,) = desk.sending.days([_sender(desk, customer)], first, last) if is_told else ({},)
    row = (customer.ident, *(customer.values[name] for name in ("username", "first_name", "last_name")))
    return answer({"date": begin, "stats": [_row(row, _total(days.values()), with_names=True)] if days else []})


def _month(desk: Desk, call: Call) -> tuple[int, int, str]:
    begin = _date(call, "date", None).replace(day=1)
    end = (begin + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return *desk.sending.range(begin, end), begin.isoformat()


def _total(days: Iterable[dict[str, int]]) -> dict[str, int]:
    listed = list(days)
    return {name: sum(metrics[name] for metrics in listed) for name in METRICS}


def _row(row: tuple[Any, ...], metrics: dict[str, int], *, with_names: bool) -> dict[str, Any]:
    _, username, first_name, last_name = row
    names = {"first_name": from_cell(first_name), "last_name": from_cell(last_name)} if with_names else {}
    return {"type": "subuser", "name": from_cell(username), **names, "metrics": metrics}


async def _ranked(
    desk: Desk, call: Call, first: int, last: int, begin: str, sortable: tuple[str, ...], *, with_names: bool
) -> Answer:
    metric = call.choice("sort_by_metric", "delivered", sortable)
    falling = call.choice("sort_by_direction", "desc", ("desc", "asc")) == "desc"
    limit, offset = call.number("limit", _DEFAULT_RANKED, 1), call.number("offset", 0)
    limit = min(limit, desk.terms.max_page)
    part = (call.get("subuser") or "").lower() if with_names else ""
    rows, senders = _everybody(desk, part)
    order = await asyncio.to_thread(desk.sending.ranking, senders, first, last, metric, falling=falling)
    chosen = order[offset : offset + limit]
    days = desk.sending.days([senders[place] for place in chosen], first, last)
    told = [
        _row(rows[place], _total(theirs.values()), with_names=with_names)
        for place, theirs in zip(chosen, days, strict=True)
    ]
    return answer({"date": begin, "stats": told})


def _everybody(desk: Desk, part: str) -> tuple[list[tuple[Any, ...]], list[Sender]]:
    """Read all invented customers outside the EU."""
    stopped = desk.store.last_times("active", "true")
    rows, senders = [], []
    for ident, username, first_name, last_name, active, region in desk.store.each(
        "SELECT id, username, first_name, last_name, active, region FROM customers WHERE deleted = 0", ()
    ):
        is_meant = not part or part in str(from_cell(username)).lower()
        if is_meant and desk.inventions.is_invented(ident) and desk.inventions.region(ident, region) == "global":
            rows.append((ident, username, first_name, last_name))
            senders.append(Sender(ident, active == "true", stopped.get(ident)))
    return rows, senders
