"""A backup in the place of the ledger. The former ledger is moved aside, never deleted.

The backup is copied, checked and compared first. Then the copy gets the name that says "decided": from there on whoever
opens the ledger brings the restore to its end (finish), so that a kill at any moment leaves the old ledger or the new
one. That it was restored, from what and by whom, is the last row of the new one before it is put in place.
"""

import contextlib
import json
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tui_reseller.domain.audit import Operator
from tui_reseller.domain.errors import InvalidInput, LedgerUnavailable, RefusedHere, ResellerError
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.plan import JobState
from tui_reseller.domain.text import clean
from tui_reseller.domain.vault import Anchor, Comparison, Restored, Side
from tui_reseller.storage.ledger.chain import append, flaw, head
from tui_reseller.storage.ledger.copy import SIDES, beside, new_private, remove
from tui_reseller.storage.ledger.file import CANDIDATE, DECIDED, LOCK, check_kind, check_plain, harden, worded
from tui_reseller.storage.ledger.migration import migrate
from tui_reseller.storage.ledger.reading import open_for_reading
from tui_reseller.storage.ledger.rows import Row, escaped, plain_row
from tui_reseller.storage.ledger.schema import LATEST, VERSION
from tui_reseller.storage.ledger.wal import why_not_whole
from tui_reseller.storage.paths import LEDGER
from tui_reseller.system.files import only_writer, private_folder, sync_folder
from tui_reseller.system.process import holders, is_held

_LOCK = "ledger-restore.lock"
_NEEDING = ", ".join(f"'{outcome.value}'" for outcome in Outcome if outcome.needs_you)
_SQLITE_LOCKS = 0x4000_0000, 512
"""Where SQLite locks a database file, and how many bytes (its "pending byte", "reserved byte" and "shared range")."""
_WHY_PAUSED = "the ledger was restored from a backup: what was sent since that was made is not in it"


@contextlib.contextmanager
def candidate(source: Path, folder: Path, now: Callable[[], datetime]) -> Iterator[Comparison]:
    """Copy a backup into the state folder, check it, bring it to our version, and compare it with the present ledger.
    The copy is removed at the end, unless it was put in place.

    Raises InvalidInput for what is no sound ledger, LedgerUnavailable where there is no place for the copy.
    """
    copy = folder / CANDIDATE
    with worded(copy):
        private_folder(folder)
        with only_writer(folder / _LOCK):
            remove(copy)
            try:
                _take(source, copy, folder / LEDGER)
                _prove(source, copy, now)
                yield compare(folder, copy)
            finally:
                remove(copy)


def _take(source: Path, copy: Path, present: Path) -> None:
    """Copy the file of an operator, and its log if it has one: rows may stand in that."""
    shown = clean(str(source))
    for suffix in ("", "-wal"):
        if suffix and not os.path.lexists(beside(source, suffix)):
            continue
        with os.fdopen(_plain(beside(source, suffix)), "rb") as file:
            found = os.fstat(file.fileno())
            if not suffix and os.path.lexists(present) and os.path.samestat(found, present.lstat()):
                raise InvalidInput(f"{shown} is the ledger itself", field="file", hint="name a backup of it")
            with os.fdopen(new_private(beside(copy, suffix)), "wb") as made:
                shutil.copyfileobj(file, made)
    problem = why_not_whole(beside(copy, "-wal"))
    if problem:
        raise InvalidInput(f"{shown} cannot be restored: {problem}", field="file")


def _plain(path: Path) -> int:
    shown = clean(str(path))
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise InvalidInput(f"{shown} cannot be read: {error.strerror}", field="file") from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise InvalidInput(f"{shown} is not a plain file", field="file")
    return handle


def _prove(source: Path, copy: Path, now: Callable[[], datetime]) -> None:
    shown = clean(str(source))
    try:
        with contextlib.closing(_connected(copy)) as connection:
            version = check_kind(connection, source)
            why = flaw(connection)
            if why:
                raise InvalidInput(f"{shown} cannot be restored: it is damaged: {why}", field="file")
            if version < VERSION:
                migrate(connection, now)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise  # the disk, not the file
        raise InvalidInput(f"{shown} cannot be restored: it is damaged, or not a ledger", field="file") from None
    except LedgerUnavailable as error:
        raise InvalidInput(error.message, field="file", hint=error.hint) from None


def _connected(copy: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(copy, isolation_level=None)
    try:
        harden(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def compare(folder: Path, copy: Path) -> Comparison:
    """Compare a copy of a backup with the present ledger. Raises sqlite3.Error, OSError of the copy only."""
    path = folder / LEDGER
    with contextlib.closing(sqlite3.connect(copy)) as backup:
        states = (JobState.RUNNING.value, JobState.PAUSED.value)
        (jobs,) = backup.execute("SELECT count(*) FROM jobs WHERE state IN (?, ?)", states).fetchone()
        if not os.path.lexists(path):
            why = "it is gone, but its write-ahead log is there" if os.path.lexists(beside(path, "-wal")) else ""
            return Comparison(_side(backup, 0), None, why=why, jobs=jobs)
        try:
            check_plain(path)
            problem = why_not_whole(beside(path, "-wal"))
            if problem:
                raise LedgerUnavailable(problem)
            with contextlib.closing(open_for_reading(path)) as present:
                common = _common(backup, present)
                return Comparison(_side(backup, common), _side(present, common), common, jobs=jobs)
        except (sqlite3.Error, OSError, ResellerError) as error:
            return Comparison(_side(backup, 0), None, why=clean(str(error), longest=200), jobs=jobs)


def _common(one: sqlite3.Connection, other: sqlite3.Connection) -> int:
    """Return the number of the last row up to which two ledgers are the same."""
    query = "SELECT number, hash FROM rows ORDER BY number"
    common = 0
    for row, beside_it in zip(one.execute(query), other.execute(query), strict=False):
        if row != beside_it:
            break
        common = int(row[0])
    return common


def _side(connection: sqlite3.Connection, common: int) -> Side:
    """Count operations in a ledger of any version that we know."""
    is_open = f"(o.outcome IS NULL OR o.outcome IN ({_NEEDING}))"
    query = (
        f"SELECT count(*), coalesce(sum({is_open}), 0) FROM rows i {LATEST} "  # noqa: S608 - words of our own
        "WHERE i.kind = 'intent' AND i.number > ?"
    )
    operations, unknown = connection.execute(query, (common,)).fetchone()
    _all, open_ = connection.execute(query, (0,)).fetchone()
    return Side(head(connection), operations, unknown, open_)


def put_in_place(
    folder: Path, now: Callable[[], datetime], source: Path, operator: Operator, receipt: Anchor | None
) -> Restored:
    """Put the copy of candidate() in the place of the ledger. Not while this process has the ledger open.

    Raises RefusedHere while another process uses it, LedgerUnavailable if the disk refuses.
    """
    copy, path = folder / CANDIDATE, folder / LEDGER
    with worded(path), only_writer(folder / LOCK):
        _refuse_in_use(folder)
        comparison = compare(folder, copy)
        if comparison.present is not None:
            _settle(path)
        kept = f"ledger-replaced-{now().astimezone(UTC):%Y%m%dT%H%M%S%fZ}.sqlite3"
        is_there = any(os.path.lexists(beside(path, suffix)) for suffix in ("", *SIDES))
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
        last = _write_down(copy, partial(plain_row, kind="restored", entry="ledger", moment=now(), body=body))
        copy.rename(folder / DECIDED)
        sync_folder(folder)
        finish(folder)
    return Restored(comparison, kept if is_there else "", last)


def _write_down(copy: Path, row: Callable[[int], Row]) -> Anchor:
    """Add the row that tells of the restore, and let no job go on by itself, in one transaction."""
    with contextlib.closing(_connected(copy)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        append(connection, row)
        values = (JobState.PAUSED.value, escaped(_WHY_PAUSED), JobState.RUNNING.value, JobState.PAUSED.value)
        connection.execute("UPDATE jobs SET state = ?, why = ?, wanted = '' WHERE state IN (?, ?)", values)
        connection.execute("COMMIT")
        return head(connection)


def finish(folder: Path) -> None:
    """Bring a decided restore to its end. The lock of the ledger is held. Raises OSError, sqlite3.Error."""
    path, decided = folder / LEDGER, folder / DECIDED
    with contextlib.closing(sqlite3.connect(decided)) as connection:
        query = "SELECT body FROM rows WHERE kind = 'restored' ORDER BY number DESC LIMIT 1"
        (body,) = connection.execute(query).fetchone()
    kept = folder / (json.loads(body)["kept"] or "ledger-replaced.sqlite3")
    for suffix in (*SIDES, ""):
        if os.path.lexists(beside(path, suffix)):
            beside(path, suffix).rename(beside(kept, suffix))
    decided.rename(path)
    sync_folder(folder)


def broken_off(folder: Path) -> str:
    """Clear away what a killed restore has left, and say so; empty if one is under way. Raises OSError, BadConfig."""
    if is_held(folder / _LOCK):
        return ""
    with only_writer(folder / _LOCK):
        remove(folder / CANDIDATE)
    return "a restore of the ledger was broken off before it was decided: the ledger is the one from before it"


def _refuse_in_use(folder: Path) -> None:
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


def _settle(path: Path) -> None:
    """Bring what stands in the log into the file, so that it is moved aside as one file; else both are moved."""
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection,
    ):
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
