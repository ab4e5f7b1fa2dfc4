"""Sending that was stopped until a moment: what is open, what is due, and giving sending back.

All of it is read from the audit log: the service knows nothing of an end.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from tui_reseller.domain.audit import AuditQuery, Entry, Intent, utc_text
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.switch import Switch
from tui_reseller.domain.text import quoted
from tui_reseller.services.ports import LedgerPort
from tui_reseller.services.result import Result
from tui_reseller.services.session import Session
from tui_reseller.services.write import carry_out, stopped

_REPLAYED = (Operation.DISABLE, Operation.ENABLE, Operation.RENAME, Operation.DELETE)
_CERTAINLY_NOT = frozenset({Outcome.REJECTED, Outcome.NOT_SENT, Outcome.VERIFIED_NOT_APPLIED})
ON_ALREADY = "sending was on already; nothing was sent"


@dataclass(frozen=True, slots=True)
class Suspension:
    """An open one: the stop that set its end, the present username, and a later stop without an end, if any."""

    entry: Entry
    until: datetime
    username: str
    replaced_by: Entry | None = None

    def state(self, now: datetime) -> str:
        """Return what holds of it: needs_you (the stop itself is not certain), replaced, due or waiting."""
        outcome = self.entry.outcome
        if outcome is None or outcome.needs_you:
            return "needs_you"
        if self.replaced_by is not None:
            return "replaced"
        return "due" if self.until <= now else "waiting"

    def as_dict(self, now: datetime) -> dict[str, object]:
        """Return the stable object of output."""
        entry = self.entry
        return {
            "username": self.username,
            "until": utc_text(self.until),
            "state": self.state(now),
            "reason": entry.reason or None,
            "operator": entry.operator.as_dict(),
            "profile": entry.profile,
            "id": entry.id,
            "time": utc_text(entry.time),
            "replaced_by": self.replaced_by.id if self.replaced_by else None,
        }


async def open_suspensions(ledger: LedgerPort, account: str | None = None) -> list[Suspension]:
    """Return the suspensions that nothing has ended, the first to end first. Raises LedgerUnavailable."""
    entries: list[Entry] = []
    for operation in _REPLAYED:
        found = await ledger.entries(AuditQuery(account=account, operation=operation))
        if operation is Operation.DISABLE and not any(entry.until for entry in found):
            return []
        entries += found
    return sorted(replay(entries), key=lambda suspension: (suspension.until, suspension.entry.id))


def replay(entries: Iterable[Entry]) -> Iterable[Suspension]:
    """Return what stays open after these operations. A rename carries a suspension on; enable and delete end it."""
    found: dict[tuple[str, str], Suspension] = {}
    for entry in sorted(entries, key=lambda entry: entry.id):
        key = entry.account, entry.username
        if entry.operation is Operation.DISABLE:
            if entry.outcome in _CERTAINLY_NOT:
                continue
            if entry.until is not None:
                found[key] = Suspension(entry, entry.until, entry.username)
            elif key in found:
                found[key] = replace(found[key], replaced_by=entry)
        elif entry.outcome is not None and entry.outcome.is_applied:
            ended = found.pop(key, None)
            if entry.operation is Operation.RENAME and ended is not None:
                new = next(str(change.after) for change in entry.changes if change.field == "username")
                found[entry.account, new] = replace(ended, username=new)
    return found.values()


async def lift(session: Session, suspension: Suspension, batch: str) -> Result:
    """Give sending back at the end of a suspension, as every write is done; never raises a ResellerError.

    What was changed since is left alone: sent is nothing where sending is on already (this is written down, and settles
    the suspension), nor where somebody has stopped it again.
    """
    call = Call(Operation.ENABLE, suspension.username)
    reason = f"end of suspension {suspension.entry.id}"
    try:
        session.policy.check(call, reason)
        again = await _stopped_again(session, suspension)
        if again is not None:
            return Result(call.username, call.operation, Outcome.NOT_SENT, left_alone(suspension, again))
        customer = await session.find(call.username)
        if customer is not None and customer.sending is Switch.ON:
            return await _settled(session, call, customer, reason, batch)
    except ResellerError as error:
        return stopped(call, error)
    return await carry_out(session, call, loaded=customer, reason=reason, batch=batch)


def left_alone(suspension: Suspension, again: Entry) -> str:
    """Say why a suspension that has ended is not lifted."""
    return f"left alone: {quoted(suspension.username)} was stopped again by {again.operator.user} ({again.id})"


async def _stopped_again(session: Session, suspension: Suspension) -> Entry | None:
    """Return a stop that came after the one that set the end: the ledger may have grown since it was read."""
    query = AuditQuery(account=session.account, username=suspension.username, operation=Operation.DISABLE)
    newest = [entry for entry in await session.ledger.entries(query) if entry.outcome not in _CERTAINLY_NOT]
    return newest[0] if newest and newest[0].id > suspension.entry.id else None


async def _settled(session: Session, call: Call, found: Customer, reason: str, batch: str) -> Result:
    entry_id = await session.ledger.begin(
        Intent(
            profile=session.profile.name,
            account=session.account,
            operation=call.operation,
            username=call.username,
            changes=(),
            operator=session.operator,
            before=found.as_dict(),
            reason=session.policy.reason_for(reason),
            batch=batch,
        )
    )
    await session.ledger.finish(entry_id, Outcome.VERIFIED_APPLIED, ON_ALREADY)
    return Result(call.username, call.operation, Outcome.VERIFIED_APPLIED, ON_ALREADY, entry_id)
