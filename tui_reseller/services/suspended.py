"""Who is stopped until a moment, as a screen keeps it: what was written since is taken in, nothing is read twice."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from tui_reseller.domain.audit import Entry
from tui_reseller.domain.provider import KEY
from tui_reseller.services.ledger_ports import LedgerPort
from tui_reseller.services.suspensions import Suspension, open_suspensions

MOST = 5_000
"""Operations that are looked at one by one; after more, all suspensions are read anew."""


@dataclass
class Suspended:
    """Open suspensions of an account by username. Changes_at is when the next one that is waiting becomes due."""

    account: str
    ledger: LedgerPort
    found: dict[str, Suspension] = field(default_factory=dict)
    changes_at: datetime | None = None
    _row: int | None = None
    _newest: str = ""

    async def follow(self, now: datetime) -> None:
        """Take in what was written since the last time; the first time, read all. Raises LedgerUnavailable."""
        row, seen = await self.ledger.newest(self.account), self._row
        if row != seen:
            written = [] if seen is None else await self.ledger.written_since(self.account, seen, MOST)
            if seen is None or row < seen or len(written) == MOST:
                self._newest = await self.ledger.newest_id(self.account)
                self.found = {one.username: one for one in await open_suspensions(self.ledger, self.account)}
            else:
                await self._read(self._touched(written))
            self._row, self._newest = row, max([self._newest, *(entry.id for entry in written)])
        self._look_ahead(now)

    def _touched(self, written: Iterable[Entry]) -> set[str]:
        """Return whose suspension may be another one now, by all names that these operations use. A late outcome may
        bear on a customer who has another name by now.
        """
        found: set[str] = set()
        for entry in written:
            names = {entry.username, *(str(change.after) for change in entry.changes if change.field == KEY)}
            is_late = entry.id <= self._newest
            found |= names if entry.until or is_late or not names.isdisjoint(self.found) else set()
        return found

    async def _read(self, usernames: set[str]) -> None:
        if not usernames:
            return
        for username in usernames:
            self.found.pop(username, None)
        for one in await open_suspensions(self.ledger, self.account, usernames):
            self.found[one.username] = one

    def due(self, now: datetime) -> list[Suspension]:
        """Return those whose end has come, and that can be lifted; the first to end first."""
        self._look_ahead(now)
        found = [one for one in self.found.values() if one.state(now) == "due"]
        return sorted(found, key=lambda one: (one.until, one.entry.id))

    def _look_ahead(self, now: datetime) -> None:
        self.changes_at = min((one.until for one in self.found.values() if one.until > now), default=None)
