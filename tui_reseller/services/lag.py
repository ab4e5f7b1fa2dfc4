"""Readings that are behind what was written: they are no news of somebody else (reliability R4, services 9.1)."""

from collections.abc import Collection
from datetime import timedelta

from tui_reseller.domain.action import Effect
from tui_reseller.domain.audit import AuditQuery, Entry
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import Conflict, CustomerNotFound
from tui_reseller.domain.fingerprint import Likeness, fingerprint_of, likeness
from tui_reseller.domain.text import quoted
from tui_reseller.domain.value import Value
from tui_reseller.services.session import Session

AGAIN = 1.0
"""Seconds between two readings of what is not up to date yet."""
LAST = 8
"""So many of a customer's last operations are looked at."""


async def find_up_to_date(session: Session, username: str, fields: Collection[str] = ()) -> Customer | None:
    """Ask for one customer, as up_to_date() says. Raises as Session.find(), and LedgerUnavailable."""
    return await up_to_date(session, username, await session.find(username, fields), fields)


async def filled_up_to_date(session: Session, customer: Customer, fields: Collection[str]) -> Customer:
    """Read the details of a customer that was just read, as up_to_date() says. Raises as Session.filled(), and
    LedgerUnavailable.
    """
    now = await up_to_date(session, customer.username, await session.filled(customer, fields), fields)
    if now is None:
        raise gone(customer.username)
    return now


async def filled_of_same(session: Session, customer: Customer, fields: Collection[str]) -> Customer:
    """Read the details of a customer as filled_up_to_date() does, and then once more who has the username: details do
    not tell whose they are. Raises Conflict if it is another customer by now, and as that does.
    """
    now = await filled_up_to_date(session, customer, fields)
    if session.provider.names_customers:
        return now
    present = await session.find(customer.username)
    if present is None:
        raise gone(customer.username)
    if likeness(fingerprint_of(session.provider, customer), present) is Likeness.ANOTHER:
        await session.held.keep((customer.username, present))
        raise Conflict(f"{another(customer.username)}; nothing was sent", hint="look at it first")
    return now


def another(username: str) -> str:
    """Say that a username was given to somebody else."""
    return f"another customer bears the name {quoted(username)} by now"


def gone(username: str) -> CustomerNotFound:
    """Return the error of a customer who was there before."""
    return CustomerNotFound(f"there is no customer {quoted(username)} any more; nothing was sent")


async def up_to_date(
    session: Session, username: str, now: Customer | None, fields: Collection[str] = ()
) -> Customer | None:
    """Return a customer as it was read, or read again until it shows what this tool certainly did to it last; for as
    long as a service's readings may be behind. What it shows then is so, whoever did it. *Fields* are
    those that it was read for: details among them were read, too.

    Raises LedgerUnavailable, and what reading raises.
    """
    lag = session.provider.reads_lag
    if not lag:
        return now
    ends = session.clock.monotonic() + lag
    left = await _left_by_us(session, username, lag, fields)
    while left is not None and _is_behind(now, left) and session.clock.monotonic() < ends:
        await session.clock.sleep(AGAIN)
        now = await session.find(username, fields)
    return now


async def _left_by_us(session: Session, username: str, lag: float, fields: Collection[str]) -> dict[str, Value] | None:
    """Return what our last certain operations left of a customer, by field; None where there were none of late."""
    entries = await session.ledger.entries(AuditQuery(account=session.account, username=username, limit=LAST))
    since = session.clock.now() - timedelta(seconds=lag)
    left: dict[str, Value] | None = None
    for entry in reversed(entries):
        if _is_certain(entry) and entry.time >= since:
            left = {**(left or {}), **{change.field: change.after for change in entry.changes}}
            if session.provider.action(entry.operation).changes_who:
                left = {} if session.provider.action(entry.operation).effect is Effect.CREATES else None
    if left is None:
        return None
    told = session.provider.find_tells.union(set(fields).intersection(session.provider.details))
    return {name: value for name, value in left.items() if name in told - session.provider.moving}


def _is_certain(entry: Entry) -> bool:
    return entry.outcome is not None and entry.outcome.is_applied


def _is_behind(now: Customer | None, left: dict[str, Value]) -> bool:
    return now is None or any(now.value(name) != value for name, value in left.items())
