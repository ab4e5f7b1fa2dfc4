"""Opening the file of the ledger: made if it is missing, brought to our version if it is older."""

import contextlib
import os
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.storage.ledger.sqlite.checks import check_kind, check_plain, harden, make_private
from tui_reseller.storage.ledger.sqlite.copying import copy_whole, new_private, remove_copy, side_file
from tui_reseller.storage.ledger.sqlite.errors import BUSY_SECONDS, DAMAGED, ledger_errors
from tui_reseller.storage.ledger.sqlite.migration import migrate
from tui_reseller.storage.ledger.sqlite.moved import refuse_moved
from tui_reseller.storage.ledger.sqlite.read_only import migrated_copy, open_for_reading
from tui_reseller.storage.ledger.sqlite.schema import APPLICATION_ID, ENDS, NOTES, SCHEMA, VERSION
from tui_reseller.storage.ledger.sqlite.unfinished_restore import DECIDED, finish_restore
from tui_reseller.storage.ledger.sqlite.wal import why_not_whole
from tui_reseller.storage.paths import LEDGER
from tui_reseller.system.files import checked_folder, no_writer, only_writer, private_folder, sync_folder

LOCK = "ledger.lock"
"""Held by whoever puts a file in the place of the ledger; shared by those who are opening it."""


def open_ledger(folder: Path, now: Callable[[], datetime]) -> sqlite3.Connection:
    """Open the ledger in a folder, making it if it is missing. Raises LedgerUnavailable.

    WAL with synchronous=FULL: an intent must be on the disk before the first byte leaves (reliability 0.2, 0.3).
    """
    path, lock = folder / LEDGER, folder / LOCK
    with ledger_errors(path):
        private_folder(folder)
        refuse_moved(folder)
        if not os.path.lexists(path) or os.path.lexists(folder / DECIDED):
            with only_writer(lock):
                finish_restore(folder)
                if not os.path.lexists(path):
                    _refuse_orphan(path)
                    _create(path)
        with no_writer(lock):  # until SQLite's own lock shows others that it is open
            if os.path.lexists(folder / DECIDED):
                raise LedgerUnavailable(f"ledger {path}: another process is restoring it", hint="try again")
            check_plain(path)
            make_private(path)
            problem = why_not_whole(side_file(path, "-wal"))
            if problem:
                raise LedgerUnavailable(f"ledger {path}: {problem}", hint=DAMAGED)
            database = _connect(path)
        try:
            _migrate(database, path, now)
            with contextlib.suppress(sqlite3.OperationalError):  # as of a full disk, which is met again where it counts
                database.executescript(ENDS + NOTES)
        except BaseException:
            database.close()
            raise
        return database


def read_ledger(folder: Path, now: Callable[[], datetime]) -> sqlite3.Connection:
    """Open the ledger where its folder cannot be written. One of an older version is read as it would be in ours.

    Raises LedgerUnavailable.
    """
    path = folder / LEDGER
    with ledger_errors(path):
        refuse_moved(folder)
        is_there = checked_folder(folder) and os.path.lexists(path)
        if is_there:
            check_plain(path)
        elif os.path.lexists(folder / DECIDED):
            raise LedgerUnavailable(
                f"ledger {path}: a restore was broken off", hint="it goes on where the folder can be written"
            )
        database = open_for_reading(path)
        try:
            harden(database)
            if is_there and check_kind(database, path) < VERSION:
                database = migrated_copy(database, now)
            database.execute("PRAGMA query_only = ON")
        except BaseException:
            database.close()
            raise
        return database


def _create(path: Path) -> None:
    """Make a complete ledger beside the name and give it the name last: a kill leaves a ledger or none.

    Not yet in WAL mode: a full disk would be noticed only when the file is closed, by a log that is left.
    """
    temporary = path.with_name(".ledger-new.sqlite3")
    remove_copy(temporary)
    os.close(new_private(temporary))
    with contextlib.closing(sqlite3.connect(temporary, isolation_level=None)) as database:
        database.execute("PRAGMA synchronous = FULL")
        database.executescript(SCHEMA)
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        database.execute(f"PRAGMA user_version = {VERSION}")
    temporary.rename(path)
    sync_folder(path.parent)


def _refuse_orphan(path: Path) -> None:
    """A log without its file must not be read into a new file: the rows in it belong to the one that is gone."""
    log = side_file(path, "-wal")
    if log.exists() and log.stat().st_size:
        raise LedgerUnavailable(f"ledger {path}: it is gone, but its write-ahead log is there", hint=DAMAGED)


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        _prepare(database, path)
    except BaseException:
        database.close()
        raise
    return database


def _prepare(database: sqlite3.Connection, path: Path) -> None:
    """Set what this connection may do, and refuse a file that is not a ledger we know (L10, L11, L12, S31)."""
    harden(database)
    database.execute("PRAGMA synchronous = FULL")
    check_kind(database, path)
    if database.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
        raise LedgerUnavailable(
            f"ledger {path}: this file system has no shared memory for it (a network folder?)",
            hint="set XDG_STATE_HOME to a folder on a local disk",
        )
    database.execute("SELECT number, hash FROM rows ORDER BY number DESC LIMIT 1").fetchone()


def _migrate(database: sqlite3.Connection, path: Path, now: Callable[[], datetime]) -> None:
    """Bring an older ledger to our version: a copy of it first, then all steps in one transaction (L11)."""
    if check_kind(database, path) == VERSION:
        return
    with only_writer(path.with_name(LOCK)):
        version = check_kind(database, path)
        if version == VERSION:  # another process was first
            return
        _keep(database, path.with_name(f"ledger-version-{version}.sqlite3"))
        migrate(database, now)


def _keep(database: sqlite3.Connection, path: Path) -> None:
    """Keep the ledger as it was, private; a kill leaves no half of it under its name."""
    temporary = path.with_name(".ledger-keep.sqlite3")
    remove_copy(temporary)
    copy_whole(database, temporary)
    temporary.rename(path)
    sync_folder(path.parent)
