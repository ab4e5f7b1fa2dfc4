"""The list of customers: the last one read at once, a fresh one from the service, and what it may be trusted for."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from tui_reseller.domain.errors import (
    BadConfig,
    InvalidInput,
    LedgerUnavailable,
    MissingCredentials,
    RefusedHere,
    ResellerError,
    SnapshotDamaged,
)
from tui_reseller.domain.filters import BOUNCING, SILENT, Filter
from tui_reseller.domain.identity import Identity
from tui_reseller.domain.listing import ListContext, SnapshotInfo
from tui_reseller.domain.note import NOTE_COLUMNS
from tui_reseller.domain.printed import command
from tui_reseller.services import retry
from tui_reseller.services.absence import is_loss
from tui_reseller.services.last_list import head
from tui_reseller.services.list_ports import IncomingPort
from tui_reseller.services.session import Session

FIRST_ROWS = 200
OLD_FOR_MANY = timedelta(minutes=10)
"""A list older than this is read again before it decides about many customers (reliability O04)."""
SHOW_SECONDS = 0.4
"""While there is no older list, arriving rows are shown this often."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A piece of a refresh. Received is in bytes; rows counts the customers so far."""

    rows: int
    received: int


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A whole list. Held is one that lost so many customers that it was not taken over; accept() takes it. Since is how
    many changes the session had kept before the list was asked for, ledger_row the newest row of the ledger then.
    """

    read_at: datetime
    incoming: IncomingPort
    total: int
    previous: int
    held: bool
    not_kept: str = ""
    since: int = 0
    ledger_row: int | None = None


def first_rows(session: Session) -> SnapshotInfo | None:
    """Show the first rows of the snapshot at once; the rest comes with load()."""
    oldest = session.clock.now() - session.retention
    found = head(partial(session.snapshot.head, session.account), oldest, FIRST_ROWS)
    if found is None:
        return None
    info, customers = found
    session.held.replaced(info.read_at, is_partial=True)
    session.customers.show_head(customers, info.total)
    return info


async def load(session: Session) -> SnapshotInfo | None:
    """Read the whole snapshot, with what changed since. Raises SnapshotDamaged if it was set aside."""
    since = len(session.held.changes)
    try:
        found = await session.snapshot.load(session.account)
        if found is not None and _is_too_old(session, found.info):
            with contextlib.suppress(BadConfig):  # it is not shown, at least
                await asyncio.to_thread(session.snapshot.remove, session.account)
            found = None
    except SnapshotDamaged:
        _forget(session)
        raise
    if found is None:
        _forget(session)
        return None
    await session.last_set.learn()
    incoming = session.customers.incoming()
    await incoming.add(found.customers)
    await session.customers.take(incoming, session.last_set.values, complete=False)
    changes = [
        *found.changes,
        *session.held.changes[since:],
    ]  # what was changed while the file was read may not be in it
    session.customers.apply([(name, new and session.last_set.fill(new)) for name, new in changes])
    session.held.replaced(found.info.read_at)
    return found.info


def _forget(session: Session) -> None:
    """Nothing is known of the list: what the head showed is taken back."""
    if session.customers.is_head:
        session.customers.show_head((), 0)
        session.held.replaced(None)


def _is_too_old(session: Session, info: SnapshotInfo) -> bool:
    return session.clock.now() - info.read_at > session.retention


async def purge_old(session: Session) -> None:
    """Delete the snapshots of all accounts that are older than the operator keeps them (S16)."""
    with contextlib.suppress(BadConfig):  # the next start tries again
        await asyncio.to_thread(session.snapshot.purge, session.clock.now() - session.retention)


def age(session: Session) -> timedelta | None:
    """Return how old the list is, or None if there is none."""
    return session.clock.now() - session.held.read_at if session.held.read_at else None


def is_too_old_for_many(session: Session) -> bool:
    """Whether the list may not stand for "all" any more: there is none, it is not whole, or it is older than 10 minutes
    (reliability O04). Of a list read by this run the monotonic clock tells; a time to come is no time.
    """
    if session.held.read_at is None or session.held.is_partial or session.customers.is_head:
        return True
    if session.held.read_tick is not None:
        return session.clock.monotonic() - session.held.read_tick > OLD_FOR_MANY.total_seconds()
    return not timedelta(0) <= session.clock.now() - session.held.read_at <= OLD_FOR_MANY


async def refresh_for_many(session: Session, *, renew: bool = False) -> bool:
    """Read the list again if it is too old for a mass action, or in any case; return whether that was done.

    Raises RefusedHere if the new one lost so many customers that a person has to look first; as refresh() otherwise.
    """
    if session.held.read_at is None and not renew:
        with contextlib.suppress(SnapshotDamaged):  # the service is asked anyway
            await load(session)
    if not renew and not is_too_old_for_many(session):
        return False
    fresh = await read_all(session)
    if fresh.held:
        raise RefusedHere(
            f"refused: the list came with {fresh.total:,} customers, the last one had {fresh.previous:,}; "
            "nothing was sent",
            hint=f"look at it first: r on the screen, on the command line: {takes_over(session)}",
        )
    return True


def takes_over(session: Session) -> str:
    """Return the command that takes over a list which is held back."""
    return command("list", "--accept-smaller", "--profile", session.profile.name)


async def refresh(session: Session) -> AsyncIterator[Arrived | Refreshed]:
    """Read the list from the service: pieces, then the whole.

    Only a complete list takes the place of the old one. While there is no old one, rows are shown as they arrive.
    Broken off in the middle, it is read again, at most 4 times. Raises NoAnswer, Rejected, MissingCredentials.
    """
    previous = 0 if session.held.read_at is None else session.customers.total
    await session.last_set.learn()
    service = await session.service()
    since, row = len(session.held.changes), await _newest_row(session)
    for attempt in range(1, retry.READ_ATTEMPTS + 1):
        incoming = session.customers.incoming()
        session.held.is_partial = session.held.is_partial or session.held.read_at is None
        shown = session.clock.monotonic()
        try:
            async with aclosing(service.stream()) as pieces:
                async for piece in pieces:
                    await incoming.add(piece.customers)
                    if session.held.read_at is None and _is_due(session, shown, incoming):
                        await session.customers.take(incoming, session.last_set.values, complete=False)
                        shown = session.clock.monotonic()
                    yield Arrived(len(incoming), piece.received)
            session.budget.earn()
            break
        except retry.REPEATABLE_READ as error:
            wait = retry.wait_before(error, attempt)
            if attempt == retry.READ_ATTEMPTS or wait > retry.LONGEST_WAIT or not session.budget.pay(error):
                raise
            await session.clock.sleep(wait)
    held = is_loss(len(incoming), previous)
    done = Refreshed(session.clock.now(), incoming, len(incoming), previous, held, since=since, ledger_row=row)
    yield done if held else await accept(session, done)


async def _newest_row(session: Session) -> int | None:
    """Return where the ledger is; None for one that cannot be read: a list does not need it."""
    try:
        return await session.ledger.newest(session.account)
    except LedgerUnavailable:
        return None


def _is_due(session: Session, shown: float, incoming: IncomingPort) -> bool:
    return session.customers.total == 0 < len(incoming) or session.clock.monotonic() - shown >= SHOW_SECONDS


async def accept(session: Session, fresh: Refreshed) -> Refreshed:
    """Take a list over: in memory, and as the snapshot. A disk that refuses costs only the snapshot, and is said.

    What this tool changed while the list was on its way stands: the list may have been read before it.
    """
    await session.customers.take(fresh.incoming, session.last_set.values, complete=session.held.read_at is not None)
    session.customers.apply(session.held.changes[fresh.since :])
    session.held.replaced(fresh.read_at, session.clock.monotonic(), fresh.ledger_row)
    not_kept = ""
    try:
        if session.retention > timedelta(0):
            await session.snapshot.save(session.account, fresh.read_at, fresh.incoming)
            # Those made while it was saved come again: of several for one customer the last has to stand.
            if len(session.held.changes) > fresh.since:
                await session.snapshot.note(session.account, session.held.changes[fresh.since :])
    except BadConfig as error:
        not_kept = error.message
    return replace(fresh, held=False, not_kept=not_kept)


async def marks_for(session: Session, filter_: Filter, columns: Collection[str] = ()) -> ListContext:
    """Return what a filter and columns ask beside the list, where no screen has it: who needs a person, who is stopped
    until a moment, and our own notes.

    Raises LedgerUnavailable; who asks for none of it does not touch the ledger. Raises InvalidInput for words on usage,
    which is known where it was read.
    """
    if filter_.asks(BOUNCING, SILENT):
        raise InvalidInput(
            "is:bouncing and is:silent are known on the screen, of customers whose usage was read there",
            field="filter", hint="tui-reseller stats --top bounce_share, or --top silence",
        )  # fmt: skip
    needs_you: frozenset[str] = frozenset()
    suspended: frozenset[str] = frozenset()
    if filter_.asks("needs-you", "suspended"):
        entries, now = await session.ledger.needs_you(session.account), session.clock.now()
        await session.suspended.follow(now)
        over = {one.username for one in session.suspended.due(now)}
        needs_you, suspended = (
            frozenset({entry.username for entry in entries} | over),
            frozenset(session.suspended.found),
        )
    if filter_.asks_notes or not set(NOTE_COLUMNS).isdisjoint(columns):
        await session.notes.learn()
    return ListContext(needs_you=needs_you, suspended=suspended, notes=session.notes.present)


async def read_all(session: Session) -> Refreshed:
    """Read the whole list; for scripts. A held one is returned as such and not taken over."""
    last: Refreshed | None = None
    async for event in refresh(session):
        if isinstance(event, Refreshed):
            last = event
    if last is None:
        raise ResellerError("the list ended without an end")
    return last


async def test(session: Session) -> Identity:
    """Prove the credentials by the cheapest read; return what came with it. Changes nothing."""
    if session.provider.needs_api_user and not session.profile.api_user:
        raise MissingCredentials(f'profile "{session.profile.name}" names no api user')
    service = await session.service()
    return await retry.read(session.clock, service.probe, session.budget, total=session.total_seconds)
