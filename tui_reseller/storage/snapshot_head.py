"""The head of a snapshot: which files belong to it, and its first rows, readable without any library.

Renaming it into place is the moment at which a new snapshot stands for the old one.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tui_reseller.domain.audit import utc_text
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import BadConfig
from tui_reseller.domain.listing import SnapshotInfo, table_columns
from tui_reseller.domain.providers import provider_of
from tui_reseller.domain.searching import FOLDING
from tui_reseller.storage.paths import account_folder
from tui_reseller.storage.rows import Cell, CustomerRow, checked_row, customer_of
from tui_reseller.system.files import read_plain

HEAD = "head.json"
FORMAT = 2
LARGEST = 16 * 1024 * 1024
FIRST_ROWS = 200
LONGEST_CELL = 500
"""Characters of a cell in the head: no screen shows more of it, and one huge field must not slow every start."""


@dataclass(frozen=True, slots=True)
class SnapshotHead:
    """Generation names the files. Size (bytes) and sum (CRC-32) are those of the list's file. Is searchable: what is
    searched in the list stands there too, made as today.
    """

    generation: str
    account: str
    read_at: datetime
    total: int
    size: int
    sum: int
    rows: Sequence[CustomerRow]
    is_searchable: bool = True

    @property
    def info(self) -> SnapshotInfo:
        """What is known without the list."""
        return SnapshotInfo(self.read_at, self.total)

    def customers(self, count: int) -> list[Customer]:
        """Return the first customers."""
        provider = provider_of(self.account)
        return [customer_of(provider, row) for row in self.rows[:count]]

    def encoded(self) -> bytes:
        """Return the head as it is written."""
        found = {
            "format": FORMAT,
            "account": self.account,
            "columns": table_columns(provider_of(self.account)),
            "searched": _searched(self.account),
            "generation": self.generation,
            "read_at": utc_text(self.read_at),
            "total": self.total,
            "size": self.size,
            "sum": self.sum,
            "rows": [_short(row) for row in self.rows],
        }
        return json.dumps(found, separators=(",", ":")).encode("ascii")


def first_rows(folder: Path, account: str, rows: int) -> tuple[SnapshotInfo, list[Customer]] | None:
    """Return the first rows of an account's snapshot in the cache folder, without later changes, or None."""
    try:
        head = decoded(read_plain(folder / account_folder(account) / HEAD, LARGEST), account)
        return head.info, head.customers(rows)
    except (OSError, ValueError, BadConfig):
        return None


def decoded(content: bytes, account: str) -> SnapshotHead:
    """Read what encoded() wrote. Raises ValueError for anything else, and for another account's."""
    try:
        found = json.loads(content)
    except RecursionError:
        raise ValueError("not a head") from None
    provider = provider_of(account)
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ValueError("another format")
    if found.get("columns") != list(table_columns(provider)):
        raise ValueError("another format")
    generation, read_at, rows = found.get("generation"), found.get("read_at"), found.get("rows")
    if found.get("account") != account or not isinstance(rows, list):
        raise ValueError("not a head of this account")
    total, size, checksum = (_number(found.get(name)) for name in ("total", "size", "sum"))
    if not (isinstance(generation, str) and generation.isalnum() and isinstance(read_at, str)):
        raise ValueError("not a head")
    moment = datetime.fromisoformat(read_at)
    if moment.tzinfo is None:
        raise ValueError("not a head")
    return SnapshotHead(
        generation, account, moment, total, size, checksum, [checked_row(provider, row) for row in rows],
        is_searchable=found.get("searched") == _searched(account),
    )  # fmt: skip


def _searched(account: str) -> list[object]:
    """Return in which fields bare words are looked for, and how their text is made."""
    return [FOLDING, *provider_of(account).searched]


def _number(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("not a head")
    return value


def _short(row: CustomerRow) -> list[Cell]:
    *cells, extra = row
    shown = [value[:LONGEST_CELL] if isinstance(value, str) else value for value in cells]
    return [*shown, None if isinstance(extra, str) and len(extra) > LONGEST_CELL else extra]  # JSON cut is no JSON
