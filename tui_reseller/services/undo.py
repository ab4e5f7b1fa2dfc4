"""Take back the last operation that can be taken back."""

from tui_reseller.domain.audit import AuditQuery, Entry
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.operation import SWITCHED, Call, Operation
from tui_reseller.services.session import Session

REVERSIBLE = frozenset({*SWITCHED, Operation.SET, Operation.EMAIL, Operation.RENAME})
CANNOT = {
    Operation.CREATE: "a new customer cannot be undone; delete closes the account for ever",
    Operation.DELETE: "a delete cannot be undone",
    Operation.PASSWORD: "a password cannot be undone; set a new one",
}
LOOK_BACK = 500


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
    mine = [entry for entry in entries if entry.operator == session.operator and _is_applied(entry)]
    undone = _undone(mine)
    for entry in mine:
        if entry.id in undone or opposite(entry) is None:
            continue
        if entry.batch is None:
            return [entry]
        batch = await session.ledger.entries(AuditQuery(account=session.account, batch=entry.batch))
        return [
            e
            for e in batch
            if e.operator == session.operator and _is_applied(e) and e.id not in undone and opposite(e) is not None
        ]
    return []


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
