"""The last list read, one file per account: it is a cache, so anything odd in it means that there is none."""

import asyncio
import contextlib
import json
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from tui_reseller.domain.audit import utc_text
from tui_reseller.domain.customer import FIELDS, NO_EXTRA, SWITCH_FIELDS, Customer
from tui_reseller.domain.errors import BadConfig
from tui_reseller.domain.listing import SnapshotInfo
from tui_reseller.domain.switch import Switch
from tui_reseller.storage.paths import account_folder, checked_folder, only_writer, private_folder, write_whole

FORMAT = 1
_NAME = "list.jsonl"
_TEMPORARY = ".list-"
_CHUNK = 2000
"""Rows after which the screen's thread gets its turn."""
_MAX_HEAD = 64 * 1024
_FIELDS = Customer.__dataclass_fields__
_COLUMNS = tuple(name for name in _FIELDS if name != "extra")
_SWITCHES = tuple(_COLUMNS.index(name) for name in SWITCH_FIELDS)
_STATES = {state.as_bool: state for state in Switch}
_TAG = (
    b"Signature: 8a477f597d28d172789f06886806bc55\n# Customer lists that can be fetched again: no need for a backup.\n"
)


class DamagedError(Exception):
    """A snapshot that is not ours or not whole."""


class Snapshots:
    """Snapshots of all accounts in the cache folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def head(self, account: str, rows: int) -> tuple[SnapshotInfo, list[Customer]] | None:
        """Return the first rows at once, without later changes, or None. Quick: reads no more than it returns."""
        try:
            with _opened(self._path(account)) as file:
                info = _read_header(file.readline(_MAX_HEAD), account)
                return info, [_customer(json.loads(file.readline())) for _ in range(min(rows, info.total))]
        except (OSError, ValueError, DamagedError, BadConfig):
            return None

    async def load(self, account: str) -> tuple[SnapshotInfo, list[Customer]] | None:
        """Return all rows with later changes applied, or None. What cannot be read is set aside."""
        return await asyncio.to_thread(self._load, account)

    async def save(self, account: str, read_at: datetime, customers: Sequence[Customer]) -> None:
        """Put a list in the place of the old one, whole or not at all. Raises BadConfig if the disk refuses."""
        await asyncio.to_thread(self._save, account, read_at, tuple(customers))

    async def note(self, account: str, username: str, customer: Customer | None) -> None:
        """Add one change to the snapshot, if there is one. Raises BadConfig if the disk refuses."""
        await asyncio.to_thread(self._note, account, username, customer)

    def remove(self, account: str) -> None:
        """Delete the snapshot of an account, with all that was set aside. Raises BadConfig if the disk refuses."""
        with _worded(self._path(account)), contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self._path(account).parent)

    def _path(self, account: str) -> Path:
        return self._folder / account_folder(account) / _NAME

    def _load(self, account: str) -> tuple[SnapshotInfo, list[Customer]] | None:
        path = self._path(account)
        try:
            with _opened(path) as file:
                info = _read_header(file.readline(_MAX_HEAD), account)
                customers = _read_rows(file, info.total)
                customers = _with_changes(customers, file)
        except (OSError, BadConfig):
            return None
        except (ValueError, DamagedError):
            _set_aside(path)
            return None
        return SnapshotInfo(info.read_at, len(customers)), customers

    def _save(self, account: str, read_at: datetime, customers: Sequence[Customer]) -> None:
        path = self._path(account)
        with _worded(path):
            tag = private_folder(self._folder) / "CACHEDIR.TAG"
            if not tag.exists():
                write_whole(tag, _TAG)
            private_folder(path.parent)
            with only_writer(path.with_name("lock")):
                _clear_temporaries(path.parent)
                handle, temporary = tempfile.mkstemp(prefix=_TEMPORARY, dir=path.parent)
                try:
                    with os.fdopen(handle, "wb") as file:
                        for piece in _written(account, read_at, customers):
                            file.write(piece)
                    Path(temporary).replace(path)
                except BaseException:
                    Path(temporary).unlink(missing_ok=True)
                    raise

    def _note(self, account: str, username: str, customer: Customer | None) -> None:
        path = self._path(account)
        if not path.exists():
            return
        with _worded(path), only_writer(path.with_name("lock")), contextlib.suppress(FileNotFoundError):
            handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC)
            with os.fdopen(handle, "r+b", buffering=0) as file:
                line = _line({"u": username, "c": None if customer is None else _array(customer)})
                end = file.seek(0, os.SEEK_END)
                file.seek(max(0, end - 1))
                # A line torn by a kill must not swallow this one.
                file.write(line if file.read(1) == b"\n" else b"\n" + line)


@contextlib.contextmanager
def _worded(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BadConfig(f"{path} cannot be written: {error.strerror}", hint="the list is shown all the same") from None


def _opened(path: Path) -> BinaryIO:
    if not checked_folder(path.parent):
        raise FileNotFoundError(path)
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise DamagedError
    return os.fdopen(handle, "rb")


def _line(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n"


def _array(customer: Customer) -> list[object]:
    values: list[object] = [getattr(customer, name) for name in _COLUMNS]
    for place in _SWITCHES:
        state = values[place]
        values[place] = state.as_bool if isinstance(state, Switch) else None
    return [*values, dict(customer.extra)] if customer.extra else values


def _customer(found: object) -> Customer:
    if not isinstance(found, list) or not len(_COLUMNS) <= len(found) <= len(_COLUMNS) + 1:
        raise DamagedError
    extra: Mapping[str, str] = NO_EXTRA
    if len(found) > len(_COLUMNS):
        extra = found.pop()
        if not isinstance(extra, dict):
            raise DamagedError
    for place in _SWITCHES:
        state = found[place]
        if not (state is None or isinstance(state, bool)):
            raise DamagedError
        found[place] = _STATES[state]
    for value in found:
        if not (value is None or isinstance(value, str | Switch)):
            raise DamagedError
    if found[0] is None:
        raise DamagedError
    return Customer(*found, extra=extra)  # type: ignore[misc]  # found has one value for each column before it


def _written(account: str, read_at: datetime, customers: Sequence[Customer]) -> Iterator[bytes]:
    head = {"format": FORMAT, "account": account, "fields": FIELDS}
    yield _line({**head, "read_at": utc_text(read_at), "total": len(customers)})
    for start in range(0, len(customers), _CHUNK):
        yield b"".join(_line(_array(customer)) for customer in customers[start : start + _CHUNK])
        time.sleep(0)


def _read_header(line: bytes, account: str) -> SnapshotInfo:
    head = json.loads(line)
    if not isinstance(head, dict) or head.get("format") != FORMAT or head.get("account") != account:
        raise DamagedError
    read_at, total = head.get("read_at"), head.get("total")
    if not isinstance(read_at, str) or not isinstance(total, int) or total < 0:
        raise DamagedError
    return SnapshotInfo(datetime.fromisoformat(read_at), total)


def _read_rows(file: BinaryIO, total: int) -> list[Customer]:
    customers: list[Customer] = []
    while len(customers) < total:
        lines = [line for line in (file.readline() for _ in range(min(_CHUNK, total - len(customers)))) if line]
        found = json.loads(b"[" + b",".join(lines) + b"]")
        if len(found) != len(lines) or not lines:
            raise DamagedError
        customers.extend(map(_customer, found))
        time.sleep(0)
    return customers


def _with_changes(customers: list[Customer], file: BinaryIO) -> list[Customer]:
    """Apply the lines that were added since. A torn line is a change that was never finished: it is left out."""
    rows: list[Customer | None] = list(customers)
    places = {customer.username: row for row, customer in reversed(list(enumerate(customers)))}
    changed = False
    for line in file:
        try:
            found = json.loads(line)
            username, values = found["u"], found["c"]
            customer = None if values is None else _customer(values)
        except (ValueError, KeyError, TypeError, DamagedError):
            continue
        changed = True
        row = places.pop(username, None)
        if row is None and customer is not None:
            row = len(rows)
            rows.append(None)
        if row is not None:
            rows[row] = customer
            if customer is not None:
                places[customer.username] = row
    return [customer for customer in rows if customer is not None] if changed else customers


def _set_aside(path: Path) -> None:
    """Keep the newest odd file for a look at it, and no older ones: they hold personal data (S16)."""
    with contextlib.suppress(OSError):
        for older in path.parent.glob(f"{_NAME}.damaged-*"):
            older.unlink()
        path.rename(path.with_name(f"{_NAME}.damaged-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"))


def _clear_temporaries(folder: Path) -> None:
    for left in folder.glob(f"{_TEMPORARY}*"):
        left.unlink(missing_ok=True)
