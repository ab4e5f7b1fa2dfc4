"""Settle what a job left unknown: one whole list is the reading for all of it at once (reliability 4.4)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

from tui_reseller.domain.action import Effect
from tui_reseller.domain.audit import Entry
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import CustomerNotFound, NotPermitted
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.services.observations import Observation, observe, times_text
from tui_reseller.services.session import Session
from tui_reseller.services.verify import SETTLE
from tui_reseller.services.whole_list import doubt, whole_list

Told = Callable[[str], None]


async def reconcile(session: Session, entries: Sequence[Entry], tell: Told) -> dict[str, Outcome]:
    """Look for evidence on lost answers; return the outcomes that were found and written down, by id.

    Two readings at most, the second not before the settle time is over; where they disagree nothing is concluded.
    Raises ResellerError if the list cannot be read.
    """
    found: dict[str, Outcome] = {}
    left = [entry for entry in entries if _is_shown(session.provider, entry)]
    for entry in entries:
        action = session.provider.action(entry.operation)
        if not action.is_checkable and entry.outcome is Outcome.UNKNOWN:
            await session.ledger.finish(entry.id, Outcome.UNVERIFIABLE, action.uncheckable)
            found[entry.id] = Outcome.UNVERIFIABLE
    if not left:
        return found
    tell(f"checking {len(left):,} unknown outcomes by a whole list")
    first = await _readings(session, left)
    found |= await _write_down(session, left, {entry_id: [seen] for entry_id, seen in first.items() if seen.certain})
    left = [entry for entry in left if entry.id not in found and first[entry.id].outcome is not Outcome.UNKNOWN]
    if not left:
        return found
    tell(f"{len(left):,} look as before: read again in {SETTLE:.0f} s, when that counts as evidence")
    await session.clock.sleep(SETTLE)
    second = await _readings(session, left)
    agreed = {
        entry_id: [first[entry_id], seen]
        for entry_id, seen in second.items()
        if seen.certain or (seen.outcome is first[entry_id].outcome and seen.outcome is not Outcome.UNKNOWN)
    }
    return found | await _write_down(session, left, agreed)


def _is_shown(provider: Provider, entry: Entry) -> bool:
    """Whether readings of a customer show what became of an operation. Who was opened under a key that only the service
    knew is looked for otherwise (lost_create.py).
    """
    action = provider.action(entry.operation)
    return action.is_checkable and not (action.effect is Effect.CREATES and provider.names_customers)


async def _readings(session: Session, entries: Sequence[Entry]) -> dict[str, Observation]:
    names = {entry.username for entry in entries}
    names |= {str(change.after) for entry in entries for change in entry.changes if change.field == KEY}
    incoming = await whole_list(session)
    others = session.customers.window(0, 2)
    listed = await incoming.named({*names, *(other.username for other in others)})

    async def find(username: str, fields: Collection[str]) -> Customer | None:
        customer = listed.get(username)
        return await _with_details(session, session.last_set.fill(customer), fields) if customer else None

    async def seen(entry: Entry) -> Observation:
        fields = [change.field for change in entry.changes]
        try:
            return await observe(session, entry, partial(find, fields=fields))
        except NotPermitted as error:
            return Observation(session.clock.now(), Outcome.UNKNOWN, f"the reading failed ({error.message})")

    is_doubted = await doubt(
        session,
        incoming,
        [e.username for e in entries if session.provider.action(e.operation).effect is Effect.REMOVES],
    )
    found = {entry.id: await seen(entry) for entry in entries}
    return {entry_id: _doubted(one) if is_doubted else one for entry_id, one in found.items()}


async def _with_details(session: Session, customer: Customer, fields: Collection[str]) -> Customer | None:
    """Return a customer of a list with what no list tells of these fields: unread, they would look like another's
    change. Nobody where the customer is gone meanwhile.
    """
    if not session.provider.are_details(fields):
        return customer
    try:
        return await session.filled(customer, fields)
    except CustomerNotFound:
        return None


def _doubted(seen: Observation) -> Observation:
    """Who is missing from a list that is no proof is not proved to be gone (absence.py)."""
    return replace(seen, outcome=Outcome.UNKNOWN) if seen.is_absence else seen


async def _write_down(
    session: Session, entries: Sequence[Entry], evidence: Mapping[str, Sequence[Observation]]
) -> dict[str, Outcome]:
    """Write verdicts down, and take what was read into the list; return what then stands: one may be closed already, or
    wait for another operation.
    """
    standing: dict[str, Outcome] = {}
    seen: list[tuple[str, Customer | None]] = []
    for entry in entries:
        readings = evidence.get(entry.id)
        if readings is None:
            continue
        last = readings[-1]
        words = f"{times_text(readings)}: {last.words} (whole list)"
        await session.ledger.finish(entry.id, last.outcome, words, is_observed=True)
        found = await session.ledger.get(entry.id)
        standing[entry.id] = outcome = (found and found.outcome) or Outcome.UNKNOWN
        is_gone = session.provider.action(entry.operation).effect is Effect.REMOVES
        if last.row is not None or (is_gone and outcome is Outcome.VERIFIED_APPLIED):
            seen.append((entry.username, last.row))
    await session.held.keep(*seen)
    await session.last_set.learn()  # what is known of who is gone ends, or follows the name
    return standing
