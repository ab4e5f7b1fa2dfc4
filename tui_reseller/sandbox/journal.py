"""What happened, and when: the changes that were applied, and every request with what became of it."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tui_reseller.sandbox.cells import from_cell, to_cell

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

JOURNAL_TABLES = """CREATE TABLE log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, by TEXT NOT NULL, operation TEXT NOT NULL,
    username TEXT NOT NULL, changes TEXT NOT NULL);
CREATE TABLE requests (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, operation TEXT NOT NULL, username TEXT,
    method TEXT NOT NULL, path TEXT NOT NULL, verdict TEXT, status INTEGER)
"""


def moment(seconds: float) -> str:
    """Return a time in seconds since 1970 as UTC ISO 8601."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Clock:
    """The service's time: the machine's, and what a test has advanced it by."""

    def __init__(self) -> None:
        self.ahead = 0.0
        """Seconds."""

    def now(self) -> float:
        """Return the time in seconds since 1970."""
        return time.time() + self.ahead


class Journal:
    """The tables of what happened, on the store's own connection: a change and its entry are one transaction."""

    def __init__(self, db: sqlite3.Connection, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    def write_log(self, by: str, operation: str, username: str, changes: Mapping[str, Any]) -> None:
        """Record what was applied. Never called with a password: it stands as the word `set`."""
        self._db.execute(
            "INSERT INTO log (time, by, operation, username, changes) VALUES (?, ?, ?, ?, ?)",
            (moment(self._clock.now()), by, operation, to_cell(username), json.dumps(changes)),
        )

    def read_log(self, since: int = 0) -> list[dict[str, Any]]:
        """Return what was applied after entry `since`, in order."""
        rows = self._db.execute("SELECT seq, time, by, operation, username, changes FROM log WHERE seq > ?", (since,))
        return [
            {"seq": seq, "time": at, "by": by, "operation": operation, "username": from_cell(username),
             "changes": json.loads(changes)}
            for seq, at, by, operation, username, changes in rows
        ]  # fmt: skip

    def record_request(self, operation: str, username: str | None, method: str, path: str) -> int:
        """Record a request at its arrival; its verdict follows. The path is without the query, which may hold a key."""
        cell = None if username is None else to_cell(username)
        cursor = self._db.execute(
            "INSERT INTO requests (time, operation, username, method, path) VALUES (?, ?, ?, ?, ?)",
            (moment(self._clock.now()), operation, cell, method, path),
        )
        return int(cursor.lastrowid or 0)

    def record_verdict(self, seq: int, verdict: str, status: int | None) -> None:
        """Record what became of a request; without a status nothing was answered."""
        self._db.execute("UPDATE requests SET verdict = ?, status = ? WHERE seq = ?", (verdict, status, seq))

    def read_requests(self, since: int = 0) -> list[dict[str, Any]]:
        """Return the requests after number `since`; the verdict of one still being worked on is null."""
        rows = self._db.execute(
            "SELECT seq, time, operation, username, method, path, verdict, status FROM requests WHERE seq > ?", (since,)
        )
        names = [column[0] for column in rows.description]
        found = [dict(zip(names, row, strict=True)) for row in rows]
        for row in found:
            row["username"] = None if row["username"] is None else from_cell(row["username"])
        return found
