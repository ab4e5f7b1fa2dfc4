"""The table that holds the chain: its last row, adding to it, and what speaks against a file."""

import sqlite3
from collections.abc import Callable, Iterator

from tui_reseller.domain.text import clean
from tui_reseller.domain.vault import Anchor
from tui_reseller.storage.ledger.chain import BEGINNING, GENESIS, Link, first_break, linked
from tui_reseller.storage.ledger.rows import COLUMNS, LedgerRow
from tui_reseller.storage.ledger.sqlite.schema import VERSION
from tui_reseller.storage.ledger.statements import placeholders

_INSERT = (
    f"INSERT INTO rows ({', '.join(COLUMNS)}, previous, hash) "  # noqa: S608 - our own column names
    f"VALUES ({placeholders((*COLUMNS, 'previous', 'hash'))})"
)
_OLD_COLUMNS = tuple("NULL" if name in {"format", "undoes"} else name for name in COLUMNS)


def head(database: sqlite3.Connection) -> Anchor:
    """Return the head of the chain: number and hash of the last row; BEGINNING if there is none."""
    found = database.execute("SELECT number, hash FROM rows ORDER BY number DESC LIMIT 1").fetchone()
    return Anchor(int(found[0]), str(found[1])) if found else BEGINNING


def holds(database: sqlite3.Connection, anchor: Anchor) -> bool:
    """Whether the row of an anchor is there, with its hash."""
    if anchor.number == 0:
        return anchor.hash == GENESIS
    found = database.execute("SELECT hash FROM rows WHERE number = ?", (anchor.number,)).fetchone()
    return found is not None and found[0] == anchor.hash


def append(database: sqlite3.Connection, made: Callable[[int], LedgerRow]) -> None:
    """Add a row, given its number, at the end of the chain."""
    last = head(database)
    link = linked(made(last.number + 1), last)
    values = (getattr(link.row, name) for name in COLUMNS)
    database.execute(_INSERT, (*values, link.previous, link.hash))


def broken_at(database: sqlite3.Connection, *, old: bool = False) -> int | None:
    """Return the number of the first row that does not fit the one before it, or None. Old is a ledger of version 1 or
    2, which lacks some columns.
    """
    return first_break(_links(database, _OLD_COLUMNS if old else COLUMNS))


def _links(database: sqlite3.Connection, columns: tuple[str, ...]) -> Iterator[Link]:
    query = f"SELECT {', '.join(columns)}, previous, hash FROM rows ORDER BY number"  # noqa: S608 - own column names
    for *values, previous, hashed in database.execute(query):
        yield Link(LedgerRow(*values), previous, hashed)


def damage(database: sqlite3.Connection) -> str:
    """Return what speaks against a ledger of any version that we know: its pages or its chain; empty if it is sound.

    Raises sqlite3.Error where it cannot even be read.
    """
    problems = [str(row[0]) for row in database.execute("PRAGMA integrity_check(1)")]
    if problems != ["ok"]:
        return clean(problems[0], longest=200)
    (version,) = database.execute("PRAGMA user_version").fetchone()
    broken = broken_at(database, old=version < VERSION)
    return "" if broken is None else f"row {broken} does not fit the one before it"
