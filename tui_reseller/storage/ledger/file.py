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
from tui_reseller.storage.ledger.copy import SIDES, beside, copy_whole, new_private, remove
from tui_reseller.storage.ledger.migration import migrate
from tui_reseller.storage.ledger.reading import migrated_copy, open_for_reading
from tui_reseller.storage.ledger.schema import APPLICATION_ID, SCHEMA, VERSION
from tui_reseller.storage.ledger.wal import why_not_whole
from tui_reseller.storage.paths import LEDGER
from tui_reseller.system.files import checked_folder, no_writer, only_writer, private_folder, sync_folder

LOCK = "ledger.lock"
"""Held by whoever puts a file in the place of the ledger; shared by those who are opening it."""
CANDIDATE = ".ledger-restore.sqlite3"
"""The copy of a backup that is being checked, or that an operator is being asked about."""
DECIDED = "ledger-restoring.sqlite3"
"""A ledger that is to take the place of the present one; whoever finds it brings that to its end."""
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
    path, lock = folder / LEDGER, folder / LOCK
    with worded(path):
        private_folder(folder)
        if not os.path.lexists(path) or os.path.lexists(folder / DECIDED):
            with only_writer(lock):
                _finish_restore(folder)
                if not os.path.lexists(path):
                    _refuse_orphan(path)
                    _make(path)
        with no_writer(lock):  # until SQLite's own lock tells others that it is open
            if os.path.lexists(folder / DECIDED):
                raise LedgerUnavailable(f"ledger {path}: another process is restoring it", hint="try again")
            _check_file(path)
            problem = why_not_whole(beside(path, "-wal"))
            if problem:
                raise LedgerUnavailable(f"ledger {path}: {problem}", hint=DAMAGED)
            connection = _connected(path)
        try:
            _migrate(connection, path, now)
        except BaseException:
            connection.close()
            raise
        return connection


def read_ledger(folder: Path, now: Callable[[], datetime]) -> sqlite3.Connection:
    """Open the ledger where its folder cannot be written. One of an older version is read as it would be in ours.

    Raises LedgerUnavailable.
    """
    path = folder / LEDGER
    with worded(path):
        is_there = checked_folder(folder) and os.path.lexists(path)
        if is_there:
            check_plain(path)
        elif os.path.lexists(folder / DECIDED):
            raise LedgerUnavailable(
                f"ledger {path}: a restore was broken off", hint="it goes on where the folder can be written"
            )
        connection = open_for_reading(path)
        try:
            harden(connection)
            if is_there and check_kind(connection, path) < VERSION:
                connection = migrated_copy(connection, now)
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
    except BadConfig as error:
        raise LedgerUnavailable(f"ledger: {error.message}", hint=error.hint) from None
    except OSError as error:
        raise LedgerUnavailable(f"ledger {path}: {error.strerror or error}", hint=NEVER_DELETED) from error


def _make(path: Path) -> None:
    """Make a complete ledger beside the name and give it the name last: a kill leaves a ledger or none.

    Not yet in WAL mode: there a full disk is told of the closing only by a log that stays behind.
    """
    temporary = path.with_name(".ledger-new.sqlite3")
    remove(temporary)
    os.close(new_private(temporary))
    with contextlib.closing(sqlite3.connect(temporary, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(SCHEMA)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
    temporary.rename(path)
    sync_folder(path.parent)


def _refuse_orphan(path: Path) -> None:
    """A log without its file must not be read into a new file: the rows in it belong to the one that is gone."""
    log = beside(path, "-wal")
    if log.exists() and log.stat().st_size:
        raise LedgerUnavailable(f"ledger {path}: it is gone, but its write-ahead log is there", hint=DAMAGED)


def _finish_restore(folder: Path) -> None:
    """Bring a restore to its end that was decided and then broken off."""
    if os.path.lexists(folder / DECIDED):
        from tui_reseller.storage.ledger.restore import finish  # noqa: PLC0415 - after a kill only

        finish(folder)


def _check_file(path: Path) -> None:
    """Refuse what is not a plain file of ours, and close what a umask has left open (L06, L07, L10)."""
    check_plain(path)
    for file in (path, *(beside(path, suffix) for suffix in SIDES)):
        with contextlib.suppress(FileNotFoundError):
            if file.lstat().st_mode & 0o077:
                file.chmod(0o600)


def check_plain(path: Path) -> None:
    """Raise LedgerUnavailable for what is no plain file of ours, beside the ledger too: SQLite would follow a link."""
    for file in (path, *(beside(path, suffix) for suffix in SIDES)):
        try:
            found = file.lstat()
        except FileNotFoundError:
            continue
        what = "it" if file == path else file.name
        if not stat.S_ISREG(found.st_mode):
            raise LedgerUnavailable(f"ledger {path}: {what} is not a plain file", hint=NEVER_DELETED)
        if found.st_uid != os.geteuid():
            raise LedgerUnavailable(f"ledger {path}: {what} belongs to somebody else", hint=NEVER_DELETED)
    if path.lstat().st_size == 0:
        raise LedgerUnavailable(f"ledger {path}: it is empty", hint="move it away to begin a new one")


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Set what this connection may do, and refuse a file that is not a ledger we know (L10, L11, L12, S31)."""
    harden(connection)
    connection.execute("PRAGMA synchronous = FULL")
    check_kind(connection, path)
    if connection.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
        raise LedgerUnavailable(
            f"ledger {path}: this file system has no shared memory for it (a network folder?)",
            hint="set XDG_STATE_HOME to a folder on a local disk",
        )
    connection.execute("SELECT number, hash FROM rows ORDER BY number DESC LIMIT 1").fetchone()


def harden(connection: sqlite3.Connection) -> None:
    """Trust nothing that stands in a file."""
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")


def check_kind(connection: sqlite3.Connection, path: Path) -> int:
    """Return the version of a ledger. Raises LedgerUnavailable for another file, or a version that is not known yet."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise LedgerUnavailable(f"ledger {path}: it is not a ledger of this program", hint=NEVER_DELETED)
    if version > VERSION:
        raise LedgerUnavailable(
            f"ledger {path}: a newer version of this program wrote it (schema {version}, known: {VERSION})",
            hint="update tui-reseller; nothing was changed",
        )
    return int(version)


def _migrate(connection: sqlite3.Connection, path: Path, now: Callable[[], datetime]) -> None:
    """Bring an older ledger to our version: a copy of it first, then all steps in one transaction (L11)."""
    if check_kind(connection, path) == VERSION:
        return
    with only_writer(path.with_name(LOCK)):
        version = check_kind(connection, path)
        if version == VERSION:  # another process was first
            return
        _keep(connection, path.with_name(f"ledger-version-{version}.sqlite3"))
        migrate(connection, now)


def _keep(connection: sqlite3.Connection, path: Path) -> None:
    """Keep the ledger as it was, private; a kill leaves no half of it under its name."""
    temporary = path.with_name(".ledger-keep.sqlite3")
    remove(temporary)
    copy_whole(connection, temporary)
    temporary.rename(path)
    sync_folder(path.parent)
