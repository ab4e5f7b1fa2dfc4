"""Reading operations with their outcomes, by all that may be asked, on whatever database has the rows."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from tui_reseller.domain.audit import AuditQuery, ChainReport, Entry, utc_text
from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.providers import PROVIDERS, provider_of
from tui_reseller.domain.text import clean
from tui_reseller.domain.value import Value
from tui_reseller.storage.ledger.dialect import Dialect
from tui_reseller.storage.ledger.encoding import escaped, unescaped
from tui_reseller.storage.ledger.entry_ids import typed_entry_id
from tui_reseller.storage.ledger.query import condition_of
from tui_reseller.storage.ledger.replay import last_set, replayed
from tui_reseller.storage.ledger.rows import EntryRow, read_entry, said_by
from tui_reseller.storage.ledger.spans import Rename, Span, spans_of
from tui_reseller.storage.ledger.statements import (
    APPLIED,
    CLOSED,
    ENTRY_COLUMNS,
    NEEDS_YOU,
    WITH_OUTCOME,
    placeholders,
)
from tui_reseller.system.process import Process

_ENTRIES = f"FROM rows i {WITH_OUTCOME} WHERE i.kind = 'intent' AND "
_RENAMES = (
    f"SELECT i.number, i.account, i.username, i.target FROM rows i {WITH_OUTCOME} "  # noqa: S608 - our own words
    f"WHERE i.kind = 'intent' AND o.outcome IN ({APPLIED})"
)
_GIVEN = (
    f"SELECT i.number, i.account, i.username, o.target FROM rows i {WITH_OUTCOME} "  # noqa: S608 - our own words
    f"WHERE i.kind = 'intent' AND i.operation = '{Operation.CREATE.value}' AND i.account BETWEEN ? AND ? "
    f"AND o.target = ? AND o.outcome IN ({APPLIED})"
)
"""Customers that were opened under a name of ours, and got a key from the service, which is as good as a rename."""


_MOST_VALUES = 500
"""Of one statement: SQLite may be built to take no more than 999."""


class EntryReader:
    """Operations of an open ledger. Not for two threads. Every method may raise LedgerUnavailable.

    Name is what messages call the ledger.
    """

    dialect: Dialect

    def __init__(self, name: str, now: Callable[[], datetime]) -> None:
        self.name = name
        self.now = now

    # What an adapter brings

    def select(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """Return the rows of a query, with a `?` for each value."""
        raise NotImplementedError

    def unanswered(self) -> list[Entry]:
        """Return the operations that were begun and have no outcome, oldest first."""
        raise NotImplementedError

    def newest(self, account: str) -> int:
        """Return the number of the newest row of an account, 0 where there is none."""
        raise NotImplementedError

    def newest_id(self, account: str) -> str:
        """Return the id of the newest operation on an account, empty where there is none."""
        raise NotImplementedError

    def check(self) -> ChainReport:
        """Walk the chain of hashes from the first row."""
        raise NotImplementedError

    def _spellings(self, account: str) -> list[str]:
        """Return what an account is called in the rows."""
        return [account]

    def _canonical(self) -> Mapping[str, str]:
        """Return the key of an account by an older spelling."""
        return {}

    def _is_alive(self, entry: str, process: Process, began: datetime) -> bool:
        """Whether an operation without an outcome may still come to an end."""
        raise NotImplementedError

    # Reading

    def get(self, entry_id: str) -> Entry | None:
        """Return one operation."""
        return next(self._entries("i.entry = ?", typed_entry_id(entry_id)), None)

    def entries(self, query: AuditQuery) -> list[Entry]:
        """Return operations, newest first."""
        where, values = self._condition(query)
        found: list[Entry] = []
        # Numbers are sorted alone: with all that belongs to a row the first one comes twenty times as late.
        by = f"i.{self.dialect.order}"
        numbers = f"SELECT {by} FROM rows i WHERE i.kind = 'intent' AND {where}"  # noqa: S608 - our own text
        for entry in self._entries(f"{by} IN ({numbers}) ORDER BY {by} DESC", *values):
            if query.shows(entry):
                found.append(entry)
            if query.limit and len(found) == query.limit:
                break
        return found

    def count(self, query: AuditQuery) -> int:
        """Return how many operations there are, whatever the limit."""
        where, values = self._condition(query)
        if query.needs_entries:
            return sum(query.shows(entry) for entry in self._entries(where, *values))
        ((count,),) = self.select(f"SELECT count(*) FROM rows i WHERE i.kind = 'intent' AND {where}", *values)  # noqa: S608
        return int(count)

    def _spans(self, query: AuditQuery) -> list[Span]:
        """Return under which names the customer of a query is found, and when."""
        if query.username is None:
            return []
        renames_of = AuditQuery(account=query.account, operation=Operation.RENAME)
        where, values = condition_of(renames_of, (), self._names(query.account))
        canonical = {escaped(alias): escaped(account) for alias, account in self._canonical().items()}
        renames = [
            Rename(number, canonical.get(account, account), old, new)
            for number, account, old, new in self.select(f"{_RENAMES} AND {where} ORDER BY i.number", *values)
        ]
        renames += self._given(escaped(query.username), None if query.account is None else self._names(query.account))
        own = None if query.account is None else escaped(query.account)
        return spans_of(escaped(query.username), own, renames)

    def _given(self, username: str, names: list[str] | None) -> list[Rename]:
        """Return how customers got a username from a service that gives it itself."""
        found = list[Rename]()
        for provider in PROVIDERS.values():
            if provider.names_customers:
                first, last = escaped(f"{provider.id}|"), escaped(f"{provider.id}}}")
                found += [Rename(*row) for row in self.select(_GIVEN, first, last, username)]
        return [rename for rename in found if names is None or rename.account in names]

    def _names(self, account: str | None) -> list[str]:
        """Return the spellings of an account in the ledger, escaped; none stands for all accounts."""
        return [] if account is None else [escaped(name) for name in self._spellings(account)]

    def _condition(self, query: AuditQuery) -> tuple[str, list[str | int]]:
        spans = [
            (span, self._names(None if span.account is None else unescaped(span.account)))
            for span in self._spans(query)
        ]
        return condition_of(query, spans, self._names(query.account))

    def needs_you(self, account: str | None) -> list[Entry]:
        """Return operations that a person has to look at, oldest first."""
        marked = self._entries(
            "i.entry IN (SELECT entry FROM rows WHERE kind = 'outcome' "  # noqa: S608 - words of our own
            f"AND outcome IN ({NEEDS_YOU})) ORDER BY i.{self.dialect.order}"
        )
        found = {entry.id: entry for entry in (*marked, *self.unanswered())}
        names = set() if account is None else set(self._spellings(account))
        return [
            entry
            for _id, entry in sorted(found.items())
            if entry.outcome is not None and entry.outcome.needs_you and (account is None or entry.account in names)
        ]

    def last_set(self, account: str) -> dict[str, dict[str, Value]]:
        """Return what we last set of fields that the service never tells (replay.last_set)."""
        provider = provider_of(account)
        words = ", ".join(f"'{operation.value}'" for operation in replayed(provider))
        names = self._names(account)
        where = f"i.account IN ({placeholders(names)}) AND i.operation IN ({words}) ORDER BY i.number"
        return last_set(provider, self._entries(where, *names))

    def around_ends(self, account: str | None, usernames: Collection[str] | None) -> list[Entry]:
        """Return what was done to customers who were ever given an end, or to these, under all their names, oldest
        first.
        """
        accounts = [account] if account is not None else self._accounts_with_ends()
        found: list[Entry] = []
        for names in map(self._names, accounts):
            customers = self._with_ends(names) if usernames is None else {escaped(name) for name in usernames}
            for some in _pieces(self._also_called(names, customers)):
                where = f"i.account IN ({placeholders(names)}) AND i.username IN ({placeholders(some)})"
                found += self._entries(where, *names, *some)
        return sorted(found, key=lambda entry: entry.id)

    def _accounts_with_ends(self) -> list[str]:
        query = f"SELECT DISTINCT account FROM rows WHERE kind = 'intent' AND {self.dialect.has_end}"  # noqa: S608 - our own text
        found = [unescaped(account) for (account,) in self.select(query)]
        canonical = self._canonical()
        return list(dict.fromkeys(canonical.get(account, account) for account in found))

    def _with_ends(self, names: Sequence[str]) -> set[str]:
        query = "SELECT DISTINCT username FROM rows WHERE kind = 'intent' AND account IN"
        found = self.select(f"{query} ({placeholders(names)}) AND {self.dialect.has_end}", *names)
        return {username for (username,) in found}

    def _also_called(self, names: Sequence[str], customers: set[str]) -> list[str]:
        """Return usernames with those from which and to which a rename led, or was meant to."""
        found, new = set(customers), set(customers)
        while new:
            others: set[str] = set()
            for column, other in (("username", "target"), ("target", "username")):
                for some in _pieces(new):
                    is_rename = f"account IN ({placeholders(names)}) AND target IS NOT NULL"
                    query = f"SELECT {other} FROM rows WHERE kind = 'intent' AND {is_rename}"  # noqa: S608
                    query += f" AND {column} IN ({placeholders(some)})"
                    others.update(name for (name,) in self.select(query, *names, *some))
            new = others - found
            found |= new
        return sorted(found)

    def open_of(self, account: str, username: str) -> list[Entry]:
        """Return the operations of a customer that have no outcome, or one that a person has to look at."""
        is_open = f"(o.outcome IS NULL OR o.outcome NOT IN ({CLOSED}))"
        names = self._names(account)
        return [
            entry
            for column in ("username", "target")
            for entry in self._entries(
                f"i.account IN ({placeholders(names)}) AND i.{column} = ? AND {is_open} ORDER BY i.number",
                *names, escaped(username),
            )
        ]  # fmt: skip

    def notes(self, kind: str, entry: str) -> list[tuple[str, Mapping[str, object]]]:
        """Return time and body of the rows of another kind under a name, newest first."""
        query = f"SELECT time, body, {self.dialect.role} FROM rows i WHERE kind = ? AND entry = ? ORDER BY number DESC"  # noqa: S608 - our own text
        return [
            (time, said_by(json.loads(body), role)) for time, body, role in self.select(query, kind, escaped(entry))
        ]

    def written_since(self, account: str, row: int, limit: int) -> list[Entry]:
        """Return operations that were begun, or got an outcome, behind a row, oldest first; at most so many."""
        names = self._names(account)
        written = "i.entry IN (SELECT entry FROM rows WHERE number > ? AND kind IN ('intent', 'outcome'))"
        # Going through all of the account by its index would take longer.
        where = f"{self.dialect.account} IN ({placeholders(names)}) AND {written} ORDER BY i.number DESC LIMIT ?"
        return list(self._entries(where, *names, row, limit))[::-1]

    def is_touched_since(self, account: str, username: str, since: int | datetime) -> bool:
        """Whether anything was written of an operation on a customer, or of one that gave somebody this name, behind a
        row, or at a moment or later.
        """
        names = self._names(account)
        later, value = ("number > ?", since) if isinstance(since, int) else ("time >= ?", utc_text(since))
        answered = f"EXISTS (SELECT 1 FROM rows o WHERE o.entry = i.entry AND o.kind = 'outcome' AND o.{later})"  # noqa: S608 - our own text
        for column in ("username", "target"):
            customer = f"i.kind = 'intent' AND i.account IN ({placeholders(names)}) AND i.{column} = ?"
            query = f"SELECT 1 FROM rows i WHERE {customer} AND (i.{later} OR {answered}) LIMIT 1"  # noqa: S608
            if next(self.select(query, *names, escaped(username), value, value), None):
                return True
        return False

    def _entries(self, where: str, *values: str | int) -> Iterator[Entry]:
        canonical = self._canonical()
        for found in self.select(f"SELECT {ENTRY_COLUMNS}, {self.dialect.role} {_ENTRIES}{where}", *values):
            try:
                entry = read_entry(EntryRow(*found), partial(self._is_alive, str(found[0])), canonical)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise LedgerUnavailable(
                    f"{self.name}: the row of {clean(str(found[0]), longest=40)} is damaged",
                    hint="check the audit log; nothing is sent without the ledger",
                ) from error
            yield entry


def _pieces(names: Collection[str]) -> Iterator[list[str]]:
    """Yield names, as many at a time as a statement takes."""
    ordered = list(names)
    for at in range(0, len(ordered), _MOST_VALUES):
        yield ordered[at : at + _MOST_VALUES]
