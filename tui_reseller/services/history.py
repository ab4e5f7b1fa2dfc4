"""What came after an operation, as far as the ledger of this machine knows: whether it still stands."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tui_reseller.domain.action import Action, Effect
from tui_reseller.domain.audit import AuditQuery, Entry
from tui_reseller.domain.fingerprint import Fingerprint
from tui_reseller.domain.provider import KEY
from tui_reseller.domain.providers import provider_of
from tui_reseller.services.session import Session


@dataclass
class History:
    """Operations of one account, by username, oldest first."""

    _by_name: dict[str, list[Entry]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "History":
        """Return the history of these operations."""
        found = cls()
        for entry in sorted(entries, key=lambda entry: entry.id):
            found._by_name.setdefault(entry.username, []).append(entry)
        return found

    def after(self, entry: Entry) -> list[Entry]:
        """Return what was done to the customer of an operation after it, under whatever name; oldest first."""
        found: list[Entry] = []
        name, last = new_name(entry), entry.id
        step = self._next(name, last)
        while step is not None:
            found.append(step)
            name, last = new_name(step), step.id
            step = self._next(name, last)
        return found

    def _next(self, name: str, last: str) -> Entry | None:
        return next((entry for entry in self._by_name.get(name, ()) if entry.id > last), None)

    def overtaken_by(self, entry: Entry) -> Entry | None:
        """Return the newest later operation on a field of an operation. What was taken back again, and what took it
        back, do not count, unless that is a stop; nor what certainly was not carried out. One that changed nothing,
        because the value was set already, does: somebody wanted it so.
        """
        fields = fields_of(entry)
        return next(
            (
                later
                for later in reversed(self.after(entry))
                if not (fields_of(later).isdisjoint(fields) or _is_void(later))
            ),
            None,
        )

    def meant(self, entry: Entry) -> Fingerprint | None:
        """Return what tells the customer of an operation from another one, with what we changed ourselves since. None
        if the customer was deleted or the username opened anew since: then it is another one.
        """
        found = dict(entry.fingerprint)
        for step in (entry, *self.after(entry)):
            if step.outcome is None or not step.outcome.is_applied:
                continue
            if step is not entry and _action(step).effect in {Effect.CREATES, Effect.REMOVES}:
                return None
            for change in step.changes:
                if change.field in provider_of(step.account).identity and (
                    change.after is None or isinstance(change.after, str)
                ):
                    found[change.field] = change.after
        return found


async def history_since(session: Session, oldest: Entry, username: str | None = None) -> History:
    """Return what was done from an operation on: to all customers, or to one. Raises LedgerUnavailable."""
    query = AuditQuery(account=session.account, username=username, since=oldest.time)
    return History.of(await session.ledger.entries(query))


def new_name(entry: Entry) -> str:
    """Return the username that a customer has after an operation."""
    if _action(entry).effect is Effect.RENAMES and entry.outcome is not None and entry.outcome.is_applied:
        return next((str(change.after) for change in entry.changes if change.field == KEY), entry.username)
    return entry.customer


def fields_of(entry: Entry) -> frozenset[str]:
    """Return the fields that an operation is about."""
    return frozenset({change.field for change in entry.changes} | _action(entry).sets.keys())


def _action(entry: Entry) -> Action:
    return provider_of(entry.account).action(entry.operation)


def _is_void(entry: Entry) -> bool:
    """Whether an operation and what took it back leave nothing that somebody wants to stand. A stop does, also where it
    takes an enable back: only enable starts sending again.
    """
    if entry.undone_by or entry.outcome is None:
        return bool(entry.undone_by)
    is_undo = bool(entry.undoes) and entry.outcome.is_applied and not _action(entry).stops
    return is_undo or entry.outcome.is_certainly_not
