"""Bringing a ledger of an older version to ours: all steps in one transaction, which is checked before it ends.

Rows are copied as they are, hash and all. What older versions recorded as prose only is added at the end of the chain:
which operation an undo took back, and what each job was made of.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.storage.ledger.job_reader import digest_of
from tui_reseller.storage.ledger.rows import plain_row
from tui_reseller.storage.ledger.sqlite.accounts import spellings
from tui_reseller.storage.ledger.sqlite.rows_table import append, broken_at
from tui_reseller.storage.ledger.sqlite.schema import ALIASES, ENDS, ITEMS, JOBS, NOTES, ROWS, RULES, VERSION

_UNDO = re.compile(r"undo of ([0-9a-z]{10})(?: .*)?", re.DOTALL)
"""How the reason of an undo began."""
_OLD = "number, kind, entry, time, profile, account, operation, username, target, batch, outcome, body, previous, hash"
_ITEM = "job, seq, username, body, entry, attempts, outcome, message"


def migrate(database: sqlite3.Connection, now: Callable[[], datetime]) -> None:
    """Bring a ledger of version 1 or 2 to ours. Raises sqlite3.Error, LedgerUnavailable; then nothing has changed."""
    database.execute("BEGIN IMMEDIATE")
    try:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        before = _state(database, old=True)
        for table, columns in (("rows", _OLD), *((("job_items", _ITEM),) if version > 1 else ())):
            _moved_aside(database, table)
            _run(database, ROWS if table == "rows" else ITEMS)
            database.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM old_{table}")  # noqa: S608
            database.execute(f"DROP TABLE old_{table}")
        _run(database, RULES + ENDS + NOTES + ALIASES + (JOBS + ITEMS if version < 2 else ""))
        database.executemany("INSERT INTO aliases VALUES (?, '')", [(name,) for name in spellings(database)])
        _check(_state(database) == before)
        _add_links(database, now())
        _add_jobs(database, now())
        problems = [str(row[0]) for row in database.execute("PRAGMA integrity_check(1)")]
        _check(problems == ["ok"] and (before[1] is not None or broken_at(database) is None))
        database.execute(f"PRAGMA user_version = {VERSION}")
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise


def _state(database: sqlite3.Connection, *, old: bool = False) -> tuple[int, int | None]:
    """Return how many rows there are, and where the chain is broken."""
    (count,) = database.execute("SELECT count(*) FROM rows").fetchone()
    return count, broken_at(database, old=old)


def _check(is_sound: bool) -> None:  # noqa: FBT001 - what is checked
    if not is_sound:
        raise LedgerUnavailable(
            "the ledger could not be brought to this version as it is; nothing was changed",
            hint="tui-reseller audit verify of the older version says where it is damaged",
        )


def _moved_aside(database: sqlite3.Connection, table: str) -> None:
    """Free the names of a table, its indexes and its triggers."""
    query = "SELECT type, name FROM sqlite_schema WHERE tbl_name = ? AND type IN ('index', 'trigger') AND sql NOT NULL"
    for kind, name in database.execute(query, (table,)).fetchall():
        database.execute(f"DROP {kind.upper()} {name}")
    database.execute(f"ALTER TABLE {table} RENAME TO old_{table}")


def _run(database: sqlite3.Connection, script: str) -> None:
    """Run statements one by one: executescript() would end the transaction first."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            database.execute(statement)
            statement = ""


def _add_links(database: sqlite3.Connection, now: datetime) -> None:
    for entry, undoes in list(_undos(database)):
        append(database, partial(plain_row, kind="link", entry=entry, moment=now, body={}, undoes=undoes))


def _undos(database: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Yield undos of older versions and what they took back. Their reason names it; it counts only if the two calls are
    the opposite of each other: a reason is anybody's text.
    """
    query = (
        "SELECT entry, account, username, operation, body FROM rows WHERE kind = 'intent' AND body LIKE '%undo of %'"
    )
    for entry, account, username, operation, body in database.execute(query):
        content = json.loads(body)
        found = _UNDO.fullmatch(content["reason"])
        if found is None:
            continue
        query = "SELECT account, username, operation, target, body FROM rows WHERE kind = 'intent' AND entry = ?"
        for was in database.execute(query, (found[1],)).fetchall():
            if was[0] == account and was[1] in _names(content, username) and _is_opposite(operation, content, was):
                yield entry, found[1]


def _names(content: dict[str, dict[str, dict[str, object]]], username: str) -> set[object]:
    change = content["changes"].get("username")
    return {username, change["after"]} if change else {username}


def _is_opposite(operation: str, content: dict[str, dict[str, dict[str, object]]], was: tuple[str, ...]) -> bool:
    """Whether a call leaves each field as the one before it had found it. A switch may have found nothing known."""
    _account, _username, other, _target, body = was
    switches = {"enable": "disable", "website_enable": "website_disable"}
    if operation in {*switches, *switches.values()}:
        return switches.get(operation) == other or switches.get(other) == operation
    before = json.loads(body)["changes"]
    return operation == other and all(
        name in before and change["after"] == before[name]["before"] for name, change in content["changes"].items()
    )


def _add_jobs(database: sqlite3.Connection, now: datetime) -> None:
    def select(query: str, value: int) -> Iterator[tuple[Any, ...]]:
        return database.execute(query, (value,))

    for (number,) in database.execute("SELECT number FROM jobs ORDER BY number").fetchall():
        body = {"digest": digest_of(select, number)}
        append(database, partial(plain_row, kind="job", entry=f"job-{number}", moment=now, body=body))
