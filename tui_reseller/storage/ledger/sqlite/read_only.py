"""Reading the ledger where its folder cannot be written: a read-only file system, or a folder of mode 0500 (L05)."""

import contextlib
import errno
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.storage.ledger.sqlite.copying import side_file
from tui_reseller.storage.ledger.sqlite.migration import migrate
from tui_reseller.storage.ledger.sqlite.schema import SCHEMA

ATTEMPTS = 3


def why_unwritable(folder: Path, name: str) -> str:
    """Return why nothing can be written in a folder, in the words of the system; empty if it can."""
    there, file = folder, folder / name
    while not os.access(there, os.F_OK) and there != there.parent:  # unlike exists() it raises nothing
        there = there.parent
    for place in (there, file) if os.access(file, os.F_OK) else (there,):
        if not os.access(place, os.W_OK):
            is_read_only = os.statvfs(place).f_flag & os.ST_RDONLY
            return os.strerror(errno.EROFS if is_read_only else errno.EACCES)
    return ""


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open a ledger without writing anything beside it; a missing one reads as an empty one.

    SQLite can read a file in WAL mode from where it cannot write only with a -shm that another process holds. Else what
    is there is copied, with its write-ahead log, and read from memory: never as `immutable`, which would leave out what
    stands in the log. Raises sqlite3.Error, OSError, LedgerUnavailable.
    """
    if not path.exists():
        database = sqlite3.connect(":memory:", isolation_level=None)
        database.executescript(SCHEMA)
        return database
    database = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None)
    try:
        database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError as error:
        database.close()
        if error.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}:
            raise
        return _copied(path)
    except sqlite3.Error:
        database.close()
        raise
    return database


def migrated_copy(database: sqlite3.Connection, now: Callable[[], datetime]) -> sqlite3.Connection:
    """Return a ledger of an older version as one of ours, in memory; the given connection is closed.

    Raises sqlite3.Error, LedgerUnavailable.
    """
    copy = sqlite3.connect(":memory:", isolation_level=None)
    try:
        with contextlib.closing(database):
            database.backup(copy)
        migrate(copy, now)
    except BaseException:
        copy.close()
        raise
    return copy


def _copied(path: Path) -> sqlite3.Connection:
    log = side_file(path, "-wal")
    for _attempt in range(ATTEMPTS):
        before = _state(path), _state(log)
        with tempfile.TemporaryDirectory(prefix="tui-reseller-reading-") as folder:
            copy = Path(folder) / path.name
            shutil.copyfile(path, copy)
            with contextlib.suppress(FileNotFoundError):
                shutil.copyfile(log, side_file(copy, "-wal"))
            if (_state(path), _state(log)) == before:
                return _in_memory(copy)
    raise LedgerUnavailable(f"ledger {path}: it is being written from elsewhere", hint="try again")


def _in_memory(copy: Path) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:", isolation_level=None)
    try:
        with contextlib.closing(sqlite3.connect(copy)) as source:
            source.backup(database)
    except BaseException:
        database.close()
        raise
    return database


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
