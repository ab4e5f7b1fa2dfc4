"""Who wrote what a customer has now, as far as the ledger of this machine knows: colleagues elsewhere are not in it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from tui_reseller.domain.action import Effect
from tui_reseller.domain.audit import AuditQuery, Entry
from tui_reseller.domain.changes import Collision
from tui_reseller.domain.errors import Conflict
from tui_reseller.domain.provider import KEY
from tui_reseller.domain.text import clean, quoted
from tui_reseller.domain.times import clock_text
from tui_reseller.domain.value import Value
from tui_reseller.services.held_list import LONGEST_LIST
from tui_reseller.services.session import Session


async def conflict_of(session: Session, username: str, found: Sequence[Collision]) -> Conflict:
    """Return the error that says what is no longer as it was loaded, and by whom. Raises LedgerUnavailable."""
    authors = await attribution_of(session, username, {each.field: each.now for each in found}, seen_since(session))
    by = changed_by(session, [each.field for each in found], authors)
    return Conflict(
        f"{quoted(username)} was changed by {by}; nothing was sent",
        collisions=found,
        hint="look at it again, then decide",
    )


def seen_since(session: Session) -> datetime | None:
    """Return a moment before which nothing happened that the list did not show; None if there is no list."""
    return session.held.read_at - LONGEST_LIST if session.held.read_at else None


async def attribution_of(
    session: Session, username: str, values: Mapping[str, Value], since: datetime | None = None
) -> dict[str, Entry]:
    """Return, by field, the operation that left the present value behind; fields that none explains are missing.

    That is the newest applied operation on the field: if it left another value, somebody else wrote after it.
    Operations begun before *since* are not looked at. Raises LedgerUnavailable.
    """
    found: dict[str, Entry] = {}
    open_fields = set(values)
    query = AuditQuery(account=session.account, username=username, since=since)
    for entry in await session.ledger.entries(query):
        if entry.outcome is None or not entry.outcome.is_applied:
            continue
        for change in entry.changes:
            if change.field in open_fields:
                open_fields.discard(change.field)
                if change.after == values[change.field]:
                    found[change.field] = entry
    return found


async def bore_the_name(session: Session, entry: Entry) -> bool:
    """Whether a customer bore the username before an operation, by what the ledger knows to be done: the newest thing
    that was done to that name before it did not take it away. Raises LedgerUnavailable.
    """
    for one in await session.ledger.entries(AuditQuery(account=session.account, username=entry.username)):
        if one.id >= entry.id or one.outcome is None or not one.outcome.is_applied:
            continue
        effect = session.provider.action(one.operation).effect
        renamed_to = next((change.after for change in one.changes if change.field == KEY), None)
        if effect is Effect.RENAMES and renamed_to == entry.username:
            return True
        if one.customer == entry.username:
            return effect not in {Effect.RENAMES, Effect.REMOVES}
    return False


def attribution_words(entry: Entry, session: Session) -> str:
    """Say who did an operation, from where and when: "ben from 10.1.2.3 at 14:01"."""
    operator = entry.operator
    name = clean(operator.name, longest=40)
    who = f"you ({name})" if session.operator.is_same_person(operator) else name
    if operator.claims:
        who += f" (claims to be {clean(', '.join(dict.fromkeys(operator.claims.values())), longest=80)})"
    place = f" from {clean(operator.ssh_from, longest=60)}" if operator.ssh_from else f" on {clean(operator.host)}"
    return f"{who}{place} at {clock_text(entry.time, session.clock.now())}"


def changed_by(session: Session, fields: Sequence[str], authors: Mapping[str, Entry]) -> str:
    """Say by whom fields were changed: operator, origin, time, operation and reason where the ledger knows, else
    someone else.
    """
    entries = {entry.id: entry for entry in authors.values()}
    parts: list[str] = []
    for entry_id, entry in entries.items():
        names = ", ".join(name for name in fields if name in authors and authors[name].id == entry_id)
        reason = f", {quoted(entry.reason, 60)}" if entry.reason else ""
        parts.append(f"{attribution_words(entry, session)} ({names}; operation {entry_id}{reason})")
    others = [name for name in fields if name not in authors]
    if others:
        parts.append(f"someone else ({', '.join(others)})")
    return " and by ".join(parts)
