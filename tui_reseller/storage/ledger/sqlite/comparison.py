"""How a backup differs from the present ledger."""

import contextlib
import os
import sqlite3
from pathlib import Path

from tui_reseller.domain.errors import LedgerUnavailable, ResellerError
from tui_reseller.domain.job import JobState
from tui_reseller.domain.text import clean
from tui_reseller.domain.vault import Comparison, Side
from tui_reseller.storage.ledger.sqlite.checks import check_plain
from tui_reseller.storage.ledger.sqlite.copying import side_file
from tui_reseller.storage.ledger.sqlite.read_only import open_for_reading
from tui_reseller.storage.ledger.sqlite.rows_table import head
from tui_reseller.storage.ledger.sqlite.wal import why_not_whole
from tui_reseller.storage.ledger.statements import NEEDS_YOU, WITH_OUTCOME
from tui_reseller.storage.paths import LEDGER


def compare(folder: Path, copy: Path) -> Comparison:
    """Compare a copy of a backup with the present ledger. Raises sqlite3.Error, OSError of the copy only."""
    path = folder / LEDGER
    with contextlib.closing(sqlite3.connect(copy)) as backup:
        states = (JobState.RUNNING.value, JobState.PAUSED.value)
        (jobs,) = backup.execute("SELECT count(*) FROM jobs WHERE state IN (?, ?)", states).fetchone()
        if not os.path.lexists(path):
            why = "it is gone, but its write-ahead log is there" if os.path.lexists(side_file(path, "-wal")) else ""
            return Comparison(_side(backup, 0), None, why=why, jobs=jobs)
        try:
            check_plain(path)
            problem = why_not_whole(side_file(path, "-wal"))
            if problem:
                raise LedgerUnavailable(problem)
            with contextlib.closing(open_for_reading(path)) as present:
                common = _last_common_row(backup, present)
                return Comparison(_side(backup, common), _side(present, common), common, jobs=jobs)
        except (sqlite3.Error, OSError, ResellerError) as error:
            return Comparison(_side(backup, 0), None, why=clean(str(error), longest=200), jobs=jobs)


def _last_common_row(one: sqlite3.Connection, other: sqlite3.Connection) -> int:
    """Return the number of the last row up to which two ledgers are the same."""
    query = "SELECT number, hash FROM rows ORDER BY number"
    common = 0
    for row, other_row in zip(one.execute(query), other.execute(query), strict=False):
        if row != other_row:
            break
        common = int(row[0])
    return common


def _side(database: sqlite3.Connection, common: int) -> Side:
    """Count operations in a ledger of any version that we know."""
    is_open = f"(o.outcome IS NULL OR o.outcome IN ({NEEDS_YOU}))"
    query = (
        f"SELECT count(*), coalesce(sum({is_open}), 0) FROM rows i {WITH_OUTCOME} "  # noqa: S608 - words of our own
        "WHERE i.kind = 'intent' AND i.number > ?"
    )
    operations, unknown = database.execute(query, (common,)).fetchone()
    _all, open_ = database.execute(query, (0,)).fetchone()
    return Side(head(database), operations, unknown, open_)
