"""Sending that was stopped until a moment: what is open, what is due. Giving it back is in lifting.py.

All of it is read from the audit log: the service knows nothing of an end.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from tui_reseller.domain.audit import AuditQuery, Entry, utc_text
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.switch import Switch
from tui_reseller.domain.text import quoted
from tui_reseller.services.ports import LedgerPort
from tui_reseller.services.session import Session

_REPLAYED = (Operation.DISABLE, Operation.ENABLE, Operation.RENAME, Operation.DELETE, Operation.CREATE)


@dataclass(frozen=True, slots=True)
class Suspension:
    """An open one: the stop, its end, the present username, and a later stop without an end, if any."""

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
    """Return what stays open after these operations. A rename carries a suspension on; enable and delete end it, as
    does a new customer of that name. A stop that found sending off already sets another end of what is open, or none.
    """
    found: dict[tuple[str, str], Suspension] = {}
    for entry in sorted(entries, key=lambda entry: entry.id):
        key = entry.account, entry.username
        if entry.operation is Operation.DISABLE:
            if entry.outcome is not None and entry.outcome.is_certainly_not:
                continue
            if entry.until is None:
                found |= {key: replace(found[key], replaced_by=entry)} if key in found else {}
            elif key in found and not _found_on(entry):
                found[key] = replace(found[key], until=entry.until, replaced_by=None)
            elif entry.outcome is not Outcome.ALREADY_SO:
                found[key] = Suspension(entry, entry.until, entry.username)
        elif entry.outcome is not None and entry.outcome.is_so:
            ended = found.pop(key, None)
            if entry.operation is Operation.RENAME and ended is not None:
                new = next(str(change.after) for change in entry.changes if change.field == "username")
                found[entry.account, new] = replace(ended, username=new)
    return found.values()


def was_on(suspension: Suspension) -> bool:
    """Whether sending was on when it was stopped: only then is it given back."""
    return _found_on(suspension.entry)


def _found_on(stop: Entry) -> bool:
    return any(change.field == "sending" and change.before is True for change in stop.changes)


async def refuse_end(session: Session, username: str, now: Customer) -> None:
    """Raise RefusedHere where the end of a suspension would start sending for a customer that had none before. Another
    end of a suspension that is open is fine.
    """
    for suspension in await open_suspensions(session.ledger, session.account):
        if suspension.username == username and suspension.replaced_by is None and was_on(suspension):
            return
    known = "is off already" if now.sending is Switch.OFF else "is not known"
    raise RefusedHere(
        f"refused: sending of {quoted(username)} {known}: at its end a suspension would start it; nothing was sent",
        hint="without an end it stays off",
    )
