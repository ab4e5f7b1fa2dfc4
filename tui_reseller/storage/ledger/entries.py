"""What stands in the ledger, read on one connection: operations with their outcomes, by all that may be asked."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from tui_reseller.domain.audit import AuditQuery, ChainReport, Entry, utc_text
from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.provider import Effect, Provider
from tui_reseller.domain.providers import provider_of
from tui_reseller.domain.text import clean
from tui_reseller.domain.value import Value
from tui_reseller.storage.ledger.accounts import Accounts
from tui_reseller.storage.ledger.chain import broken_at
from tui_reseller.storage.ledger.file import worded
from tui_reseller.storage.ledger.query import Rename, Span, asked, spans_of
from tui_reseller.storage.ledger.rows import ENTRY_COLUMNS, escaped, read_entry, typed_id, unescaped
from tui_reseller.storage.ledger.schema import LATEST
from tui_reseller.system.process import Process

_CLOSED = ", ".join(f"'{outcome.value}'" for outcome in Outcome if not outcome.needs_you)
"""A word that only a newer version knows is none of these: it locks."""
_NEEDING = ", ".join(f"'{outcome.value}'" for outcome in Outcome if outcome.needs_you)
_ENTRIES = f"SELECT {ENTRY_COLUMNS} FROM rows i {LATEST} WHERE i.kind = 'intent' AND "  # noqa: S608 - our own text
_RENAMES = (
    f"SELECT i.number, i.account, i.username, i.target FROM rows i {LATEST} "  # noqa: S608 - our own words
    f"WHERE i.kind = 'intent' AND o.outcome IN ({', '.join(repr(o.value) for o in Outcome if o.is_applied)})"
)


class Entries:
    """Operations of an open ledger. Not for two threads. Every method may raise LedgerUnavailable."""

    def __init__(
        self, path: Path, connection: sqlite3.Connection, accounts: Accounts, now: Callable[[], datetime]
    ) -> None:
        self._path = path
        self.connection = connection
        self.accounts = accounts
        self.now = now
        # Every intent below this row has an outcome: rows are only added, so that never changes back.
        self._answered_below = 0

    def get(self, entry_id: str) -> Entry | None:
        """Return one operation."""
        return next(self._entries("i.entry = ?", typed_id(entry_id)), None)

    def entries(self, query: AuditQuery) -> list[Entry]:
        """Return operations, newest first."""
        where, values = self._asked(query)
        found: list[Entry] = []
        for entry in self._entries(f"{where} ORDER BY i.number DESC", *values):
            if query.shows(entry):
                found.append(entry)
            if query.limit and len(found) == query.limit:
                break
        return found

    def count(self, query: AuditQuery) -> int:
        """Return how many operations there are, whatever the limit."""
        where, values = self._asked(query)
        if query.needs_entries:
            return sum(query.shows(entry) for entry in self._entries(where, *values))
        ((count,),) = self.read(f"SELECT count(*) FROM rows i WHERE i.kind = 'intent' AND {where}", *values)  # noqa: S608
        return int(count)

    def _spans(self, query: AuditQuery) -> list[Span]:
        """Return under which names the customer of a query is found, and when."""
        if query.username is None:
            return []
        asked_for = AuditQuery(account=query.account, operation=Operation.RENAME)
        where, values = asked(asked_for, (), self._names(query.account))
        canonical = {escaped(alias): escaped(account) for alias, account in self.accounts.canonical.items()}
        renames = [
            Rename(number, canonical.get(account, account), old, new)
            for number, account, old, new in self.read(f"{_RENAMES} AND {where} ORDER BY i.number", *values)
        ]
        own = None if query.account is None else escaped(query.account)
        return spans_of(escaped(query.username), own, renames)

    def _names(self, account: str | None) -> list[str]:
        """Return the spellings of an account in the ledger, escaped; none stands for all accounts."""
        return [] if account is None else [escaped(name) for name in self._spellings(account)]

    def _spellings(self, account: str) -> list[str]:
        with worded(self._path):
            return self.accounts.names(account)

    def _asked(self, query: AuditQuery) -> tuple[str, list[str | int]]:
        spans = [
            (span, self._names(None if span.account is None else unescaped(span.account)))
            for span in self._spans(query)
        ]
        return asked(query, spans, self._names(query.account))

    def needs_you(self, account: str | None) -> list[Entry]:
        """Return operations that a person has to look at, oldest first."""
        asked = self._entries(
            "i.entry IN (SELECT entry FROM rows WHERE kind = 'outcome' "  # noqa: S608 - words of our own
            f"AND outcome IN ({_NEEDING})) ORDER BY i.number"
        )
        found = {entry.id: entry for entry in (*asked, *self.unanswered())}
        names = set() if account is None else set(self._spellings(account))
        return [
            entry
            for _id, entry in sorted(found.items())
            if entry.outcome is not None and entry.outcome.needs_you and (account is None or entry.account in names)
        ]

    def last_set(self, account: str) -> dict[str, dict[str, Value]]:
        """Replay what was done to fields that the service never tells, following renames and deletions."""
        found: dict[str, dict[str, Value]] = {}
        provider = provider_of(account)
        words = ", ".join(f"'{operation.value}'" for operation in _replayed(provider))
        names = self._names(account)
        where = f"i.account IN ({_marks(names)}) AND i.operation IN ({words}) ORDER BY i.number"
        for entry in self._entries(where, *names):
            _replay(provider, entry, found)
        return found

    def check(self) -> ChainReport:
        """Walk the chain of hashes from the first row."""
        with worded(self._path):
            broken = broken_at(self.connection)
            count = int(self.one("SELECT count(*) FROM rows") or 0)
        return ChainReport(count if broken is None else broken, broken)

    def open_of(self, account: str, username: str) -> list[Entry]:
        """Return the operations of a customer that have no outcome, or one that a person has to look at."""
        open_ = f"(o.outcome IS NULL OR o.outcome NOT IN ({_CLOSED}))"
        names = self._names(account)
        return [
            entry
            for column in ("username", "target")
            for entry in self._entries(
                f"i.account IN ({_marks(names)}) AND i.{column} = ? AND {open_} ORDER BY i.number",
                *names, escaped(username),
            )
        ]  # fmt: skip

    def is_touched_since(self, account: str, username: str, moment: datetime) -> bool:
        """Whether an operation on a customer, or one that gave somebody this name, was begun at a moment or later."""
        names = self._names(account)
        for column in ("username", "target"):
            where = f"kind = 'intent' AND account IN ({_marks(names)}) AND {column} = ? AND time >= ?"
            query = f"SELECT 1 FROM rows WHERE {where} LIMIT 1"  # noqa: S608 - our own text
            if next(self.read(query, *names, escaped(username), utc_text(moment)), None):
                return True
        return False

    def unanswered(self) -> list[Entry]:
        """Return the operations that were begun and have no outcome, oldest first."""
        where = "i.number >= ? AND NOT EXISTS (SELECT 1 FROM rows WHERE entry = i.entry AND kind = 'outcome')"
        last = int(self.one("SELECT max(number) FROM rows") or 0)
        with worded(self._path):
            query = f"SELECT i.number, i.entry FROM rows i WHERE i.kind = 'intent' AND {where} ORDER BY 1"  # noqa: S608
            rows = self.connection.execute(query, (self._answered_below,)).fetchall()
        self._answered_below = rows[0][0] if rows else last + 1
        return [entry for _number, name in rows if (entry := self.get(name)) is not None]

    def _entries(self, where: str, *values: str | int) -> Iterator[Entry]:
        with worded(self._path):
            canonical = self.accounts.canonical
        for found in self.read(_ENTRIES + where, *values):
            try:
                entry = read_entry(found, self._is_alive, canonical)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise LedgerUnavailable(
                    f"ledger {self._path}: the row of {clean(str(found[0]), longest=40)} is damaged",
                    hint="check the audit log; nothing is sent without the ledger",
                ) from error
            yield entry

    def _is_alive(self, process: Process, began: datetime) -> bool:
        return process.is_alive(self._path.parent, (self.now() - began).total_seconds())

    def read(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """Return the rows of a query."""
        with worded(self._path):
            yield from self.connection.execute(query, values)

    def one(self, query: str) -> str | None:
        """Return the first value of the first row, or None."""
        with worded(self._path):
            row = self.connection.execute(query).fetchone()
        return None if row is None else row[0]


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))


def _replayed(provider: Provider) -> list[Operation]:
    return [
        operation
        for operation, action in provider.actions.items()
        if action.effect is not Effect.CHANGES or not provider.untold.isdisjoint((*action.sets, *action.takes))
    ]


def _replay(provider: Provider, entry: Entry, found: dict[str, dict[str, Value]]) -> None:
    action = provider.action(entry.operation)
    if action.effect is Effect.CHANGES:
        values: dict[str, Value] = {**action.sets, **{change.field: change.after for change in entry.changes}}
        untold = {name: value for name, value in values.items() if name in provider.untold}
        if entry.outcome is None or entry.outcome.needs_you or entry.outcome is Outcome.RESOLVED:
            found.setdefault(entry.username, {}).update(dict.fromkeys(untold))
        elif entry.outcome.is_applied:
            found.setdefault(entry.username, {}).update(untold)
    elif entry.outcome is not None and entry.outcome.is_applied:
        known = found.pop(entry.username, None)
        new = next((str(change.after) for change in entry.changes if change.field == "username"), entry.username)
        found.pop(new, None)
        if action.effect is Effect.RENAMES and known is not None:
            found[new] = known
