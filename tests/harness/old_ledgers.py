"""Ledgers of the versions 1 and 2, as the programs wrote them that had them. Nothing here uses code of the ledger: what
it writes must stay what it was.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

APPLICATION_ID = 0x54554952
ROWS = """
CREATE TABLE rows (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('intent', 'outcome')),
    entry TEXT NOT NULL,
    time TEXT NOT NULL,
    profile TEXT,
    account TEXT,
    operation TEXT,
    username TEXT,
    target TEXT,
    batch TEXT,
    outcome TEXT,
    body TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    CHECK ((kind = 'intent') = (account IS NOT NULL AND username IS NOT NULL AND operation IS NOT NULL)),
    CHECK ((kind = 'outcome') = (outcome IS NOT NULL))
);
CREATE UNIQUE INDEX intents ON rows (entry) WHERE kind = 'intent';
CREATE INDEX outcomes ON rows (entry, number) WHERE kind = 'outcome';
CREATE INDEX customers ON rows (account, username) WHERE kind = 'intent';
CREATE INDEX targets ON rows (account, target) WHERE kind = 'intent' AND target IS NOT NULL;
CREATE INDEX operations ON rows (account, operation) WHERE kind = 'intent';
CREATE INDEX needing ON rows (entry)
    WHERE kind = 'outcome' AND outcome IN ('unknown', 'conflict', 'partial', 'unverifiable');
CREATE TRIGGER no_update BEFORE UPDATE ON rows
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER no_delete BEFORE DELETE ON rows
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER no_replace BEFORE INSERT ON rows
    WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM rows)
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
"""
JOBS = """
CREATE INDEX batches ON rows (batch) WHERE kind = 'intent' AND batch IS NOT NULL;
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    digest TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    time TEXT NOT NULL,
    total INTEGER NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    why TEXT NOT NULL DEFAULT '',
    wanted TEXT NOT NULL DEFAULT ''
);
CREATE TABLE job_items (
    job INTEGER NOT NULL REFERENCES jobs (number),
    seq INTEGER NOT NULL,
    username TEXT NOT NULL,
    body TEXT NOT NULL,
    entry TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    outcome TEXT,
    message TEXT,
    PRIMARY KEY (job, seq)
) WITHOUT ROWID;
CREATE UNIQUE INDEX job_customers ON job_items (job, username);
CREATE INDEX job_waiting ON job_items (job, seq) WHERE entry IS NULL AND outcome IS NULL;
"""
KIM = {"user": "kim", "host": "bastion", "ssh_from": "203.0.113.9"}
ENDED = [4711, "1", "another-host", "another-boot"]
"""A process that is gone for long: nobody knows it, and the rows are old."""


class OldLedger:
    """Writes rows as they were written then."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._previous = "0" * 64
        self._number = self._entries = 0

    def begin(
        self, account: str, operation: str, username: str, changes: dict[str, tuple[object, object]], *,
        reason: str = "", batch: str | None = None, before: dict[str, object] | None = None,
    ) -> str:  # fmt: skip
        """Write an intent; return its id."""
        self._entries += 1
        entry = f"{self._entries:010d}"
        body = {
            "changes": {name: {"before": was, "after": becomes} for name, (was, becomes) in changes.items()},
            "operator": KIM, "before": before, "reason": reason, "process": ENDED,
        }  # fmt: skip
        target = escaped(str(changes["username"][1])) if operation == "rename" else None
        self._add(
            "intent", entry, "acme", escaped(account), operation, escaped(username), target,
            None if batch is None else escaped(batch), None, compact(body),
        )  # fmt: skip
        return entry

    def finish(self, entry: str, outcome: str, message: str = "success") -> None:
        """Write an outcome."""
        body = compact({"message": message})
        self._add("outcome", entry, None, None, None, None, None, None, outcome, body)

    def done(self, *given: object, outcome: str = "applied", message: str = "success", **more: object) -> str:
        """Write an intent with its outcome; return its id."""
        entry = self.begin(*given, **more)  # type: ignore[arg-type]  # handed through
        self.finish(entry, outcome, message)
        return entry

    def job(self, account: str, state: str, items: Sequence[tuple[str, dict[str, object], str | None]]) -> int:
        """Write a job, with username, body and the id of the operation of each item; return its number."""
        body = compact({
            "profile": "acme", "origin": "filter x", "source": "", "reason": "ticket", "operator": KIM,
            "passwords_to": "",
        })  # fmt: skip
        digest = hashlib.sha256(repr((account, state, items)).encode()).hexdigest()
        values = (digest, escaped(account), self._time(), len(items), body, state)
        insert = "INSERT INTO jobs (digest, account, time, total, body, state) VALUES (?, ?, ?, ?, ?, ?)"
        number = int(self._connection.execute(insert, values).lastrowid or 0)
        self._connection.executemany(
            "INSERT INTO job_items (job, seq, username, body, entry, attempts) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (number, seq, escaped(name), compact(content), entry, int(entry is not None))
                for seq, (name, content, entry) in enumerate(items)
            ],
        )
        return number

    def _time(self) -> str:
        return (
            f"2026-03-{1 + self._number // 1440 % 28:02d}T{self._number // 60 % 24:02d}:{self._number % 60:02d}:00.000Z"
        )

    def _add(self, kind: str, entry: str, *columns: str | None) -> None:
        self._number += 1
        row = [self._number, kind, entry, self._time(), *columns]
        hashed = hashlib.sha256(f"{self._previous}\n{compact(row)}".encode("ascii")).hexdigest()
        insert = f"INSERT INTO rows VALUES ({', '.join('?' * 14)})"
        self._connection.execute(insert, (*row, self._previous, hashed))
        self._previous = hashed


@contextmanager
def old_ledger(folder: Path, version: int) -> Iterator[OldLedger]:
    """Make a ledger of version 1 or 2 in a state folder, as a program leaves it that ended well."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "ledger.sqlite3"
    path.touch(0o600)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.executescript(ROWS + (JOBS if version > 1 else ""))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN")
        yield OldLedger(connection)
        connection.execute("COMMIT")
    finally:
        connection.close()


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=True)[1:-1]
