"""Sending that was stopped until a moment: what is open, what is due. Giving it back is in lifting.py.

All of it is read from the audit log: the service knows nothing of an end.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime

from tui_reseller.domain.action import Action, Effect
from tui_reseller.domain.audit import Entry, utc_text
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.domain.providers import PROVIDERS, provider_of
from tui_reseller.services.ledger_ports import LedgerPort


@dataclass(frozen=True, slots=True)
class Suspension:
    """An open one: the stop, its end, the present username, and a later stop without an end, if any."""

    entry: Entry
    until: datetime
    username: str
    replaced_by: Entry | None = None

    def state(self, now: datetime) -> str:
        """Return what holds of it: needs_you (the stop itself is not certain), noted (a note closed it, which proves
        nothing), replaced, due or waiting.
        """
        outcome = self.entry.outcome
        if outcome is None or outcome.needs_you:
            return "needs_you"
        if outcome is Outcome.RESOLVED:
            return "noted"
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


async def open_suspensions(
    ledger: LedgerPort, account: str | None = None, usernames: Collection[str] | None = None
) -> list[Suspension]:
    """Return the suspensions that nothing has ended, the first to end first; of these customers alone, if named, under
    whatever name they have now. Raises LedgerUnavailable.
    """
    found = (await replayed(ledger, account, usernames)).suspensions.values()
    return sorted(found, key=lambda suspension: (suspension.until, suspension.entry.id))


def stops_of(provider: Provider) -> list[Operation]:
    """Return the operations that may be given an end."""
    return [operation for operation, action in provider.actions.items() if action.takes_end]


def _counting(provider: Provider) -> set[Operation]:
    """Return the operations that begin, end or carry on a suspension."""
    found = set(stops_of(provider))
    for operation, action in provider.actions.items():
        if action.changes_who or action.undo in found:
            found.add(operation)
    return found


def _action(entry: Entry) -> Action:
    return provider_of(entry.account).action(entry.operation)


async def replayed(ledger: LedgerPort, account: str | None, usernames: Collection[str] | None) -> "Replay":
    """Return what the audit log leaves open, of all customers or of these. Raises LedgerUnavailable."""
    counting = {one for provider in PROVIDERS.values() for one in _counting(provider)}
    replay = Replay()
    for entry in await ledger.around_ends(account, usernames):
        if entry.operation in counting:
            replay.take(entry)
    return replay


@dataclass
class Replay:
    """What stays open after operations that are taken in order: suspensions, and stops without an end that certainly
    were what stopped sending, by account and username.
    """

    suspensions: dict[tuple[str, str], Suspension] = field(default_factory=dict)
    stops: dict[tuple[str, str], Entry] = field(default_factory=dict)

    def take(self, entry: Entry) -> None:
        """Take the next operation. A rename carries on what is open; enable, delete and a new customer end it."""
        key = entry.account, entry.username
        if _action(entry).takes_end:
            if entry.outcome is None or not entry.outcome.is_certainly_not:
                self._stop(key, entry)
        elif entry.outcome is not None and entry.outcome.is_so:
            ended, stop = self.suspensions.pop(key, None), self.stops.pop(key, None)
            if _action(entry).effect is Effect.RENAMES:
                new = next(str(change.after) for change in entry.changes if change.field == KEY)
                if ended is not None:
                    self.suspensions[entry.account, new] = replace(ended, username=new)
                if stop is not None:
                    self.stops[entry.account, new] = stop

    def _stop(self, key: tuple[str, str], entry: Entry) -> None:
        """A stop that found sending off already sets another end of what is open, or none."""
        is_open, first = self.suspensions.get(key), self.stops.get(key)
        if entry.until is None:
            if is_open is not None:
                self.suspensions[key] = replace(is_open, replaced_by=entry)
            if _found_on(entry) and entry.outcome is not None and entry.outcome.is_applied:
                self.stops[key] = entry
        elif is_open is not None and not _found_on(entry):
            self.suspensions[key] = replace(is_open, until=entry.until, replaced_by=None)
        elif first is not None and not _found_on(entry):
            self.suspensions[key] = Suspension(first, entry.until, entry.username)
        elif entry.outcome is not Outcome.ALREADY_SO:
            self.suspensions[key] = Suspension(entry, entry.until, entry.username)


def was_on(suspension: Suspension) -> bool:
    """Whether sending was on when it was stopped: only then is it given back."""
    return _found_on(suspension.entry)


def _found_on(stop: Entry) -> bool:
    return any(change.field in _action(stop).sets and change.before is True for change in stop.changes)
