"""Giving sending back at the end of a suspension. What was changed since is left alone, and said."""

from tui_reseller.domain.audit import AuditQuery, Entry
from tui_reseller.domain.errors import Conflict, ResellerError
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.text import quoted
from tui_reseller.services.door import Permit
from tui_reseller.services.history import history_since
from tui_reseller.services.result import Result
from tui_reseller.services.session import Session
from tui_reseller.services.suspensions import Suspension, was_on
from tui_reseller.services.write import Aim, carry_out, stopped


async def lift(session: Session, suspension: Suspension, permit: Permit, batch: str, words: str = "") -> Result:
    """Give sending back, as every write is done; never raises a ResellerError. Words are the operator's own reason.

    Nothing is sent where sending is on already (this is written down, and settles the suspension), where it was off
    before, where somebody has stopped it again, or where another customer bears the name by now.
    """
    call = call_of(suspension)
    reason = f"end of suspension {suspension.entry.id}" + (f": {words.strip()}" if words.strip() else "")
    try:
        session.policy.check(call, reason)
        again = await _stopped_again(session, suspension)
        if again is not None:
            return Result(call.username, call.operation, Outcome.NOT_SENT, left_alone(suspension, again))
        if not was_on(suspension):
            why = f"left alone: sending of {quoted(suspension.username)} was not on before it was stopped"
            return Result(call.username, call.operation, Outcome.NOT_SENT, why)
        meant = (await history_since(session, suspension.entry, suspension.username)).meant(suspension.entry)
        if meant is None:
            raise Conflict(f"another customer bears the name {quoted(call.username)} by now; nothing was sent")
    except ResellerError as error:
        return stopped(call, error)
    return await carry_out(session, call, permit, Aim(meant=meant, reason=reason, batch=batch))


def call_of(suspension: Suspension) -> Call:
    """Return the call that gives sending back."""
    return Call(Operation.ENABLE, suspension.username)


def left_alone(suspension: Suspension, again: Entry) -> str:
    """Say why a suspension that has ended is not lifted."""
    return f"left alone: {quoted(suspension.username)} was stopped again by {again.operator.user} ({again.id})"


async def _stopped_again(session: Session, suspension: Suspension) -> Entry | None:
    """Return a stop without an end that came after: the ledger may have grown since it was read."""
    query = AuditQuery(account=session.account, username=suspension.username, operation=Operation.DISABLE)
    for entry in await session.ledger.entries(query):
        is_certain_not = entry.outcome is not None and entry.outcome.is_certainly_not
        if entry.id > suspension.entry.id and not is_certain_not and entry.until != suspension.until:
            return entry
    return None
