"""A copy of a ledger in one file: whole, private, without a write-ahead log."""

import contextlib
import os
import sqlite3
from pathlib import Path

SIDE_FILES = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file; each begins with its name."""


def side_file(path: Path, suffix: str) -> Path:
    """Return the file that SQLite keeps beside another one."""
    return path.with_name(path.name + suffix)


def remove_copy(path: Path) -> None:
    """Remove a copy of our own, with all that is beside it."""
    for suffix in (*SIDE_FILES, ""):
        side_file(path, suffix).unlink(missing_ok=True)


def new_private(path: Path) -> int:
    """Make an empty file with mode 0600 and return its handle. Raises OSError if something is there."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def copy_whole(database: sqlite3.Connection, path: Path) -> None:
    """Write what a connection sees, all of one moment, into a new file, durably. Others may go on writing.

    Raises OSError, sqlite3.Error; then nothing is left of it.
    """
    handle = new_private(path)
    try:
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as kept:
            database.backup(kept)
            kept.execute("PRAGMA journal_mode = DELETE").fetchone()
        os.fsync(handle)
    except BaseException:
        remove_copy(path)
        raise
    finally:
        os.close(handle)
