"""The last list read, one folder per account: it is a cache, so anything odd in it means that there is none.

A head, a Parquet file with the list, and a file of changes since. The files of a new list have names of their own; the
head, renamed into place, takes them into use at one moment, and the old ones go.
"""

import asyncio
import contextlib
import errno
import os
import secrets
import shutil
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import BadConfig, SnapshotDamaged
from tui_reseller.domain.listing import SnapshotInfo, StoredList, Table, table_columns
from tui_reseller.domain.providers import provider_of
from tui_reseller.storage import snapshot_changes
from tui_reseller.storage.paths import account_folder
from tui_reseller.storage.snapshot_head import FIRST_ROWS, HEAD, LARGEST, SnapshotHead, decoded, first_rows
from tui_reseller.system.files import checked_folder, only_writer, private_folder, read_plain, write_whole
from tui_reseller.system.thread_priority import lower_thread_priority

if TYPE_CHECKING:
    import polars as pl

_LIST, _CHANGES, _LOCK = "list-", "changes-", "lock"
_TEMPORARY = ".writing-"
_ASIDE = "damaged-"
_WRITERS = "async-executor"
"""How the names of the threads begin with which polars reads and writes files. On two cores they would hold a key up
for five times as long as an arrow takes (measured).
"""
_TAG = (
    b"Signature: 8a477f597d28d172789f06886806bc55\n# Customer lists that can be fetched again: no need for a backup.\n"
)


class Snapshots:
    """Snapshots of all accounts in the cache folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writer = ThreadPoolExecutor(1, "snapshot", initializer=lambda: lower_thread_priority(_WRITERS))

    def head(self, account: str, rows: int) -> tuple[SnapshotInfo, list[Customer]] | None:
        """Return the first rows at once, without later changes, or None. Quick: the list itself is not opened."""
        return first_rows(self._folder, account, rows)

    def beginning_with(self, account: str, text: str, limit: int) -> tuple[list[str], list[str]]:
        """Return the usernames that begin with a text and can stand in a command as they are. If there are more than
        *limit*: none, and instead how they go on from where they differ. Nothing where there is no list.
        """
        from tui_reseller.storage.snapshot_names import beginning_with  # noqa: PLC0415 - a shell asks, seldom

        folder = self._path(account)
        try:
            head = decoded(read_plain(folder / HEAD, LARGEST), account)
            changes = folder / f"{_CHANGES}{head.generation}.jsonl"
            later = snapshot_changes.read(provider_of(account), read_plain(changes)) if changes.exists() else ()
            return beginning_with(folder / f"{_LIST}{head.generation}.parquet", later, text, limit)
        except (OSError, ValueError, BadConfig):
            return [], []

    async def load(self, account: str) -> StoredList | None:
        """Return the list and later changes, or None. Raises SnapshotDamaged after setting aside what is odd."""
        return await asyncio.to_thread(self._load, account)

    async def save(self, account: str, read_at: datetime, table: Table) -> None:
        """Put a list in the place of the old one, whole or not at all. Raises BadConfig if the disk refuses."""
        await asyncio.get_running_loop().run_in_executor(self._writer, self._save, account, read_at, table)

    async def note(self, account: str, changes: Sequence[tuple[str, Customer | None]]) -> None:
        """Add changes to the snapshot, if there is one. Raises BadConfig if the disk refuses."""
        await asyncio.to_thread(self._note, account, changes)

    def remove(self, account: str) -> int:
        """Delete the snapshot of an account, with all that was set aside; return how many bytes that freed.

        Raises BadConfig if the disk refuses.
        """
        return _removed(self._path(account))

    def purge(self, before: datetime | None = None) -> int:
        """Delete the snapshots of all accounts, or those read before a moment; return how many bytes that freed.

        Raises BadConfig if the disk refuses.
        """
        if not checked_folder(self._folder):
            return 0
        folders = [path for path in self._folder.iterdir() if _is_folder(path)]
        return sum(_removed(path) if before is None else _purged(path, before.timestamp()) for path in folders)

    def _path(self, account: str) -> Path:
        return self._folder / account_folder(account)

    def _load(self, account: str) -> StoredList | None:
        folder = self._path(account)
        try:
            return _found(folder, account)
        except (OSError, BadConfig):
            return None
        except ValueError:
            return _unless_damaged(folder, account)

    def _save(self, account: str, read_at: datetime, table: Table) -> None:
        from tui_reseller.storage.frames import frame_of  # noqa: PLC0415 - polars is loaded with the first list

        folder = self._path(account)
        with _worded(folder):
            tag = private_folder(self._folder) / "CACHEDIR.TAG"
            if not tag.exists():
                write_whole(tag, _TAG)
            private_folder(folder)
            with only_writer(folder / _LOCK), _temporary(folder) as temporary:
                frame = frame_of(provider_of(account), table)
                _write(frame, temporary)
                content = _summed(temporary)
                generation = secrets.token_hex(6)
                temporary.replace(folder / f"{_LIST}{generation}.parquet")
                first = frame[:FIRST_ROWS].select(table_columns(provider_of(account))).rows()
                head = SnapshotHead(generation, account, read_at, len(frame), *content, first)
                write_whole(folder / HEAD, head.encoded())
                _clear(folder, generation)

    def _note(self, account: str, changes: Sequence[tuple[str, Customer | None]]) -> None:
        folder = self._path(account)
        if not (folder / HEAD).exists():
            return
        with _worded(folder), only_writer(folder / _LOCK), contextlib.suppress(FileNotFoundError, ValueError):
            head = decoded(read_plain(folder / HEAD, LARGEST), account)
            snapshot_changes.append(folder / f"{_CHANGES}{head.generation}.jsonl", provider_of(account), changes)


def _found(folder: Path, account: str) -> StoredList | None:
    for _ in range(3):  # a writer may put a new one in place between two reads
        try:
            return _stored(folder, decoded(read_plain(folder / HEAD, LARGEST), account))
        except FileNotFoundError:
            if not (folder / HEAD).exists():
                return None
    raise ValueError("the list's file is missing")


def _unless_damaged(folder: Path, account: str) -> StoredList | None:
    """Look again while nobody writes; what is odd then is set aside. Raises SnapshotDamaged."""
    try:
        with only_writer(folder / _LOCK):
            try:
                return _found(folder, account)
            except ValueError as error:
                _set_aside(folder)
                raise SnapshotDamaged(f"the list on disk was damaged or foreign and was set aside: {error}") from None
    except (OSError, BadConfig):
        return None


def _stored(folder: Path, head: SnapshotHead) -> StoredList:
    import polars as pl  # noqa: PLC0415 - loaded with the first list, beside the screen

    from tui_reseller.storage.frames import SEARCH, frame_of  # noqa: PLC0415

    content = read_plain(folder / f"{_LIST}{head.generation}.parquet", head.size)
    if (len(content), zlib.crc32(content)) != (head.size, head.sum):
        raise ValueError("it is not what was written")
    try:
        frame = pl.read_parquet(content)
        if not head.is_searchable:
            frame = frame.drop(SEARCH, strict=False)
        frame = frame_of(provider_of(head.account), frame)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ValueError(f"it cannot be read: {type(error).__name__}") from None
    if len(frame) != head.total:
        raise ValueError("customers are missing")
    try:
        lines = read_plain(folder / f"{_CHANGES}{head.generation}.jsonl")
        changes = list(snapshot_changes.read(provider_of(head.account), lines))
    except FileNotFoundError:
        changes = []
    return StoredList(head.info, frame, changes)


def _write(frame: "pl.DataFrame", path: Path) -> None:
    """Write the list. Raises OSError."""
    import polars as pl  # noqa: PLC0415 - as above

    try:
        frame.write_parquet(path, compression="lz4")
    except pl.exceptions.PolarsError as error:  # what the disk says comes wrapped
        raise OSError(errno.EIO, str(error).rpartition("error: ")[2]) from None


def _summed(path: Path) -> tuple[int, int]:
    """Return size and CRC-32 of a file."""
    size, checksum = 0, 0
    with path.open("rb") as file:
        while piece := file.read(1 << 22):
            size += len(piece)
            checksum = zlib.crc32(piece, checksum)
    return size, checksum


@contextlib.contextmanager
def _temporary(folder: Path) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(prefix=_TEMPORARY, dir=folder)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


@contextlib.contextmanager
def _worded(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        words = error.strerror or type(error).__name__
        raise BadConfig(f"{folder} cannot be written: {words}", hint="the list is shown all the same") from None


def _clear(folder: Path, generation: str) -> None:
    """Delete the files of older snapshots and what killed writers left. Readers that are late try again."""
    for path in folder.iterdir():
        if path.name != HEAD and path.name.startswith((_LIST, _CHANGES, _TEMPORARY)) and generation not in path.name:
            path.unlink(missing_ok=True)
    (folder / "list.jsonl").unlink(missing_ok=True)  # of version 0.1


def _set_aside(folder: Path) -> None:
    """Keep the newest odd snapshot for a look at it, and no older ones: they hold personal data (S16)."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    with contextlib.suppress(OSError):
        files = [path for path in folder.iterdir() if path.name != _LOCK]
        for path in files:
            if path.name.startswith(_ASIDE):
                shutil.rmtree(path) if _is_folder(path) else path.unlink()
        for path in files:
            if path.name.startswith((HEAD, _LIST, _CHANGES)):
                path.rename(folder / f"{_ASIDE}{stamp}-{path.name}")


def _purged(folder: Path, moment: float) -> int:
    """Delete a snapshot that was written before a moment, and what was set aside before. The files' times serve: a
    damaged head has no other.
    """
    with _worded(folder), contextlib.suppress(FileNotFoundError):
        written = {path: path.lstat() for path in folder.iterdir() if path.name != _LOCK}
        old = [path for path, found in written.items() if found.st_mtime < moment]
        if len(old) == len(written) or folder / HEAD in old:
            return _removed(folder)
        aside = [path for path in old if path.name.startswith(_ASIDE) and not _is_folder(path)]
        for path in aside:
            path.unlink()
        return sum(written[path].st_size for path in aside)
    return 0


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _removed(folder: Path) -> int:
    with _worded(folder), contextlib.suppress(FileNotFoundError):
        freed = sum(path.lstat().st_size for path in folder.iterdir())
        shutil.rmtree(folder)
        return freed
    return 0
