"""What other windows and commands of this ledger did is taken into the list: there is one truth on the screen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tui_reseller.domain.action import Effect
from tui_reseller.domain.audit import AuditQuery, Entry
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.services.session import Session

MOST = 5_000
"""Operations that are taken in at once, the newest; after more, the list is as old as it says."""

_CERTAINLY_NOT = frozenset({Outcome.VERIFIED_NOT_APPLIED, Outcome.REJECTED, Outcome.NOT_SENT})


@dataclass(frozen=True, slots=True)
class Seen:
    """How much of the ledger is in the list: the newest row, and the newest operation."""

    row: int = 0
    entry: str = ""


async def all_seen(session: Session) -> Seen:
    """Return that the list has all that is written now. Raises LedgerUnavailable."""
    row = await session.ledger.newest(session.account)
    return Seen(row, await session.ledger.newest_id(session.account))


async def take_in(session: Session, seen: Seen) -> Seen:
    """Take in what was written since. Returns what is seen now. Raises LedgerUnavailable."""
    row = await session.ledger.newest(session.account)
    if row == seen.row:
        return seen
    session.policy.approvals = await session.ledger.approvals(session.account)
    entries = await session.ledger.written_since(session.account, seen.row, MOST)
    noted = await session.ledger.noted_since(session.account, seen.row)
    await session.held.keep(*await _changes(session, entries, seen))
    await _take_in_notes(session, entries, noted)
    if any(not session.provider.untold.isdisjoint(c.field for c in entry.changes) for entry in entries):
        await session.last_set.learn()
    return Seen(row, max([seen.entry, *(entry.id for entry in entries)]))


async def _take_in_notes(session: Session, entries: Sequence[Entry], noted: Iterable[str]) -> None:
    """Learn anew what was noted since, and the notes of customers who have another name since, are gone, or are told by
    other values. Of customers without a note there is nothing to learn.
    """
    if len(entries) >= MOST:
        await session.notes.learn()
        return
    found, known = set(noted), session.notes.present.by_name
    for entry in entries:
        names = {entry.username, *(str(change.after) for change in entry.changes if change.field == KEY)}
        is_other = session.provider.action(entry.operation).changes_who
        is_told_otherwise = any(change.field in session.provider.identity for change in entry.changes)
        if (is_other or is_told_otherwise) and any(name in known or name in found for name in names):
            found |= names
    if found:
        await session.notes.learn_anew(found)


async def _changes(session: Session, entries: Sequence[Entry], seen: Seen) -> list[tuple[str, Customer | None]]:
    """Return what operations, oldest first, leave of the customers that the list has: in this order, as one that was
    renamed goes on under the new name. What this window did comes again and changes nothing.
    """
    present: dict[str, Customer | None] = dict(session.customers.named({entry.username for entry in entries}))
    changes: list[tuple[str, Customer | None]] = []
    for entry in entries:
        if entry.id <= seen.entry and await _is_overtaken(session, entry):
            continue
        for left in _left(session.provider, entry, present.get(entry.username)):
            changes.append(left)
            present[entry.username] = None
            if left[1] is not None:
                present[left[1].username] = left[1]
    return changes


def _left(provider: Provider, entry: Entry, customer: Customer | None) -> Iterable[tuple[str, Customer | None]]:
    """Yield who is changed by an operation, and how."""
    action = provider.action(entry.operation)
    if entry.outcome is Outcome.UNKNOWN and action.sets and customer is not None:
        yield entry.username, customer.with_values(dict.fromkeys(action.turned))
    if entry.outcome in _CERTAINLY_NOT and customer is not None:
        doubted = {
            c.field: c.before for c in entry.changes if c.field in action.turned and customer.value(c.field) is None
        }
        if doubted:
            yield entry.username, customer.with_values(doubted)
    if entry.outcome is None or not entry.outcome.is_applied:
        return
    values = {change.field: change.after for change in entry.changes}
    match action.effect:
        case Effect.REMOVES:
            yield entry.username, None
        case Effect.CREATES:
            values.pop(KEY, None)
            yield entry.customer, Customer.of(provider, entry.customer, {**provider.new_values, **values})
        case Effect.RENAMES if customer is not None and isinstance(values.get(KEY), str):
            yield entry.username, customer.with_values({KEY: values[KEY]})
        case _ if customer is not None:
            as_before = {**action.sets, **action.leaves}  # what was so before is no change
            yield entry.username, customer.with_values({**as_before, **values})


async def _is_overtaken(session: Session, entry: Entry) -> bool:
    """Whether there is a later operation on the customer: only the outcome of this one came later."""
    query = AuditQuery(account=session.account, username=entry.username, limit=1)
    newest = await session.ledger.entries(query)
    return bool(newest) and newest[0].id > entry.id
