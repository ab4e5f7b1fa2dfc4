"""The truth: customers, what was applied to them, and which requests came, in one SQLite file.

One connection writes, on the event loop's thread; every list reads through a connection of its own, so that a list is
a consistent snapshot and never holds up a write. Deleted customers stay as tombstones, because the documentation says
that their usernames can never be registered again. Passwords are kept hashed, and not at all until one is set.
"""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tui_reseller.sandbox.cells import Value, from_cell, to_cell
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
    "mail_domain",
)  # fmt: skip
FIELDS: tuple[str, ...] = RECORD_FIELDS + ACCOUNT_FIELDS
SWITCHES: tuple[str, ...] = ("active", "website_access")

NOT_YET_CREATED = 2  # in `history.deleted`: at that time the customer did not exist

_APPLICATION_ID = 0x53474258  # tells a sandbox's file from any other SQLite file
_SCHEMA_VERSION = 1
COLUMNS = ", ".join(FIELDS)
_CUSTOMER_COLUMNS = ", ".join(f"{field} TEXT NOT NULL DEFAULT ''" for field in FIELDS)
_TABLES = f"""
CREATE TABLE customers (
    id INTEGER PRIMARY KEY, {_CUSTOMER_COLUMNS}, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT, password_hash BLOB);
CREATE TABLE history (seq INTEGER PRIMARY KEY, at REAL NOT NULL, id INTEGER NOT NULL, {COLUMNS}, deleted, extra);
CREATE TABLE log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, by TEXT NOT NULL, operation TEXT NOT NULL,
    username TEXT NOT NULL, changes TEXT NOT NULL);
CREATE TABLE requests (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, operation TEXT NOT NULL, username TEXT, verdict TEXT)
"""
_INDEXES = """
CREATE UNIQUE INDEX by_username ON customers (username);
CREATE INDEX by_time ON history (at)
"""


class StoreUnusable(ValueError):
    """The file cannot serve as a sandbox's store; the message says why in one line."""


class UsernameHeld(ValueError):
    """Another customer, possibly a deleted one, holds this username."""


def utc_now() -> str:
    """Return the present time as UTC ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


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
        self._durable = durable

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
            self._db.executemany(_insert(fields), rows)
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

    def find(self, username: str) -> Customer | None:
        """Return the customer of exactly this username, also a deleted one."""
        statement = sql("SELECT id, deleted, password_hash, extra,", COLUMNS, "FROM customers WHERE username = ?")
        row = self._db.execute(statement, (to_cell(username),)).fetchone()
        if row is None:
            return None
        ident, deleted, password_hash, extra, *cells = row
        values = {field: from_cell(cell) for field, cell in zip(FIELDS, cells, strict=True)}
        if extra is not None:
            values.update(json.loads(extra))
        return Customer(ident, values, deleted=bool(deleted), password_hash=password_hash)

    def insert(self, values: Mapping[str, Value], password_hash: bytes | None = None) -> None:
        """Add a customer; the history records that there was none before."""
        columns, cells = _cells(values)
        with self.transaction(), _username_guard():
            cursor = self._db.execute(_insert((*columns, "password_hash")), (*cells, password_hash))
            self._remember(cursor.lastrowid, NOT_YET_CREATED)

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
        assignments = ", ".join(f"{column} = ?" for column in columns)
        with self.transaction(), _username_guard():
            self._remember(ident)
            self._db.execute(sql("UPDATE customers SET", assignments, "WHERE id = ?"), (*cells, ident))

    def _remember(self, ident: int | None, deleted: int | None = None) -> None:
        statement = sql(
            "INSERT INTO history (at, id,", COLUMNS, ", deleted, extra)",
            "SELECT ?, id,", COLUMNS, ", coalesce(?, deleted), extra FROM customers WHERE id = ?",
        )  # fmt: skip
        self._db.execute(statement, (time.time(), deleted, ident))

    # -- what happened -----------------------------------------------------------------------------------------

    def write_log(self, by: str, operation: str, username: str, changes: Mapping[str, Any]) -> None:
        """Record what was applied. Never called with a password: it stands as the word `set`."""
        self._db.execute(
            "INSERT INTO log (time, by, operation, username, changes) VALUES (?, ?, ?, ?, ?)",
            (utc_now(), by, operation, to_cell(username), json.dumps(changes)),
        )

    def read_log(self, since: int = 0) -> list[dict[str, Any]]:
        """Return what was applied after entry `since`, in order."""
        rows = self._db.execute("SELECT seq, time, by, operation, username, changes FROM log WHERE seq > ?", (since,))
        return [
            {"seq": seq, "time": at, "by": by, "operation": operation, "username": from_cell(username),
             "changes": json.loads(changes)}
            for seq, at, by, operation, username, changes in rows
        ]  # fmt: skip

    def record_request(self, operation: str, username: str | None) -> int:
        """Record a request at its arrival; its verdict follows."""
        cell = None if username is None else to_cell(username)
        cursor = self._db.execute(
            "INSERT INTO requests (time, operation, username) VALUES (?, ?, ?)", (utc_now(), operation, cell)
        )
        return int(cursor.lastrowid or 0)

    def record_verdict(self, seq: int, verdict: str) -> None:
        """Record what became of a request."""
        self._db.execute("UPDATE requests SET verdict = ? WHERE seq = ?", (verdict, seq))

    def read_requests(self, since: int = 0) -> list[dict[str, Any]]:
        """Return the requests after number `since`; the verdict of one still being worked on is null."""
        rows = self._db.execute("SELECT seq, time, operation, username, verdict FROM requests WHERE seq > ?", (since,))
        return [
            {"seq": seq, "time": at, "operation": operation,
             "username": None if username is None else from_cell(username), "verdict": verdict}
            for seq, at, operation, username, verdict in rows
        ]  # fmt: skip


def sql(*parts: str) -> str:
    """Join the parts of a statement. They come from this room's own tables of names; values are always bound."""
    return " ".join(parts)


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
