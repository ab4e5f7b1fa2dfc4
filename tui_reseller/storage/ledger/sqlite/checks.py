"""Whether a file is a ledger of ours, and safe to open."""

import contextlib
import os
import sqlite3
import stat
from pathlib import Path

from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.storage.ledger.sqlite.copying import SIDE_FILES, side_file
from tui_reseller.storage.ledger.sqlite.errors import NEVER_DELETED
from tui_reseller.storage.ledger.sqlite.schema import APPLICATION_ID, VERSION


def check_plain(path: Path) -> None:
    """Raise LedgerUnavailable for what is no plain file of ours, beside the ledger too: SQLite would follow a link."""
    for file in (path, *(side_file(path, suffix) for suffix in SIDE_FILES)):
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


def make_private(path: Path) -> None:
    """Take from others what a umask has left to them (L06, L07)."""
    for file in (path, *(side_file(path, suffix) for suffix in SIDE_FILES)):
        with contextlib.suppress(FileNotFoundError):
            if file.lstat().st_mode & 0o077:
                file.chmod(0o600)


def harden(database: sqlite3.Connection) -> None:
    """Set a connection to trust nothing in the file."""
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0", "secure_delete = ON"):
        database.execute(f"PRAGMA {pragma}")


def check_kind(database: sqlite3.Connection, path: Path) -> int:
    """Return the version of a ledger. Raises LedgerUnavailable for another file, or a version that is not known yet."""
    (application,) = database.execute("PRAGMA application_id").fetchone()
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise LedgerUnavailable(f"ledger {path}: it is not a ledger of this program", hint=NEVER_DELETED)
    if version > VERSION:
        raise LedgerUnavailable(
            f"ledger {path}: a newer version of this program wrote it (schema {version}, known: {VERSION})",
            hint="update tui-reseller; nothing was changed",
        )
    return int(version)
