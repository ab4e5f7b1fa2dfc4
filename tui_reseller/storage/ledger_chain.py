"""The chain of hashes: each row ties itself to the one before, so that none can be changed, dropped or put in between
without all that follow.
"""

import sqlite3
from collections.abc import Callable

from tui_reseller.storage.ledger_rows import COLUMNS, GENESIS, Row

_INSERT = (
    f"INSERT INTO rows ({', '.join(COLUMNS)}, previous, hash) "  # noqa: S608 - our own column names
    f"VALUES ({', '.join('?' * (len(COLUMNS) + 2))})"
)
_OLD = tuple("NULL" if name in {"format", "undoes"} else name for name in COLUMNS)


def head(connection: sqlite3.Connection) -> tuple[int, str]:
    """Return number and hash of the last row; 0 and GENESIS if there is none."""
    found = connection.execute("SELECT number, hash FROM rows ORDER BY number DESC LIMIT 1").fetchone()
    return (int(found[0]), str(found[1])) if found else (0, GENESIS)


def append(connection: sqlite3.Connection, made: Callable[[int], Row]) -> None:
    """Add a row, given its number, at the end of the chain."""
    number, previous = head(connection)
    row = made(number + 1)
    connection.execute(_INSERT, (*(getattr(row, name) for name in COLUMNS), previous, row.hashed(previous)))


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
