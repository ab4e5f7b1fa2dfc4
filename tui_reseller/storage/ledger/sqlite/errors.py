"""What SQLite and the system refuse, in words and with what to do about it."""

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from tui_reseller.domain.errors import BadConfig, LedgerUnavailable

BUSY_SECONDS = 5.0
"""How long SQLite waits for a lock of another process."""
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


@contextlib.contextmanager
def ledger_errors(path: Path) -> Iterator[None]:
    """Raise LedgerUnavailable for whatever SQLite and the system raise about a ledger."""
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
