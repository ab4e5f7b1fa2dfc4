"""A backup in the place of the ledger. The former ledger is moved aside, never deleted.

The backup is copied, checked and compared first. Then the copy gets the name that means "decided": from there on
whoever opens the ledger brings the restore to its end (unfinished_restore.py), so that a kill at any moment leaves the
old ledger or the new one. That it was restored, from what and by whom, is the last row of the new one before it is put
in place.
"""

import contextlib
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tui_reseller.domain.audit import Operator
from tui_reseller.domain.errors import InvalidInput, LedgerUnavailable
from tui_reseller.domain.job import JobState
from tui_reseller.domain.text import clean
from tui_reseller.domain.vault import Anchor, Comparison, Restored
from tui_reseller.storage.ledger.encoding import escaped
from tui_reseller.storage.ledger.rows import LedgerRow, plain_row
from tui_reseller.storage.ledger.sqlite.checks import check_kind, harden
from tui_reseller.storage.ledger.sqlite.comparison import compare
from tui_reseller.storage.ledger.sqlite.copying import SIDE_FILES, new_private, remove_copy, side_file
from tui_reseller.storage.ledger.sqlite.errors import ledger_errors
from tui_reseller.storage.ledger.sqlite.in_use import end_wal_mode, refuse_in_use
from tui_reseller.storage.ledger.sqlite.migration import migrate
from tui_reseller.storage.ledger.sqlite.moved import refuse_moved
from tui_reseller.storage.ledger.sqlite.opening import LOCK
from tui_reseller.storage.ledger.sqlite.rows_table import append, damage, head
from tui_reseller.storage.ledger.sqlite.schema import VERSION
from tui_reseller.storage.ledger.sqlite.unfinished_restore import CANDIDATE, DECIDED, RESTORE_LOCK, finish_restore
from tui_reseller.storage.ledger.sqlite.wal import why_not_whole
from tui_reseller.storage.paths import LEDGER
from tui_reseller.system.files import only_writer, private_folder, sync_folder

_WHY_PAUSED = "the ledger was restored from a backup: what was sent since that was made is not in it"


@contextlib.contextmanager
def candidate(source: Path, folder: Path, now: Callable[[], datetime]) -> Iterator[Comparison]:
    """Copy a backup into the state folder, check it, bring it to our version, and compare it with the present ledger.
    The copy is removed at the end, unless it was put in place.

    Raises InvalidInput for what is no sound ledger, LedgerUnavailable where there is no place for the copy.
    """
    copy = folder / CANDIDATE
    with ledger_errors(copy):
        private_folder(folder)
        refuse_moved(folder)
        with only_writer(folder / RESTORE_LOCK):
            remove_copy(copy)
            try:
                _copy(source, copy, folder / LEDGER)
                _check(source, copy, now)
                yield compare(folder, copy)
            finally:
                remove_copy(copy)


def _copy(source: Path, copy: Path, present: Path) -> None:
    """Copy the file of an operator, and its log if it has one: rows may stand in that."""
    shown = clean(str(source))
    for suffix in ("", "-wal"):
        if suffix and not os.path.lexists(side_file(source, suffix)):
            continue
        with os.fdopen(_open_plain(side_file(source, suffix)), "rb") as file:
            found = os.fstat(file.fileno())
            if not suffix and os.path.lexists(present) and os.path.samestat(found, present.lstat()):
                raise InvalidInput(f"{shown} is the ledger itself", field="file", hint="name a backup of it")
            with os.fdopen(new_private(side_file(copy, suffix)), "wb") as made:
                shutil.copyfileobj(file, made)
    problem = why_not_whole(side_file(copy, "-wal"))
    if problem:
        raise InvalidInput(f"{shown} cannot be restored: {problem}", field="file")


def _open_plain(path: Path) -> int:
    shown = clean(str(path))
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise InvalidInput(f"{shown} cannot be read: {error.strerror}", field="file") from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise InvalidInput(f"{shown} is not a plain file", field="file")
    return handle


def _check(source: Path, copy: Path, now: Callable[[], datetime]) -> None:
    shown = clean(str(source))
    try:
        with contextlib.closing(_connected(copy)) as database:
            version = check_kind(database, source)
            why = damage(database)
            if why:
                raise InvalidInput(f"{shown} cannot be restored: it is damaged: {why}", field="file")
            if version < VERSION:
                migrate(database, now)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise  # the disk, not the file
        raise InvalidInput(f"{shown} cannot be restored: it is damaged, or not a ledger", field="file") from None
    except LedgerUnavailable as error:
        raise InvalidInput(error.message, field="file", hint=error.hint) from None


def _connected(copy: Path) -> sqlite3.Connection:
    database = sqlite3.connect(copy, isolation_level=None)
    try:
        harden(database)
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA journal_mode = DELETE").fetchone()
    except BaseException:
        database.close()
        raise
    return database


def put_in_place(
    folder: Path, now: Callable[[], datetime], source: Path, operator: Operator, receipt: Anchor | None
) -> Restored:
    """Put the copy of candidate() in the place of the ledger. Not while this process has the ledger open.

    Raises RefusedHere while another process uses it, LedgerUnavailable if the disk refuses.
    """
    copy, path = folder / CANDIDATE, folder / LEDGER
    with ledger_errors(path), only_writer(folder / LOCK):
        refuse_in_use(folder)
        comparison = compare(folder, copy)
        if comparison.present is not None:
            end_wal_mode(path)
        kept = f"ledger-replaced-{now().astimezone(UTC):%Y%m%dT%H%M%S%fZ}.sqlite3"
        is_there = any(os.path.lexists(side_file(path, suffix)) for suffix in ("", *SIDE_FILES))
        body = {
            "backup": source.name,
            "backup_head": comparison.backup.head.text,
            "instead_of": comparison.present.head.text if comparison.present else None,
            "receipt": receipt.text if receipt else None,
            "kept": kept if is_there else "",
            "operations": comparison.present.operations if comparison.present else None,
            "unknown": comparison.present.unknown if comparison.present else None,
            "operator": operator.as_dict(),
        }
        last = _record(copy, partial(plain_row, kind="restored", entry="ledger", moment=now(), body=body))
        copy.rename(folder / DECIDED)
        sync_folder(folder)
        finish_restore(folder)
    return Restored(comparison, kept if is_there else "", last)


def _record(copy: Path, row: Callable[[int], LedgerRow]) -> Anchor:
    """Add the row that tells of the restore, and let no job go on by itself, in one transaction."""
    with contextlib.closing(_connected(copy)) as database:
        database.execute("BEGIN IMMEDIATE")
        append(database, row)
        values = (JobState.PAUSED.value, escaped(_WHY_PAUSED), JobState.RUNNING.value, JobState.PAUSED.value)
        database.execute("UPDATE jobs SET state = ?, why = ?, wanted = '' WHERE state IN (?, ?)", values)
        database.execute("COMMIT")
        return head(database)
