"""Giving sending back at the end of a suspension. What was changed since is left alone, and said."""

from tui_reseller.domain.audit import Entry
from tui_reseller.domain.errors import Conflict, ResellerError
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.providers import provider_of
from tui_reseller.domain.text import quoted
from tui_reseller.services.door import Permit
from tui_reseller.services.history import history_since
from tui_reseller.services.result import Result
from tui_reseller.services.session import Session
from tui_reseller.services.suspensions import Suspension, open_suspensions, was_on
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
        why = await _why_not(session, suspension)
        if why:
            return Result(call.username, call.operation, Outcome.NOT_SENT, why)
        meant = (await history_since(session, suspension.entry, suspension.username)).meant(suspension.entry)
        if meant is None:
            raise Conflict(f"another customer bears the name {quoted(call.username)} by now; nothing was sent")
    except ResellerError as error:
        return stopped(call, error)
    return await carry_out(session, call, permit, Aim(meant=meant, reason=reason, batch=batch))


def call_of(suspension: Suspension) -> Call:
    """Return the call that gives sending back."""
    back = provider_of(suspension.entry.account).action(suspension.entry.operation).undo
    return Call(back or Operation.FOREIGN, suspension.username)


def left_alone(suspension: Suspension, again: Entry) -> str:
    """Say why a suspension that has ended is not lifted."""
    return f"left alone: {quoted(suspension.username)} was stopped again by {again.operator.name} ({again.id})"


def noted(suspension: Suspension) -> str:
    """Say why a suspension whose stop was closed with a note is not lifted."""
    name = quoted(suspension.username)
    return (
        f"left alone: the stop of {name} was resolved with a note, which does not prove that it stopped sending; "
        f"enable it, or stop it again without an end ({suspension.entry.id})"
    )


async def _why_not(session: Session, suspension: Suspension) -> str:
    """Say why it is not lifted, or nothing: the ledger may have grown since it was read."""
    name = quoted(suspension.username)
    for now in await open_suspensions(session.ledger, session.account, [suspension.username]):
        if now.entry.id != suspension.entry.id:
            continue
        if now.replaced_by is not None:
            return left_alone(now, now.replaced_by)
        if now.entry.outcome is Outcome.RESOLVED:
            return noted(now)
        if now.until > suspension.until:
            return f"left alone: the suspension of {name} has another end by now"
        return "" if was_on(now) else f"left alone: sending of {name} was not on before it was stopped"
    return f"left alone: the suspension of {name} is open no more"
