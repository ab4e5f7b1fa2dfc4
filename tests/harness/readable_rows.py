"""Which rows of a damaged ledger are readable: told without SQLite, each row proved by its own hash."""

import contextlib
from collections.abc import Mapping
from pathlib import Path

from tests.harness.ledger_pages import Pages, Record, page_sizes
from tui_reseller.storage.ledger.chain import GENESIS, row_hash
from tui_reseller.storage.ledger.rows import COLUMNS, LedgerRow


class Found:
    """A row with the two hashes that stand beside it."""

    def __init__(self, row: LedgerRow, previous: str, hashed: str) -> None:
        self.row, self.previous, self.hashed = row, previous, hashed
        self.is_intact = row_hash(row, previous) == hashed


def readable(source: Path) -> Mapping[int, Found]:
    """Return the rows by number; of two with one number, the one that the row after it knows."""
    database, log = _content(source), _content(source.with_name(source.name + "-wal"))
    best: dict[int, list[Found]] = {}
    for size in page_sizes(database):
        candidates: dict[int, list[Found]] = {}
        seen = set[Record]()  # the log holds a page again and again, each time with a row more
        for record in Pages(database, log, size).records():
            if record in seen:
                continue
            seen.add(record)
            found = _row_of(record)
            if found is not None:
                candidates.setdefault(found.row.number, []).append(found)
        if len(candidates) > len(best):
            best = candidates
    last = _last(best)
    chosen: dict[int, Found] = {}
    wanted = ""
    for number in sorted((number for number in best if number <= last), reverse=True):
        chosen[number] = max(best[number], key=lambda found: (found.hashed == wanted, found.is_intact))
        wanted = chosen[number].previous
    return chosen


def _last(candidates: Mapping[int, list[Found]]) -> int:
    """Return the number of the last row: an altered number must not make millions of rows missing."""
    intact = [number for number, found in candidates.items() if any(one.is_intact for one in found)]
    last = max(intact, default=0)
    while last + 1 in candidates:
        last += 1
    return last


def _row_of(record: Record) -> Found | None:
    """Return a row of the ledger; None for what is another table's, or too far from one to tell anything."""
    if len(record.values) != len(COLUMNS) + 2 or record.number < 1:
        return None
    # The row number stands for the first column, which holds nothing itself (2.1: INTEGER PRIMARY KEY).
    _number, kind, entry, *_more = record.values
    if not isinstance(kind, str) or not isinstance(entry, str):
        return None
    *columns, previous, hashed = record.values[1:]
    texts = [value if value is None or isinstance(value, str | int) else repr(value) for value in columns]
    if not isinstance(previous, str) or not isinstance(hashed, str):
        return None
    row = LedgerRow(record.number, *texts)
    with contextlib.suppress(UnicodeEncodeError):
        return Found(row, previous if record.number > 1 else GENESIS, hashed)
    return None


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""
