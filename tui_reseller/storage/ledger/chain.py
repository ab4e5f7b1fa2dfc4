"""The chain of hashes: each row ties itself to the one before, so that none can be changed, dropped or put in between
without all that follow.
"""

import sqlite3
from collections.abc import Callable

from tui_reseller.domain.text import clean
from tui_reseller.domain.vault import Anchor
from tui_reseller.storage.ledger.rows import COLUMNS, GENESIS, Row
from tui_reseller.storage.ledger.schema import VERSION

_INSERT = (
    f"INSERT INTO rows ({', '.join(COLUMNS)}, previous, hash) "  # noqa: S608 - our own column names
    f"VALUES ({', '.join('?' * (len(COLUMNS) + 2))})"
)
_OLD = tuple("NULL" if name in {"format", "undoes"} else name for name in COLUMNS)


def head(connection: sqlite3.Connection) -> Anchor:
    """Return what stands for all rows: number and hash of the last one; 0 and GENESIS if there is none."""
    found = connection.execute("SELECT number, hash FROM rows ORDER BY number DESC LIMIT 1").fetchone()
    return Anchor(int(found[0]), str(found[1])) if found else Anchor(0, GENESIS)


def holds(connection: sqlite3.Connection, anchor: Anchor) -> bool:
    """Whether the row of an anchor is there, with its hash."""
    if anchor.number == 0:
        return anchor.hash == GENESIS
    found = connection.execute("SELECT hash FROM rows WHERE number = ?", (anchor.number,)).fetchone()
    return found is not None and found[0] == anchor.hash


def append(connection: sqlite3.Connection, made: Callable[[int], Row]) -> None:
    """Add a row, given its number, at the end of the chain."""
    last = head(connection)
    row = made(last.number + 1)
    values = (getattr(row, name) for name in COLUMNS)
    connection.execute(_INSERT, (*values, last.hash, row.hashed(last.hash)))


def broken_at(connection: sqlite3.Connection, *, old: bool = False) -> int | None:
    """Return the number of the first row that does not fit the one before it, or None. Old is a ledger of version 1 or
    2, which lacks some columns.
    """
    previous = GENESIS
    query = f"SELECT {', '.join(_OLD if old else COLUMNS)}, previous, hash FROM rows ORDER BY number"  # noqa: S608 - own names
    for number, (*columns, before, hashed) in enumerate(connection.execute(query), start=1):
        row = Row(*columns)
        if row.number != number or before != previous or row.hashed(previous) != hashed:
            return number
        previous = hashed
    return None


def flaw(connection: sqlite3.Connection) -> str:
    """Return what speaks against a ledger of any version that we know: its pages or its chain; empty if it is sound.

    Raises sqlite3.Error where it cannot even be read.
    """
    problems = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(1)")]
    if problems != ["ok"]:
        return clean(problems[0], longest=200)
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    broken = broken_at(connection, old=version < VERSION)
    return "" if broken is None else f"row {broken} does not fit the one before it"
