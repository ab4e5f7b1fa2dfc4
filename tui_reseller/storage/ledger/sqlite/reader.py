"""Reading an open ledger on SQLite."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from tui_reseller.domain.audit import ChainReport, Entry
from tui_reseller.storage.ledger.dialect import Dialect
from tui_reseller.storage.ledger.note_reader import NoteReader
from tui_reseller.storage.ledger.sqlite.accounts import AccountSpellings
from tui_reseller.storage.ledger.sqlite.errors import ledger_errors
from tui_reseller.storage.ledger.sqlite.rows_table import broken_at
from tui_reseller.storage.ledger.sqlite.schema import HAS_END
from tui_reseller.system.process import Process


class SqliteReader(NoteReader):
    """Operations and notes of an open ledger. Not for two threads. Every method may raise LedgerUnavailable."""

    dialect = Dialect(order="number", has_end=HAS_END, hints=True)

    def __init__(
        self, path: Path, database: sqlite3.Connection, accounts: AccountSpellings, now: Callable[[], datetime]
    ) -> None:
        super().__init__(f"ledger {path}", now)
        self._path = path
        self.database = database
        self.accounts = accounts
        # Every intent below this row has an outcome: rows are only added, so that never changes back.
        self._answered_below = 0

    def check(self) -> ChainReport:
        """Walk the chain of hashes from the first row."""
        with ledger_errors(self._path):
            broken = broken_at(self.database)
            count = int(self.one("SELECT count(*) FROM rows") or 0)
        return ChainReport(count if broken is None else broken, broken)

    def newest(self, _account: str = "") -> int:
        """Return the number of the newest row, 0 for an empty ledger: one order has those of all accounts."""
        return int(self.one("SELECT max(number) FROM rows") or 0)

    def newest_id(self, _account: str = "") -> str:
        """Return the greatest id of an operation, empty if there is none."""
        return self.one("SELECT max(entry) FROM rows WHERE kind = 'intent'") or ""

    def unanswered(self) -> list[Entry]:
        """Return the operations that were begun and have no outcome, oldest first."""
        where = "i.number >= ? AND NOT EXISTS (SELECT 1 FROM rows WHERE entry = i.entry AND kind = 'outcome')"
        last = int(self.one("SELECT max(number) FROM rows") or 0)
        with ledger_errors(self._path):
            query = f"SELECT i.number, i.entry FROM rows i WHERE i.kind = 'intent' AND {where} ORDER BY 1"  # noqa: S608
            rows = self.database.execute(query, (self._answered_below,)).fetchall()
        self._answered_below = rows[0][0] if rows else last + 1
        return [entry for _number, name in rows if (entry := self.get(name)) is not None]

    def select(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """Return the rows of a query."""
        with ledger_errors(self._path):
            yield from self.database.execute(query, values)

    def one(self, query: str) -> str | None:
        """Return the first value of the first row, or None."""
        with ledger_errors(self._path):
            row = self.database.execute(query).fetchone()
        return None if row is None else row[0]

    def _spellings(self, account: str) -> list[str]:
        with ledger_errors(self._path):
            return self.accounts.names(account)

    def _canonical(self) -> Mapping[str, str]:
        with ledger_errors(self._path):
            return self.accounts.canonical

    def _is_alive(self, _entry: str, process: Process, began: datetime) -> bool:
        return process.is_alive(self._path.parent, (self.now() - began).total_seconds())
