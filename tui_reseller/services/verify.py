"""Find out what became of an operation whose answer was lost, by evidence only (reliability 4.2, 4.3)."""

from contextlib import aclosing
from dataclasses import dataclass

from tui_reseller.domain.audit import Entry
from tui_reseller.domain.changes import Value
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import InvalidInput, ResellerError
from tui_reseller.domain.operation import SWITCHED, Operation, Outcome
from tui_reseller.services.authors import authors_of, changed_by
from tui_reseller.services.session import Session

SETTLE = 60.0
"""Seconds after which an absence or an unchanged value begins to count as evidence."""
READS_AT = (0.0, 2.0, 10.0, 60.0)
IDENTITY = ("username", "email", "first_name", "last_name")
"""What tells that a new customer is ours: the service may store the rest in another form."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one reading shows. Certain evidence counts at once; the other kind must last through the settle time."""

    outcome: Outcome
    words: str
    certain: bool


async def verify(session: Session, entry: Entry) -> tuple[Outcome, str]:
    """Read until there is evidence, up to 60 s, and write it down. Reads only; may run at any time.

    Returns unknown if there is none. A reading that fails proves nothing and is not counted.
    """
    if not entry.operation.is_checkable:
        words = "the service never tells; repeating with the same value does no harm"
        if entry.operation is Operation.PASSWORD:
            words = "the service never tells: old and new password may both be valid; set a new one"
        return await _write_down(session, entry, Outcome.UNVERIFIABLE, words)
    began = session.clock.monotonic()
    last: Evidence | None = None
    since = (session.clock.now() - (entry.settled_at or entry.time)).total_seconds()
    for at in READS_AT:
        if last is not None and at == READS_AT[-1] and since >= SETTLE + READS_AT[-2]:
            break
        await session.clock.sleep(max(0.0, at - (session.clock.monotonic() - began)))
        try:
            seen = await look(session, entry)
        except ResellerError as error:
            return Outcome.UNKNOWN, f"still unknown: the reading failed ({error.message})"
        if seen.certain:
            return await _write_down(session, entry, seen.outcome, seen.words)
        if last is not None and seen.outcome is not last.outcome:
            return Outcome.UNKNOWN, f"still unknown: readings disagree ({seen.words})"
        last = seen
    assert last is not None  # noqa: S101 - the loop has read at least once
    if last.outcome is Outcome.UNKNOWN:
        return Outcome.UNKNOWN, last.words
    return await _write_down(session, entry, last.outcome, last.words)


async def _write_down(session: Session, entry: Entry, outcome: Outcome, words: str) -> tuple[Outcome, str]:
    await session.ledger.finish(entry.id, outcome, words)
    return outcome, words


async def look(session: Session, entry: Entry) -> Evidence:
    """Read once and compare with the customer before and with what was wanted."""
    match entry.operation:
        case Operation.RENAME:
            return await _look_rename(session, entry)
        case Operation.DELETE:
            return await _look_delete(session, entry)
        case _:
            return await _look_fields(session, entry)


async def _look_fields(session: Session, entry: Entry) -> Evidence:
    now = await session.find(entry.username)
    if now is None:
        is_new = entry.operation is Operation.CREATE
        return await _absent(session, entry, Outcome.VERIFIED_NOT_APPLIED if is_new else Outcome.CONFLICT)
    if entry.operation in SWITCHED and now.value(SWITCHED[entry.operation][0]) is None:
        return Evidence(Outcome.UNVERIFIABLE, "the service shows neither on nor off", certain=False)
    told = IDENTITY if entry.operation is Operation.CREATE else Customer.__dataclass_fields__
    shown = [change for change in entry.changes if change.field in told]
    if not shown:
        return Evidence(Outcome.UNVERIFIABLE, "no visible difference between before and wanted", certain=True)
    as_wanted = [change for change in shown if _same(change.field, now.value(change.field), change.after)]
    if len(as_wanted) == len(shown):
        await session.keep((entry.username, now))
        return Evidence(Outcome.VERIFIED_APPLIED, "read back: as wanted", certain=True)
    if entry.operation is Operation.CREATE:
        return Evidence(Outcome.CONFLICT, "the username is listed with other values: maybe not by us", certain=True)
    as_before = [change for change in shown if _same(change.field, now.value(change.field), change.before)]
    if len(as_before) == len(shown):
        return Evidence(Outcome.VERIFIED_NOT_APPLIED, "read back: as before", certain=False)
    if len(as_wanted) + len(as_before) == len(shown):
        return Evidence(Outcome.PARTIAL, "read back: some fields as wanted, some as before", certain=False)
    others = {c.field: now.value(c.field) for c in shown if c not in as_wanted and c not in as_before}
    authors = await authors_of(session, entry.username, others, entry.time)
    by = changed_by(session, list(others), authors)
    return Evidence(Outcome.CONFLICT, f"read back: neither as before nor as wanted, changed by {by}", certain=False)


async def _look_rename(session: Session, entry: Entry) -> Evidence:
    wanted = str(next(change.after for change in entry.changes if change.field == "username"))
    new, old = await session.find(wanted), await session.find(entry.username)
    if new and old:
        return Evidence(Outcome.CONFLICT, "both names are listed", certain=False)
    if new:
        before = entry.before or {}
        if all(new.value(name) == before.get(name) for name in ("email", "first_name", "last_name")):
            await session.keep((entry.username, new))
            return Evidence(Outcome.VERIFIED_APPLIED, "read back: listed under the new name", certain=True)
        return Evidence(Outcome.CONFLICT, "the new name is listed with other details", certain=False)
    if old:
        return Evidence(Outcome.VERIFIED_NOT_APPLIED, "read back: listed under the old name", certain=False)
    return Evidence(Outcome.UNKNOWN, "still unknown: neither name is listed", certain=False)


async def _look_delete(session: Session, entry: Entry) -> Evidence:
    if await session.find(entry.username) is not None:
        return Evidence(
            Outcome.UNKNOWN, "still unknown: it is listed, which is no proof; closing may be scheduled", certain=False
        )
    return await _absent(session, entry, Outcome.VERIFIED_APPLIED)


async def _absent(session: Session, entry: Entry, outcome: Outcome) -> Evidence:
    """Absence counts only if the same question finds a customer that must be there, or a whole list has none (R3)."""
    other = _known_other(session, entry.username)
    is_answered = await session.find(other) is not None if other else await _listed_without(session, entry.username)
    if not is_answered:
        return Evidence(Outcome.UNKNOWN, "still unknown: absent, but no other customer is found either", certain=False)
    return Evidence(outcome, "read back: not listed", certain=False)


async def _listed_without(session: Session, username: str) -> bool:
    """Read one full list; return whether it has customers, and not this one."""
    service = await session.service()
    incoming = session.customers.incoming()
    async with aclosing(service.stream()) as pieces:
        async for piece in pieces:
            await incoming.add(piece.customers)
    return len(incoming) > 0 and not await incoming.has(username)


def _known_other(session: Session, username: str) -> str | None:
    shown = session.customers.window(0, 2)
    return next((c.username for c in shown if c.username and c.username != username), None)


def _same(name: str, one: Value, other: Value) -> bool:
    if name == "email" and isinstance(one, str) and isinstance(other, str):
        return _folded(one) == _folded(other)
    return one == other


def _folded(address: str) -> tuple[str, str]:
    local, _, domain = address.rpartition("@")
    return local, domain.lower()


async def settle(session: Session, entry: Entry, note: str) -> None:
    """Close an open outcome with a note of the operator. Never counted as success. Raises InvalidInput without one."""
    if not note.strip():
        raise InvalidInput("settling needs a note: what do you know, and from whom?", field="note")
    await session.ledger.finish(entry.id, Outcome.RESOLVED, f"{session.operator.user}: {note.strip()}")
