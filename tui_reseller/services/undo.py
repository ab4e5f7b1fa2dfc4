"""Take back what can be taken back: the last operation, a named one, or all that a job has done."""

from collections.abc import Mapping, Sequence

from tui_reseller.domain.action import Effect
from tui_reseller.domain.audit import AuditQuery, Entry
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import Conflict, InvalidInput, RefusedHere, ResellerError
from tui_reseller.domain.fingerprint import Fingerprint, Likeness, differing, likeness
from tui_reseller.domain.operation import Call
from tui_reseller.domain.plan import Refusal
from tui_reseller.domain.provider import KEY
from tui_reseller.domain.providers import provider_of
from tui_reseller.domain.text import quoted
from tui_reseller.domain.value import Value, value_of
from tui_reseller.domain.whole import call_back_to
from tui_reseller.services import plans
from tui_reseller.services.attribution import attribution_words
from tui_reseller.services.door import Permit
from tui_reseller.services.history import History, fields_of, history_since
from tui_reseller.services.reading_again import read_again
from tui_reseller.services.requested import RequestedChange
from tui_reseller.services.result import Result
from tui_reseller.services.session import Session
from tui_reseller.services.validation import findings_for
from tui_reseller.services.write import Aim, carry_out, stopped

UNTOLD = "what it was before is not known, or cannot be set"
ANOTHER = "another customer bears the name by now"
LOOK_BACK = 500


def opposite(entry: Entry) -> Call | None:
    """Return the call that takes an applied operation back, or None."""
    changed = {change.field: change for change in entry.changes}
    action = provider_of(entry.account).action(entry.operation)
    if not changed or action.undo is None:
        return None
    if action.sets:
        return Call(action.undo, entry.username)
    if action.is_whole:
        return _as_before(entry)
    if action.effect is Effect.RENAMES:
        return Call(action.undo, str(changed[KEY].after), {KEY: entry.username})
    before = {name: change.before for name, change in changed.items() if isinstance(change.before, str)}
    return Call(action.undo, entry.username, before) if before else None


def _as_before(entry: Entry) -> Call | None:
    """Return the call that sets all that an operation has overwritten as it was; None where that is not known, or was
    something that cannot be set, as no credits at all.
    """
    provider = provider_of(entry.account)
    call = call_back_to(provider, entry.operation, entry.username, entry.before or {})
    is_valid = call is not None and all(finding.warning for finding in findings_for(provider, call))
    return call if is_valid else None


def why_never(entry: Entry) -> str:
    """Return why an operation cannot be taken back."""
    return provider_of(entry.account).action(entry.operation).cannot_undo or UNTOLD


def left_by(entry: Entry) -> Mapping[str, Value]:
    """Return what an applied operation left of its customer, with what was there before and stayed."""
    provider = provider_of(entry.account)
    before = {name: value_of(value) for name, value in (entry.before or {}).items() if name in provider.by_name}
    return {**before, **{change.field: change.after for change in entry.changes}}


def as_left(entry: Entry, present: Customer) -> Customer:
    """Return the customer as the operation left it: what undo compares with, so that newer changes are not lost."""
    left = {change.field: change.after for change in entry.changes if change.field != KEY}
    return present.with_values(left)


def without_second_calls(entries: Sequence[Entry]) -> list[Entry]:
    """Return operations without those that gave a new customer its details, where it was created in the same batch:
    they are part of that, which cannot be taken back.
    """
    made = {(entry.batch, entry.customer) for entry in entries if entry.batch and _creates(entry)}
    return [entry for entry in entries if _creates(entry) or (entry.batch, entry.username) not in made]


def _creates(entry: Entry) -> bool:
    return provider_of(entry.account).action(entry.operation).effect is Effect.CREATES


async def last_undoable(session: Session) -> list[Entry]:
    """Return the newest operation of this operator that can be taken back; several if they were done as one."""
    entries = await session.ledger.entries(AuditQuery(account=session.account, limit=LOOK_BACK))
    entries = without_second_calls(entries)
    last = next((entry for entry in entries if _is_undoable(session, entry)), None)
    if last is None or last.batch is None:
        return [last] if last else []
    batch = await session.ledger.entries(AuditQuery(account=session.account, batch=last.batch))
    return [entry for entry in without_second_calls(batch) if _is_undoable(session, entry)]


def _is_undoable(session: Session, entry: Entry) -> bool:
    """Whether an operation is one of this operator's that still stands. An undo is not undone again by itself."""
    is_ours = (
        session.operator.is_same_person(entry.operator) and _is_applied(entry) and entry.account == session.account
    )
    return is_ours and not entry.undone_by and not entry.undoes and opposite(entry) is not None


async def take_back(session: Session, entry: Entry, permit: Permit, reason: str) -> Result:
    """Take one operation back; what speaks against it is in the result. Never raises a ResellerError.

    The customer is read again just before: one that was changed since, by us or by others, is left alone.
    """
    call = opposite(entry)
    if call is None:
        why = RefusedHere(f"refused: {why_never(entry)}; nothing was sent")
        return stopped(Call(entry.operation, entry.username), why)
    try:
        meant = await refuse_overtaken(session, entry.id)
    except ResellerError as error:
        return stopped(call, error)
    left = as_left(entry, session.customers.get(call.username) or Customer.of(session.provider, call.username))
    return await carry_out(session, call, permit, Aim(left, meant, reason, undoes=entry.id))


async def refuse_overtaken(session: Session, entry_id: str) -> Fingerprint:
    """Return whom an operation meant, with what we changed ourselves since. Raises Conflict if something came after it
    on the same field, it was taken back, or another customer bears the name.
    """
    entry = await session.ledger.get(entry_id)
    if entry is None:
        raise Conflict("what it takes back is not in the audit log any more; nothing was sent")
    history = await history_since(session, entry, entry.username)
    why, meant = _why_overtaken(session, history, entry), history.meant(entry)
    if why is not None or meant is None:
        raise Conflict(f"{why or ANOTHER}; nothing was sent", hint="look at it first")
    return meant


async def draft_undo(session: Session, entries: Sequence[Entry], origin: str) -> plans.Drafted:
    """Return a plan that takes operations back; refused are those that cannot be, each with why. Customers are read
    again first: the list may be ten minutes old.

    An operation whose customer has another value by now than the one we wrote is left alone. Raises InvalidInput if
    nothing can be taken back.
    """
    applied = without_second_calls([entry for entry in entries if _is_applied(entry)])
    if not applied:
        raise InvalidInput("there is nothing to take back: nothing of it was applied")
    oldest = min(applied, key=lambda entry: entry.id)
    history = await history_since(session, oldest)
    calls = {entry.id: opposite(entry) for entry in applied}
    fields = {change.field for entry in applied for change in entry.changes}
    names = {call.username for call in calls.values() if call is not None}
    present = await read_again(session, names, fields, renew=True)
    wanted: list[RequestedChange] = []
    refusals: list[Refusal] = []
    undone: dict[str, plans.Undone] = {}
    for entry in applied:
        call, meant = calls[entry.id], history.meant(entry)
        why = _why_overtaken(session, history, entry) or _why_not(entry, call, present, meant)
        if why is not None or call is None or meant is None:
            refusals.append(Refusal(0, f"{quoted(entry.customer)}: {why}"))
        else:
            wanted.append(RequestedChange(call))
            undone[call.username] = plans.Undone(entry.id, meant)
    drafted = await plans.draft(session, wanted, origin=origin, refusals=refusals, undone=undone)
    if not drafted.plan.items and not drafted.refusals:
        raise InvalidInput(f"nothing to do: {drafted.plan.already:,} are so already")
    return drafted


def _why_overtaken(session: Session, history: History, entry: Entry) -> str | None:
    if entry.account != session.account:
        return "two profiles may be the account that it was done in: nobody can say which"
    if entry.undone_by:
        return f"it is taken back already (operation {entry.undone_by})"
    later = history.overtaken_by(entry)
    if later is None:
        return None
    what = ", ".join(sorted(fields_of(later) & fields_of(entry)))
    why = f", {quoted(later.reason, 60)}" if later.reason else ""
    return f"{what} was set again by {attribution_words(later, session)} (operation {later.id}{why}): it is left alone"


def _why_not(entry: Entry, call: Call | None, present: Mapping[str, Customer], meant: Fingerprint | None) -> str | None:
    if call is None:
        return why_never(entry)
    now = present.get(call.username)
    if now is None:
        return "it is not in the list any more"
    if meant is None or likeness(meant, now) is Likeness.ANOTHER:
        return ANOTHER
    for change in entry.changes:
        provider = provider_of(entry.account)
        if change.field not in provider.untold | provider.moving and now.value(change.field) != change.after:
            return f"{change.field} was changed since: it is left alone"
    different = differing(meant, now)
    return f"{', '.join(different)} was changed since: it may be another customer" if different else None


def _is_applied(entry: Entry) -> bool:
    return entry.outcome is not None and entry.outcome.is_applied
