"""Copy out what is readable of a damaged ledger. The ledger itself is only read, and never through SQLite.

Every row carries its own hash: so each can be told to be as it was written, whatever became of the others.
"""

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from tui_reseller.domain.audit import Salvage
from tui_reseller.domain.errors import BadConfig, InvalidInput, LedgerUnavailable
from tui_reseller.storage.ledger_file import NAME
from tui_reseller.storage.ledger_pages import Pages, Record, page_sizes
from tui_reseller.storage.ledger_rows import COLUMNS, GENESIS, Row, compact, unescaped
from tui_reseller.storage.paths import sync_folder

_TEMPORARY = ".salvaging-"
_ESCAPED = ("profile", "account", "username", "target", "batch")


class _Found:
    """A row with the two hashes that stand beside it."""

    def __init__(self, row: Row, previous: str, hashed: str) -> None:
        self.row, self.previous, self.hashed = row, previous, hashed
        self.is_intact = row.hashed(previous) == hashed

    def as_dict(self) -> dict[str, object]:
        """Return it for a file: the columns in plain text, the body as an object."""
        plain: dict[str, object] = asdict(self.row)
        with contextlib.suppress(ValueError):
            plain["body"] = json.loads(self.row.body)
        for name in _ESCAPED:
            with contextlib.suppress(ValueError, TypeError):
                plain[name] = unescaped(plain[name])  # type: ignore[arg-type]  # None has no text: TypeError
        return {**plain, "previous": self.previous, "hash": self.hashed, "intact": self.is_intact}


def salvage(folder: Path, target: Path, ledger: Path | None = None) -> Salvage:
    """Write the readable rows of a ledger into a new file, private, whole or not at all, as JSON Lines.

    Raises InvalidInput if the target is there or cannot be, LedgerUnavailable if there is nothing to read.
    """
    source = ledger or folder / NAME
    rows = _readable(source)
    if not rows:
        raise LedgerUnavailable(f"ledger {source}: no row of it is readable", hint="keep the file; nothing was written")
    _write(target, (compact(rows[number].as_dict()) + "\n" for number in sorted(rows)))
    intact = sum(found.is_intact for found in rows.values())
    return Salvage(str(source), len(rows), len(rows) - intact, max(rows) - len(rows))


def _readable(source: Path) -> Mapping[int, _Found]:
    """Return the rows by number; of two with one number, the one that the row after it knows."""
    database, log = _content(source), _content(source.with_name(source.name + "-wal"))
    best: dict[int, list[_Found]] = {}
    for size in page_sizes(database):
        candidates: dict[int, list[_Found]] = {}
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
    chosen: dict[int, _Found] = {}
    wanted = ""
    for number in sorted((number for number in best if number <= last), reverse=True):
        chosen[number] = max(best[number], key=lambda found: (found.hashed == wanted, found.is_intact))
        wanted = chosen[number].previous
    return chosen


def _last(candidates: Mapping[int, list[_Found]]) -> int:
    """Return the number of the last row: an altered number must not make millions of rows missing."""
    intact = [number for number, found in candidates.items() if any(one.is_intact for one in found)]
    last = max(intact, default=0)
    while last + 1 in candidates:
        last += 1
    return last


def _row_of(record: Record) -> _Found | None:
    """Return a row of the ledger; None for what is another table's, or too far from one to tell anything."""
    if len(record.values) != len(COLUMNS) + 2 or record.number < 1:
        return None
    # The row number stands for the first column, which holds nothing itself (2.1: INTEGER PRIMARY KEY).
    _number, kind, entry, *_more = record.values
    if kind not in {"intent", "outcome"} or not isinstance(entry, str):
        return None
    *columns, previous, hashed = record.values[1:]
    texts = [value if value is None or isinstance(value, str) else repr(value) for value in columns]
    if texts[-1] is None or not isinstance(previous, str) or not isinstance(hashed, str):
        return None
    row = Row(record.number, *texts)  # type: ignore[arg-type]  # columns that must not be None may be, if damaged
    with contextlib.suppress(UnicodeEncodeError):
        return _Found(row, previous if record.number > 1 else GENESIS, hashed)
    return None


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise LedgerUnavailable(f"ledger {path}: {error.strerror or error}", hint="nothing was written") from None


def _write(target: Path, lines: Iterator[str]) -> None:
    """Give the file its name last, and only if nothing has it: link() does not replace, as rename() would."""
    if os.path.lexists(target):
        raise InvalidInput(f"{target} is there already", field="path", hint="name a new file")
    try:
        handle, name = tempfile.mkstemp(prefix=_TEMPORARY, dir=target.parent)
    except OSError as error:
        raise InvalidInput(f"{target} cannot be written: {error.strerror or error}", field="path") from None
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(handle)
        target.hardlink_to(temporary)
    except FileExistsError:
        raise InvalidInput(f"{target} is there already", field="path", hint="name a new file") from None
    except OSError as error:
        raise BadConfig(f"{target} was not written: {error.strerror or error}", hint="make room on the disk") from None
    finally:
        temporary.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        sync_folder(target.parent)
