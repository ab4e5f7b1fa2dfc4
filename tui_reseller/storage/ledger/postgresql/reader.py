"""Reading a team's ledger: the statements are those of every ledger."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import psycopg

from tui_reseller.domain.audit import AuditQuery, ChainReport, Entry
from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.domain.vault import Anchor, LedgerAnchor
from tui_reseller.storage.ledger.dialect import Dialect
from tui_reseller.storage.ledger.encoding import escaped, unescaped
from tui_reseller.storage.ledger.note_reader import NoteReader
from tui_reseller.storage.ledger.postgresql.archive import check_archives
from tui_reseller.storage.ledger.postgresql.chain import COLUMNS, beginning, first_break
from tui_reseller.storage.ledger.postgresql.errors import away, worded
from tui_reseller.storage.ledger.postgresql.link import Link
from tui_reseller.system.clock import utc_now
from tui_reseller.system.process import Process

_LIVE = "account = %s AND number > 0"
"""The rows of an account that were written here: those of archives have numbers below zero."""
_MANY = 5_000
"""Rows that are fetched at once when all are read."""


class TeamReader(NoteReader):
    """Operations and notes of a team's ledger. Not for two threads. Every method may raise LedgerUnavailable."""

    dialect = Dialect(order="entry", has_end="""strpos(body, '"until":"') > 0""", hints=False, role="i.role")

    def __init__(self, connect: Callable[[], Link], longest: float) -> None:
        """Longest is how many seconds the server may take for one answer, for the words of an error."""
        self._connect = connect
        self._longest = longest
        self.link: Link | None = None
        super().__init__("ledger", utc_now)

    def close(self) -> None:
        """Close the connection. The next call opens it again."""
        link, self.link = self.link, None
        if link is not None:
            link.close()

    def _ready(self) -> Link:
        """Return the connection."""
        if self.link is not None and self.link.is_gone():
            self.close()
        if self.link is None:
            self.link = self._connect()
            self.name = f"ledger {self.link.place}"
        return self.link

    def _failed(self, link: Link, error: psycopg.Error) -> LedgerUnavailable:
        """Return an error of the driver as one of ours. After a lost connection the next call begins afresh."""
        if link.was_cut or link.is_gone():
            self.close()
        if link.was_cut:
            return away(link.place, f"PostgreSQL did not answer within {self._longest:g} seconds")
        return worded(link.place, error)

    def select(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """Return the rows of a query."""
        link = self._ready()
        try:
            found = link.execute(query, values)
        except psycopg.Error as error:
            raise self._failed(link, error) from error
        yield from found

    def entries(self, query: AuditQuery) -> list[Entry]:
        """Return operations, newest first; a page of them at a time."""
        where, values = self._condition(query)
        found: list[Entry] = []
        behind, page = "", min(query.limit or _MANY, _MANY)
        last: tuple[str, ...] = ()
        while True:
            newest = f"SELECT i.entry FROM rows i WHERE i.kind = 'intent' AND {where}{behind}"  # noqa: S608 - our own text
            some = list(
                self._entries(
                    f"i.entry IN ({newest} ORDER BY i.entry DESC LIMIT {page}) ORDER BY i.entry DESC", *values, *last
                )
            )
            found += filter(query.shows, some)
            if len(some) < page or 0 < query.limit <= len(found):
                return found[: query.limit or None]
            behind, last, page = " AND i.entry < ?", (some[-1].id,), _MANY

    def needs_you(self, account: str | None) -> list[Entry]:
        """Return operations that a person has to look at, oldest first."""
        where, values = ("", ()) if account is None else (" WHERE account = ?", (escaped(account),))
        marked = self._entries(f"i.entry IN (SELECT entry FROM open_operations{where}) ORDER BY i.entry", *values)  # noqa: S608
        return [entry for entry in marked if entry.outcome is not None and entry.outcome.needs_you]

    def unanswered(self) -> list[Entry]:
        """Return the operations that were begun and have no outcome, oldest first."""
        return list(
            self._entries("i.entry IN (SELECT entry FROM open_operations WHERE outcome IS NULL) ORDER BY i.entry")
        )

    def accounts_to_recover(self) -> list[str]:
        """Return the accounts in which operations of processes that are gone have no outcome, and where this role may
        write one. Escaped.
        """
        lost = (
            "SELECT DISTINCT account FROM open_operations "
            "WHERE outcome IS NULL AND NOT lives(session) AND may(account, 'write') ORDER BY 1"
        )
        return [name for (name,) in self.select(lost)]

    def written_since(self, account: str, row: int, limit: int) -> list[Entry]:
        """Return operations that were begun, or got an outcome, behind a row, oldest first; at most so many."""
        written = "SELECT entry FROM rows WHERE account = ? AND number > ? AND kind IN ('intent', 'outcome')"
        where = f"i.entry IN ({written}) ORDER BY i.entry DESC LIMIT ?"
        return list(self._entries(where, escaped(account), row, limit))[::-1]

    def newest(self, account: str) -> int:
        """Return the number of the newest row of an account, 0 where there is none."""
        query = "SELECT coalesce(max(number), 0) FROM rows WHERE account = ?"
        return int(next(self.select(query, escaped(account)))[0])

    def newest_id(self, account: str) -> str:
        """Return the id of the newest operation on an account, empty where there is none."""
        query = "SELECT coalesce(max(entry), '') FROM rows WHERE kind = 'intent' AND account = ?"
        return str(next(self.select(query, escaped(account)))[0])

    def holders(self, account: str) -> Sequence[tuple[str, int]]:
        """Return who holds the lock of an account (escaped): role, and number of the process of PostgreSQL."""
        return [(role, pid) for role, pid in self.select("SELECT role, pid FROM holder(?)", account)]

    def check(self) -> ChainReport:
        """Walk the chain of each account that this role may read, from its first row, and those of archives."""
        ((ledger_id,),) = self.select("SELECT id::text FROM meta")
        rows = 0
        for (account,) in list(self.select("SELECT name FROM accounts ORDER BY name")):
            found, broken = self._first_break(account, beginning(ledger_id, account))
            if broken is not None:
                return ChainReport(broken, broken, unescaped(account))
            rows += found
        archives = self._archives()
        return archives if not archives.is_whole else ChainReport(rows + archives.rows)

    def anchors(self) -> list[LedgerAnchor]:
        """Return the last row of each account that this role may read."""
        ((ledger_id,),) = self.select("SELECT id::text FROM meta")
        last = "SELECT x.number, x.hash FROM rows x WHERE x.account = a.name ORDER BY x.number DESC LIMIT 1"
        query = f"SELECT a.name, r.number, encode(r.hash, 'hex') FROM accounts a, LATERAL ({last}) r ORDER BY 1"  # noqa: S608
        return [LedgerAnchor(Anchor(*head), ledger_id, unescaped(name)) for name, *head in self.select(query)]

    def holds(self, anchor: Anchor) -> bool:
        """Whether a row is there with this number and hash: in the chain of an account, or as it was in an archive."""
        hashed = "r.hash = decode(?, 'hex')"
        live = f"SELECT 1 FROM accounts a JOIN rows r ON r.account = a.name AND r.number = ? WHERE {hashed}"  # noqa: S608
        kept = f"SELECT 1 FROM archives a JOIN rows r ON r.archive = a.id AND r.number = ? - a.base WHERE {hashed}"  # noqa: S608
        return any(next(self.select(query, anchor.number, anchor.hash), None) for query in (live, kept))

    def _archives(self) -> ChainReport:
        """Walk the chains of the ledgers that were files before."""
        link = self._ready()
        try:
            return check_archives(link.database)
        except psycopg.Error as error:
            raise self._failed(link, error) from error

    def _first_break(self, account: str, begins: str) -> tuple[int, int | None]:
        link, query = self._ready(), f"SELECT {COLUMNS}, hash FROM rows WHERE {_LIVE} ORDER BY number"  # noqa: S608
        try:
            with link.database.transaction(), link.database.cursor(name="chain") as cursor:
                cursor.itersize = _MANY
                return first_break(cursor.execute(query.encode(), (account,)), begins)
        except psycopg.Error as error:
            raise self._failed(link, error) from error

    def _is_alive(self, entry: str, _process: Process, _began: datetime) -> bool:
        query = "SELECT lives(session) FROM open_operations WHERE entry = ?"
        return any(lives for (lives,) in self.select(query, entry))
