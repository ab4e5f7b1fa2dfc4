"""The truth: customers, what was applied to them, and which requests came, in one SQLite file.

One connection writes, on the event loop's thread; every list reads through a connection of its own, so that a list is
a consistent snapshot and never holds up a write. Deleted customers stay as tombstones, because the documentation says
that their usernames can never be registered again. Passwords are kept hashed, and not at all until one is set.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

from tui_reseller.sandbox.cells import Value, from_cell, to_cell
from tui_reseller.sandbox.journal import JOURNAL_TABLES, Clock, Journal, moment
from tui_reseller.sandbox.past import customers_as_of, sql
from tui_reseller.sandbox.people import Person, people

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

RECORD_FIELDS: tuple[str, ...] = (
    "username", "email", "active", "first_name", "last_name", "address", "city", "state", "zip", "country", "phone",
    "website",
)  # fmt: skip
ACCOUNT_FIELDS: tuple[str, ...] = (
    "address2", "website_access", "company", "package", "whitelabel", "free_user", "billing_date", "ip", "ip_group",
    "mail_domain", "region", "created_at", "credits", "account_state",
    "offerings", "timezone", "test_account",
)  # fmt: skip
FIELDS: tuple[str, ...] = RECORD_FIELDS + ACCOUNT_FIELDS
SWITCHES: tuple[str, ...] = ("active", "website_access")

FIRST_ID = 1001  # of the first customer: below it are the reseller's own account and room for one who appears
NOT_YET_CREATED = 2  # in `history.deleted`: at that time the customer did not exist

_APPLICATION_ID = 0x53474258  # tells a sandbox's file from any other SQLite file
_SCHEMA_VERSION = 2
COLUMNS = ", ".join(FIELDS)
_CUSTOMER_COLUMNS = ", ".join(f"{field} TEXT NOT NULL DEFAULT ''" for field in FIELDS)
_TABLES = f"""
CREATE TABLE customers (
    id INTEGER PRIMARY KEY, {_CUSTOMER_COLUMNS}, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT, password_hash BLOB);
CREATE TABLE history (seq INTEGER PRIMARY KEY, at REAL NOT NULL, id INTEGER NOT NULL, {COLUMNS}, deleted, extra);
CREATE INDEX with_addresses ON customers (id) WHERE ip <> '';
CREATE TABLE origin (seed INTEGER NOT NULL, invented INTEGER NOT NULL);
{JOURNAL_TABLES}"""
_INDEXES = """
CREATE UNIQUE INDEX by_username ON customers (username);
CREATE INDEX by_time ON history (at)
"""


class StoreUnusable(ValueError):
    """The file cannot serve as a sandbox's store; the message says why in one line."""


class UsernameHeld(ValueError):
    """Another customer, possibly a deleted one, holds this username."""


class Customer:
    """One customer as the store holds it: field values by name, and what is never a field on the wire."""

    def __init__(self, ident: int, values: dict[str, Value], *, deleted: bool, password_hash: bytes | None) -> None:
        self.ident = ident
        self.values = values
        self.deleted = deleted
        self.password_hash = password_hash

    @property
    def username(self) -> str:
        """The username, as text whatever was planted."""
        return str(self.values["username"])


class Store:
    """All that the sandbox knows, in the file `path`."""

    def __init__(self, path: Path, *, durable: bool) -> None:
        self.path = path
        self.clock = Clock()
        try:
            self._db = sqlite3.connect(path, isolation_level=None, timeout=10)
        except sqlite3.Error as error:
            raise StoreUnusable(f"cannot open the database {path}: {error}") from error
        try:
            self.is_new = self._prepare()
        except sqlite3.Error as error:
            self._db.close()
            raise StoreUnusable(f"cannot use the database {path}: {error}") from error
        except StoreUnusable:
            self._db.close()
            raise
        self._db.create_function("starts", 2, _starts, deterministic=True)
        self._durable = durable
        self.order = 0
        """Counts what moves customers from their places in a list."""
        self.journal = Journal(self._db, self.clock)

    def _prepare(self) -> bool:
        """Check that the file is ours; return whether it is empty."""
        (tables,) = self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        (application_id,) = self._db.execute("PRAGMA application_id").fetchone()
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if tables and (application_id, version) != (_APPLICATION_ID, _SCHEMA_VERSION):
            raise StoreUnusable(f"{self.path} is a database, but not of this sandbox")
        return not tables

    def fill(self, count: int, seed: int) -> None:
        """Create the tables with the first `count` customers of a seed: all or nothing, and indexed at the end."""
        fields = (*Person._fields, "website_access", "free_user")
        self._db.execute("PRAGMA synchronous = OFF")
        with self.transaction():
            for statement in _TABLES.split(";"):
                self._db.execute(statement)
            free = {True: "true", False: "false"}
            rows = ((*person, "true", free[person.package == "free"]) for person in people(count, seed))
            for first in islice(rows, 1):
                self._db.execute(_insert(("id", *fields)), (FIRST_ID, *first))
            self._db.executemany(_insert(fields), rows)
            self._db.execute("INSERT INTO origin VALUES (?, ?)", (seed, count))
            for statement in _INDEXES.split(";"):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            self._db.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")

    def open_for_traffic(self) -> None:
        """Switch to the journal that lets lists read while others write."""
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute(f"PRAGMA synchronous = {'NORMAL' if self._durable else 'OFF'}")
        except sqlite3.Error as error:
            raise StoreUnusable(f"cannot use the database {self.path}: {error}") from error

    def close(self) -> None:
        """Close the writing connection."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Apply everything inside or nothing of it; inside another transaction, be part of that one."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # -- customers ---------------------------------------------------------------------------------------------

    def count(self) -> int:
        """Count the customers that are not deleted."""
        (number,) = self._db.execute("SELECT count(*) FROM customers WHERE deleted = 0").fetchone()
        return int(number)

    def find(self, username: str, as_of: float | None = None) -> Customer | None:
        """Return the customer of exactly this username, also a deleted one; now, or as of a time since 1970."""
        return self._one("username = ?", to_cell(username), as_of)

    def find_by_id(self, ident: int, as_of: float | None = None) -> Customer | None:
        """Return the customer of this number, also a deleted one."""
        return self._one("id = ?", ident, as_of)

    def _one(self, condition: str, value: Any, as_of: float | None) -> Customer | None:
        head, source, values = customers_as_of(as_of, COLUMNS)
        hashes = "password_hash" if as_of is None else "NULL"
        statement = sql(head, "SELECT id, deleted,", hashes, ", extra,", COLUMNS, "FROM", source, "WHERE", condition)
        row = self._db.execute(statement, (*values, value)).fetchone()
        if row is None or row[1] == NOT_YET_CREATED:
            return None
        ident, deleted, password_hash, extra, *cells = row
        fields = {field: from_cell(cell) for field, cell in zip(FIELDS, cells, strict=True)}
        if extra is not None:
            fields.update(json.loads(extra))
        return Customer(ident, fields, deleted=bool(deleted), password_hash=password_hash)

    def select(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Read rows by a statement of this room."""
        return self._db.execute(statement, values).fetchall()

    def each(self, statement: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        """Read rows one after the other, however many they are; nothing may be changed meanwhile."""
        yield from self._db.execute(statement, values)

    def last_times(self, field: str, value: str) -> dict[int, float]:
        """Return when each customer's field had a value for the last time before it was changed, in seconds."""
        statement = sql("SELECT id, max(at) FROM history WHERE", field, "= ? AND deleted = 0 GROUP BY id")
        return dict(self._db.execute(statement, (value,)).fetchall())

    def origin(self) -> tuple[int, int]:
        """Return the seed of the invented customers, and the number of the last of them."""
        seed, invented = self._db.execute("SELECT seed, invented FROM origin").fetchone()
        return int(seed), FIRST_ID - 1 + int(invented)

    def insert(self, values: Mapping[str, Value], password_hash: bytes | None = None, *, in_front: bool = False) -> int:
        """Add a customer and return its number; the history records that there was none before.

        Numbers go up; one who is put in front of all others gets the next one below.
        """
        columns, cells = _cells({"created_at": moment(self.clock.now()), **values})
        self.order += in_front
        with self.transaction(), _username_guard():
            ident = self.next_ident(in_front=in_front)
            self._db.execute(_insert(("id", *columns, "password_hash")), (ident, *cells, password_hash))
            self._remember(ident, NOT_YET_CREATED)
        return ident

    def next_ident(self, *, in_front: bool = False) -> int:
        """Return the number that the next new customer gets."""
        number = "min(id) - 1" if in_front else "max(id) + 1"
        (ident,) = self._db.execute(sql("SELECT coalesce(", number, ", ?) FROM customers"), (FIRST_ID,)).fetchone()
        return int(ident)

    def change(
        self,
        ident: int,
        values: Mapping[str, Value],
        *,
        deleted: bool | None = None,
        password_hash: bytes | None = None,
    ) -> None:
        """Change some fields of a customer; what was before is kept for answers as of an earlier time."""
        columns, cells = _cells(values)
        if deleted is not None:
            columns, cells = [*columns, "deleted"], [*cells, int(deleted)]
        if password_hash is not None:
            columns, cells = [*columns, "password_hash"], [*cells, password_hash]
        if not columns:
            return
        self.order += not {"deleted", "username", "region"}.isdisjoint(columns)
        assignments = ", ".join(f"{column} = ?" for column in columns)
        with self.transaction(), _username_guard():
            self._remember(ident)
            self._db.execute(sql("UPDATE customers SET", assignments, "WHERE id = ?"), (*cells, ident))

    def _remember(self, ident: int, deleted: int | None = None) -> None:
        statement = sql(
            "INSERT INTO history (at, id,", COLUMNS, ", deleted, extra)",
            "SELECT ?, id,", COLUMNS, ", coalesce(?, deleted), extra FROM customers WHERE id = ?",
        )  # fmt: skip
        self._db.execute(statement, (self.clock.now(), deleted, ident))


def _starts(value: str | bytes, prefix: str) -> bool:
    return str(from_cell(value)).lower().startswith(prefix)


def _insert(columns: Sequence[str]) -> str:
    return sql("INSERT INTO customers (", ", ".join(columns), ") VALUES (", ", ".join("?" * len(columns)), ")")


def _cells(values: Mapping[str, Value]) -> tuple[list[str], list[Any]]:
    """Split values into the table's columns; fields that it does not know go together into `extra`."""
    columns = [field for field in values if field in FIELDS]
    cells: list[Any] = [to_cell(values[field]) for field in columns]
    extra = {field: value for field, value in values.items() if field not in FIELDS}
    if extra:
        columns.append("extra")
        cells.append(json.dumps(extra))
    return columns, cells


@contextmanager
def _username_guard() -> Iterator[None]:
    """Raise UsernameHeld where a username is held by another customer or by a tombstone."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise UsernameHeld("the username is held by another customer") from error
