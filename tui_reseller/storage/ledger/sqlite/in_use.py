"""Whether another process uses the file of the ledger, and making it one file before it is moved aside."""

import contextlib
import os
import sqlite3
from pathlib import Path

from tui_reseller.domain.errors import RefusedHere
from tui_reseller.storage.paths import LEDGER
from tui_reseller.system.process import holders, is_held

_SQLITE_LOCKS = 0x4000_0000, 512
"""Where SQLite locks a database file, and how many bytes (its "pending byte", "reserved byte" and "shared range")."""


def refuse_in_use(folder: Path) -> None:
    """Raise RefusedHere while another process uses the ledger in a folder, or runs a job of it."""
    hint = "end it, or wait until it has ended; nothing was changed"
    for job in sorted((folder / "jobs").glob("*.lock")):
        if is_held(job):
            raise RefusedHere(f"refused: job {job.stem} is being run by another process", hint=hint)
    numbers = holders(folder)
    if numbers or _is_open_elsewhere(folder / LEDGER):
        which = f" (process {', '.join(numbers)})" if numbers else ""
        raise RefusedHere(f"refused: another process uses the ledger{which}", hint=hint)


def _is_open_elsewhere(path: Path) -> bool:
    """Whether another process holds a lock of SQLite on a file, also on one that SQLite itself cannot read any more."""
    import fcntl  # noqa: PLC0415 - POSIX only

    try:
        handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False  # not there, or nothing that SQLite would have open
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, _SQLITE_LOCKS[1], _SQLITE_LOCKS[0])
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def end_wal_mode(path: Path) -> None:
    """Bring the log into the file (a checkpoint), so that one file is moved aside; else both are moved."""
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database,
    ):
        database.execute("PRAGMA journal_mode = DELETE").fetchone()
