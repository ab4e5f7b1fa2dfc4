"""Readings that are behind what was written: they are no news of somebody else (reliability R4, services 9.1)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from tui_reseller.domain.audit import AuditQuery, Entry
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.provider import Effect
from tui_reseller.domain.value import Value
from tui_reseller.services.session import Session

Read = Callable[[str], Awaitable[Customer | None]]
AGAIN = 1.0
"""Seconds between two readings of what is not up to date yet."""
LAST = 8
"""So many of a customer's last operations are looked at."""


async def find_up_to_date(session: Session, username: str) -> Customer | None:
    """Ask for one customer, as up_to_date() says. Raises as Session.find(), and LedgerUnavailable."""
    return await up_to_date(session, username, await session.find(username))


async def filled_up_to_date(session: Session, customer: Customer) -> Customer:
    """Return a customer with its details, as up_to_date() says. Raises as Session.filled(), and LedgerUnavailable."""

    async def read(_username: str) -> Customer:
        return await session.filled(customer)

    details = frozenset(session.provider.details)
    return await up_to_date(session, customer.username, await session.filled(customer), read, details) or customer


async def up_to_date(
    session: Session,
    username: str,
    now: Customer | None,
    read: Read | None = None,
    told: frozenset[str] | None = None,
) -> Customer | None:
    """Return a customer as it was read, or read again until it shows what this tool certainly did to it last; for as
    long as a service's readings may be behind. What it shows then is so, whoever did it. *Read* is the reading, which
    tells the fields *told*: by default the one that finds a customer.

    Raises LedgerUnavailable, and what reading raises.
    """
    lag = session.provider.reads_lag
    if not lag:
        return now
    ends = session.clock.monotonic() + lag
    left = await _left_by_us(session, username, lag, session.provider.find_tells if told is None else told)
    while left is not None and _is_behind(now, left) and session.clock.monotonic() < ends:
        await session.clock.sleep(AGAIN)
        now = await (read or session.find)(username)
    return now


async def _left_by_us(session: Session, username: str, lag: float, told: frozenset[str]) -> dict[str, Value] | None:
    """Return what our last certain operations left of a customer, by field; None where there were none of late."""
    entries = await session.ledger.entries(AuditQuery(account=session.account, username=username, limit=LAST))
    since = session.clock.now() - timedelta(seconds=lag)
    left: dict[str, Value] | None = None
    for entry in reversed(entries):
        if _is_certain(entry) and entry.time >= since:
            left = {**(left or {}), **{change.field: change.after for change in entry.changes}}
            if session.provider.action(entry.operation).effect is not Effect.CHANGES:
                left = {} if session.provider.action(entry.operation).effect is Effect.CREATES else None
    if left is None:
        return None
    return {name: value for name, value in left.items() if name in told}


def _is_certain(entry: Entry) -> bool:
    return entry.outcome is not None and entry.outcome.is_applied


def _is_behind(now: Customer | None, left: dict[str, Value]) -> bool:
    return now is None or any(now.value(name) != value for name, value in left.items())
