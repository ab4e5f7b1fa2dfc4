"""The list of customers: the last one read at once, a fresh one from the service, and what it may be trusted for."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import BadConfig, MissingCredentials, ResellerError
from tui_reseller.domain.listing import SnapshotInfo
from tui_reseller.services import retry
from tui_reseller.services.session import Session

FIRST_ROWS = 200
SUSPICIOUS_LOSS = 0.2
"""A list this much smaller than the last one is held back until a person has looked (reliability N54)."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A piece of a refresh. Received is in bytes; rows counts the customers so far."""

    rows: int
    received: int


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A whole list. Held is one that lost so many customers that it was not taken over; accept() takes it."""

    read_at: datetime
    customers: list[Customer]
    previous: int
    held: bool
    not_kept: str = ""


def first_rows(session: Session) -> SnapshotInfo | None:
    """Show the first rows of the snapshot at once; the rest comes with load()."""
    head = session.snapshot.head(session.account, FIRST_ROWS)
    if head is None:
        return None
    info, customers = head
    session.read_at = info.read_at
    session.is_partial = info.total > len(customers)
    session.customers.replace(customers)
    return info


async def load(session: Session) -> SnapshotInfo | None:
    """Read the whole snapshot."""
    found = await session.snapshot.load(session.account)
    if found is None:
        return None
    info, customers = found
    await session.learn_website()
    session.customers.replace([session.with_website(customer) for customer in customers])
    session.read_at, session.is_partial = info.read_at, False
    return info


def age(session: Session) -> timedelta | None:
    """Return how old the list is, or None if there is none."""
    return session.clock.now() - session.read_at if session.read_at else None


async def refresh(session: Session) -> AsyncIterator[Arrived | Refreshed]:
    """Read the list from the service: pieces, then the whole.

    Only a complete list takes the place of the old one. While there is no old one, rows are shown as they arrive.
    Broken off in the middle, it is read again, at most 4 times. Raises NoAnswer, Rejected, MissingCredentials.
    """
    previous = 0 if session.read_at is None else session.customers.total
    await session.learn_website()
    service = await session.service()
    for attempt in range(1, retry.READ_ATTEMPTS + 1):
        gathered: list[Customer] = []
        if session.read_at is None:
            session.customers.replace([])
            session.is_partial = True
        try:
            async with aclosing(service.stream()) as pieces:
                async for piece in pieces:
                    found = [session.with_website(customer) for customer in piece.customers]
                    gathered += found
                    if session.read_at is None:
                        session.customers.extend(found)
                    yield Arrived(len(gathered), piece.received)
            break
        except retry.REPEATABLE_READ as error:
            wait = retry.wait_before(error, attempt)
            if attempt == retry.READ_ATTEMPTS or wait > retry.LONGEST_WAIT:
                raise
            await session.clock.sleep(wait)
    held = previous > 0 and len(gathered) < previous * (1 - SUSPICIOUS_LOSS)
    done = Refreshed(session.clock.now(), gathered, previous, held)
    yield done if held else await accept(session, done)


async def accept(session: Session, fresh: Refreshed) -> Refreshed:
    """Take a list over: in memory, and as the snapshot. A disk that refuses costs only the snapshot, and is said."""
    session.customers.replace(fresh.customers)
    session.read_at, session.is_partial = fresh.read_at, False
    not_kept = ""
    try:
        await session.snapshot.save(session.account, fresh.read_at, fresh.customers)
    except BadConfig as error:
        not_kept = error.message
    return Refreshed(fresh.read_at, fresh.customers, fresh.previous, held=False, not_kept=not_kept)


async def read_all(session: Session) -> Refreshed:
    """Read the whole list; for scripts. A held one is returned as such and not taken over."""
    last: Refreshed | None = None
    async for event in refresh(session):
        if isinstance(event, Refreshed):
            last = event
    if last is None:
        raise ResellerError("the list ended without an end")
    return last


async def test(session: Session) -> list[str]:
    """Prove the credentials by the cheapest read; return usernames seen. Changes nothing."""
    if not session.profile.api_user:
        raise MissingCredentials(f'profile "{session.profile.name}" names no api user')
    service = await session.service()
    return list(await retry.read(session.clock, service.probe, total=session.total_seconds))
