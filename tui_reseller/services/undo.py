"""Take back what can be taken back: the last operation, a named one, or all that a job has done."""

from collections.abc import Collection, Mapping, Sequence

from tui_reseller.domain.audit import AuditQuery, Entry
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.operation import SWITCHED, Call, Operation
from tui_reseller.domain.plan import Refusal
from tui_reseller.domain.text import quoted
from tui_reseller.services import listing, plans
from tui_reseller.services.plan_file import Wanted
from tui_reseller.services.session import Session

REVERSIBLE = frozenset({*SWITCHED, Operation.SET, Operation.EMAIL, Operation.RENAME})
CANNOT = {
    Operation.CREATE: "a new customer cannot be undone; delete closes the account for ever",
    Operation.DELETE: "a delete cannot be undone",
    Operation.PASSWORD: "a password cannot be undone; set a new one",
}
LOOK_BACK = 500
FEW = 20
"""So many customers are read one by one, more with a whole new list."""


def opposite(entry: Entry) -> Call | None:
    """Return the call that takes an applied operation back, or None."""
    changed = {change.field: change for change in entry.changes}
    if not changed or entry.operation not in REVERSIBLE:
        return None
    back = entry.operation.opposite
    if back is not None:
        return Call(back, entry.username)
    if entry.operation is Operation.RENAME:
        return Call(Operation.RENAME, str(changed["username"].after), {"username": entry.username})
    before = {name: change.before for name, change in changed.items() if isinstance(change.before, str)}
    return Call(entry.operation, entry.username, before) if before else None


def as_left(entry: Entry, present: Customer | None) -> Customer | None:
    """Return the customer as the operation left it: what undo compares with, so that newer changes are not lost."""
    if present is None:
        return None
    left = {change.field: change.after for change in entry.changes if change.field != "username"}
    return present.with_values(left)


async def last_undoable(session: Session) -> list[Entry]:
    """Return the newest operation of this operator that can be taken back; several if they were done as one."""
    entries = await session.ledger.entries(AuditQuery(account=session.account, limit=LOOK_BACK))
    is_me = session.operator.is_same_person
    mine = [entry for entry in entries if is_me(entry.operator) and _is_applied(entry)]
    undone = _undone(mine)
    for entry in mine:
        if entry.id in undone or opposite(entry) is None:
            continue
        if entry.batch is None:
            return [entry]
        batch = await session.ledger.entries(AuditQuery(account=session.account, batch=entry.batch))
        return [
            e for e in batch if is_me(e.operator) and _is_applied(e) and e.id not in undone and opposite(e) is not None
        ]
    return []


async def draft_undo(session: Session, entries: Sequence[Entry], origin: str) -> plans.Drafted:
    """Return a plan that takes operations back; refused are those that cannot be, each with why. Customers are read
    again first: the list may be ten minutes old.

    An operation whose customer has another value by now than the one we wrote is left alone. Raises InvalidInput if
    nothing can be taken back.
    """
    applied = [entry for entry in entries if _is_applied(entry)]
    undone = _undone(await session.ledger.entries(AuditQuery(account=session.account)))
    calls = {entry.id: opposite(entry) for entry in applied}
    present = await _read_again(session, {call.username for call in calls.values() if call is not None})
    wanted: list[Wanted] = []
    refusals: list[Refusal] = []
    undoes: dict[str, str] = {}
    for entry in applied:
        call = calls[entry.id]
        why = "it is taken back already" if entry.id in undone else _why_not(entry, call, present)
        if why is not None or call is None:
            refusals.append(Refusal(0, f"{quoted(entry.username)}: {why}"))
        else:
            wanted.append(Wanted(call))
            undoes[call.username] = entry.id
    return await plans.draft(session, wanted, origin=origin, refusals=refusals, undoes=undoes)


async def _read_again(session: Session, usernames: Collection[str]) -> Mapping[str, Customer]:
    await listing.refresh_for_many(session, renew=len(usernames) > FEW)
    if len(usernames) > FEW:
        return session.customers.named(usernames)
    found = {name: customer for name in usernames if (customer := await session.find(name)) is not None}
    await session.keep(*found.items())
    return found


def _why_not(entry: Entry, call: Call | None, present: Mapping[str, Customer]) -> str | None:
    if call is None:
        return CANNOT.get(entry.operation, "what it was before is not known")
    now = present.get(call.username)
    if now is None:
        return "there is no such customer any more"
    for change in entry.changes:
        if change.field != "website_access" and now.value(change.field) != change.after:
            return f"{change.field} was changed since: it is left alone"
    return None


def _is_applied(entry: Entry) -> bool:
    return entry.outcome is not None and entry.outcome.is_applied


def _undone(entries: list[Entry]) -> set[str]:
    """Ids of undos and of what they took back. An undo names what it takes back in its reason."""
    ids: set[str] = set()
    for entry in entries:
        if entry.reason.startswith("undo of "):
            ids |= {entry.id, entry.reason.removeprefix("undo of ").split()[0]}
    return ids


def reason_for(entry: Entry, words: str = "") -> str:
    """Return the reason under which an undo is written down."""
    return f"undo of {entry.id}" + (f" {words.strip()}" if words.strip() else "")
