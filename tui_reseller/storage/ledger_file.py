"""Opening the ledger's file safely, and wording what SQLite refuses."""

import contextlib
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from tui_reseller.domain.errors import BadConfig, LedgerUnavailable
from tui_reseller.storage.ledger_migration import migrate
from tui_reseller.storage.ledger_reading import open_for_reading
from tui_reseller.storage.ledger_schema import APPLICATION_ID, SCHEMA, VERSION
from tui_reseller.storage.ledger_wal import why_not_whole
from tui_reseller.storage.paths import checked_folder, only_writer, private_folder, sync_folder

NAME = "ledger.sqlite3"
BUSY_SECONDS = 5.0
NEVER_DELETED = "nothing is sent without the ledger; it is never deleted by this program"
DAMAGED = (
    "tui-reseller ledger restore brings a backup back; keep the damaged file: sqlite3's .recover reads what is left"
)
_REASONS = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_IOERR": "the disk refuses (full, over quota, or failing)",
    "SQLITE_READONLY": "it can only be read",
    "SQLITE_PERM": "it can only be read",
    "SQLITE_CANTOPEN": "it cannot be opened or written",
    "SQLITE_BUSY": f"another process has held it for more than {BUSY_SECONDS:g} seconds",
    "SQLITE_LOCKED": "it is locked",
    "SQLITE_PROTOCOL": "it is locked",
    "SQLITE_CORRUPT": "it is damaged",
    "SQLITE_NOTADB": "it is damaged, or not a ledger",
    "SQLITE_CONSTRAINT": "it is append-only",
}
_HINTS = {
    "SQLITE_FULL": "free some space, then try again",
    "SQLITE_BUSY": "wait for the other process, then try again",
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_NOTADB": DAMAGED,
}


def open_ledger(folder: Path, now: Callable[[], datetime]) -> sqlite3.Connection:
    """Open the ledger in a folder, making it if it is missing. Raises LedgerUnavailable.

    WAL with synchronous=FULL: an intent must be on the disk before the first byte leaves (reliability 0.2, 0.3).
    """
    path = folder / NAME
    with worded(path):
        try:
            private_folder(folder)
            if not os.path.lexists(path):
                _refuse_orphan(path)
                with only_writer(folder / "ledger.lock"):
                    if not os.path.lexists(path):
                        _make(path)
        except BadConfig as error:
            raise LedgerUnavailable(f"ledger: {error.message}", hint=error.hint) from None
        _check_file(path)
        problem = why_not_whole(path.with_name(path.name + "-wal"))
        if problem:
            raise LedgerUnavailable(f"ledger {path}: {problem}", hint=DAMAGED)
        return _connected(path, now)


def read_ledger(folder: Path) -> sqlite3.Connection:
    """Open the ledger where its folder cannot be written. Raises LedgerUnavailable."""
    path = folder / NAME
    with worded(path):
        try:
            is_there = checked_folder(folder) and os.path.lexists(path)
        except BadConfig as error:
            raise LedgerUnavailable(f"ledger: {error.message}", hint=error.hint) from None
        if is_there:
            _check_plain(path)
        connection = open_for_reading(path)
        try:
            _harden(connection)
            if is_there:
                _check_kind(connection, path)
            connection.execute("PRAGMA query_only = ON")
        except BaseException:
            connection.close()
            raise
        return connection


@contextlib.contextmanager
def worded(path: Path) -> Iterator[None]:
    """Turn what SQLite and the system raise into LedgerUnavailable with words."""
    try:
        yield
    except sqlite3.Error as error:
        kind = "_".join((getattr(error, "sqlite_errorname", "") or "").split("_")[:2])
        reason = _REASONS.get(kind, "it cannot be read" if not kind else f"SQLite says {kind}")
        if kind == "SQLITE_FULL":
            with contextlib.suppress(OSError):
                reason += f" ({shutil.disk_usage(path.parent).free // 1024:,} KiB free)"
        raise LedgerUnavailable(f"ledger {path}: {reason}", hint=_HINTS.get(kind, NEVER_DELETED)) from error
    except OSError as error:
        raise LedgerUnavailable(f"ledger {path}: {error.strerror or error}", hint=NEVER_DELETED) from error


def _make(path: Path) -> None:
    """Make a complete ledger beside the name and give it the name last: a kill leaves a ledger or none.

    Not yet in WAL mode: there a full disk is told of the closing only by a log that stays behind.
    """
    temporary = path.with_name(".ledger-new.sqlite3")
    for suffix in ("", "-wal", "-shm", "-journal"):
        temporary.with_name(temporary.name + suffix).unlink(missing_ok=True)
    os.close(os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    with contextlib.closing(sqlite3.connect(temporary, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(SCHEMA)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
    temporary.rename(path)
    sync_folder(path.parent)


def _refuse_orphan(path: Path) -> None:
    """A log without its file must not be read into a new file: the rows in it belong to the one that is gone."""
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        raise LedgerUnavailable(f"ledger {path}: it is gone, but its write-ahead log is there", hint=DAMAGED)


def _check_file(path: Path) -> None:
    """Refuse what is not a plain file of ours, and close what a umask has left open (L06, L07, L10)."""
    _check_plain(path)
    for suffix in ("", "-wal", "-shm"):
        file = path.with_name(path.name + suffix)
        with contextlib.suppress(FileNotFoundError):
            if file.lstat().st_mode & 0o077:
                file.chmod(0o600)


def _check_plain(path: Path) -> None:
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise LedgerUnavailable(f"ledger {path}: it is not a plain file", hint=NEVER_DELETED)
    if found.st_uid != os.geteuid():
        raise LedgerUnavailable(f"ledger {path}: it belongs to somebody else", hint=NEVER_DELETED)
    if found.st_size == 0:
        raise LedgerUnavailable(f"ledger {path}: it is empty", hint="move it away to begin a new one")


def _connected(path: Path, now: Callable[[], datetime]) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        _prepare(connection, path)
        _migrate(connection, path, now)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Set what this connection may do, and refuse a file that is not a ledger we know (L10, L11, L12, S31)."""
    _harden(connection)
    connection.execute("PRAGMA synchronous = FULL")
    _check_kind(connection, path)
    if connection.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
        raise LedgerUnavailable(
            f"ledger {path}: this file system has no shared memory for it (a network folder?)",
            hint="set XDG_STATE_HOME to a folder on a local disk",
        )
    connection.execute("SELECT number, hash FROM rows ORDER BY number DESC LIMIT 1").fetchone()


def _harden(connection: sqlite3.Connection) -> None:
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _check_kind(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise LedgerUnavailable(f"ledger {path}: it is not a ledger of this program", hint=NEVER_DELETED)
    if version > VERSION:
        raise LedgerUnavailable(
            f"ledger {path}: a newer version of this program wrote it (schema {version}, known: {VERSION})",
            hint="update tui-reseller; nothing was changed",
        )


def _migrate(connection: sqlite3.Connection, path: Path, now: Callable[[], datetime]) -> None:
    """Bring an older ledger to our version: a copy of it first, then all steps in one transaction (L11)."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == VERSION:
        return
    with only_writer(path.with_name("ledger.lock")):
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == VERSION:  # another process was first
            return
        _copy(connection, path.with_name(f"ledger-version-{version}.sqlite3"))
        migrate(connection, now)


def _copy(connection: sqlite3.Connection, path: Path) -> None:
    """Keep the ledger as it was, private."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    with contextlib.closing(sqlite3.connect(path)) as kept:
        connection.backup(kept)
