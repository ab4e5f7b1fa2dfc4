"""Number and hash of the ledger's last row, kept outside of it: in the config folder, one small file a ledger.

A chain of hashes shows what was changed in it, never what was cut off its end, nor that an older copy or a new ledger
stands in its place. A receipt shows that. It is written when rows are safe on the disk, so that it is never ahead of
them; it is not synced itself: after a power loss it may be some rows behind, which costs little.
"""

import binascii
import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Protocol

from tui_reseller.domain.audit import operator_name
from tui_reseller.domain.errors import BadConfig, InvalidInput
from tui_reseller.domain.vault import Anchor
from tui_reseller.storage.ledger.rows import said_by
from tui_reseller.system.files import private_folder

REMEDIES = (
    "put the right ledger back, or: tui-reseller ledger restore BACKUP; "
    "if you know why it is so: tui-reseller ledger accept --reason TEXT"
)
_DIGITS = 18
_RECORD = _DIGITS + 1 + 64 + 1 + 8 + 1
"""Length of NUMBER:HASH:CHECKSUM and a line end. Always the same: it is written over the former one."""
_ATTEMPTS = 3


class Receipt:
    """What is kept of one ledger, named by its path: a ledger that was moved away is missed, one elsewhere is another.

    Not for two threads. Nothing here stops an operation: what cannot be written is warned of, once.
    """

    def __init__(self, folder: Path | None, ledger: Path) -> None:
        """Folder is the config folder; None keeps nothing."""
        self._folder = folder
        self._ledger = ledger
        self._handle = -1
        self._is_writable = False
        self._kept: Anchor | None = None
        self._warnings = ""
        self._warned: set[str] = set()

    def last(self) -> Anchor | None:
        """Return what was written last, by whatever process; None if there is no receipt."""
        if not self._open():
            return None
        content = b""
        for _attempt in range(_ATTEMPTS):  # another process may be writing just now
            content = os.pread(self._handle, _RECORD, 0)
            found = _read(content)
            if found is not None:
                return found
        if content.strip(b"\0"):
            self.warn("the receipt of the ledger was damaged, so that rows cut off its end are not missed")
        return None

    def keep(self, anchor: Anchor, *, anew: bool = False) -> None:
        """Write down the last row. One that another process has written further is kept, except anew: then none can be
        read, or the ledger was replaced and an operator knows of it.
        """
        if anchor.number == 0 or (anchor == self._kept and not anew) or not self._open():
            return
        try:
            if not self._is_writable:
                raise OSError(0, "it can only be read")  # noqa: TRY301 - worded like an error of the system
            record = _record(anchor)
            if anew or os.pread(self._handle, _DIGITS, 0) < record[:_DIGITS]:  # of one length: as their numbers are
                os.pwrite(self._handle, record, 0)
            self._kept = anchor
        except OSError as error:
            self._cannot_be_kept(error.strerror or str(error))

    def warn(self, words: str) -> None:
        """Warn the operator of something, once; of an empty text never."""
        if words and words not in self._warned:
            self._warned.add(words)
            self._warnings += ("\n" if self._warnings else "") + words

    def take_warnings(self) -> str:
        """Return what is to be warned of, then nothing."""
        warnings, self._warnings = self._warnings, ""
        return warnings

    def close(self) -> None:
        """Close the file."""
        handle, self._handle = self._handle, -1
        self._kept = None
        if handle >= 0:
            os.close(handle)

    def _open(self) -> bool:
        if self._handle < 0 and self._folder is not None:
            try:
                self._handle = self._opened(self._folder)
            except BadConfig as error:
                self._cannot_be_kept(error.message)
            except OSError as error:
                self._cannot_be_kept(error.strerror or str(error))
        return self._handle >= 0

    def _opened(self, folder: Path) -> int:
        where = os.fsencode(Path(os.path.realpath(self._ledger.parent)) / self._ledger.name)  # not where a link leads
        path = folder / f"ledger-receipt-{hashlib.sha256(where).hexdigest()[:12]}"
        flags = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        self._is_writable = True
        try:
            handle = os.open(private_folder(folder) / path.name, flags | os.O_RDWR | os.O_CREAT, 0o600)
        except (OSError, BadConfig):
            with contextlib.suppress(OSError):  # what can only be read is compared all the same
                self._is_writable, handle = False, os.open(path, flags | os.O_RDONLY)
            if self._is_writable:
                raise
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
            os.close(handle)
            raise OSError(0, "it is not a plain file of yours")
        if not found.st_size and self._is_writable:
            os.pwrite(handle, where + b"\n", _RECORD)  # for a person who reads the file
        return handle

    def _cannot_be_kept(self, why: str) -> None:
        self.warn(
            f"no receipt of the ledger can be kept in {self._folder} ({why}): rows cut off its end would not be missed"
        )


class Takeover(NamedTuple):
    """A row that records another ledger in this place, or one that an operator accepted. Kind is "restored" or
    "accepted", time ISO 8601, body JSON, role who wrote it, where the database knows that.
    """

    kind: str
    time: str
    body: str
    role: str = ""


class Chain(Protocol):
    """What a receipt is compared with. Its methods raise whatever the database raises."""

    def head(self) -> Anchor:
        """Return number and hash of the last row."""

    def holds(self, anchor: Anchor) -> bool:
        """Whether the row of an anchor is there, with its hash."""

    def takeovers(self) -> Iterable[Takeover]:
        """Return the rows that record a takeover, newest first."""


def compare_with_receipt(chain: Chain, last: Anchor) -> tuple[str, str]:
    """Return why a ledger may not be the one that a receipt was kept of (empty: it is), and what else the operator has
    to know.

    A restore or an acceptance names in its own row the receipt that it has seen: a process that was killed before it
    wrote a new one leaves no doubt.
    """
    if chain.holds(last):
        return "", ""
    for kind, time, body, role in chain.takeovers():
        # A row of another version, or none of ours:
        with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
            content = said_by(json.loads(body), role)
            if content["receipt"] == last.text:
                kept = f"; the one before it is {content['kept']}" if content.get("kept") else ""
                return "", f"the ledger was {kind} at {time} by {operator_name(content['operator'])}{kept}"
    end = chain.head().number
    seen = f"row {last.number} is not the one that was written: the ledger was rewritten, or is another one"
    if end < last.number:
        seen = (
            f"the ledger ends with row {end}, but row {last.number} was written: rows were cut off, or an older copy "
            "or a new one stands in its place"
        )
    return f"nothing is sent: {seen}; what was done since, and outcomes that are not known, may be forgotten", ""


def _record(anchor: Anchor) -> bytes:
    content = f"{anchor.number:0{_DIGITS}d}:{anchor.hash}".encode("ascii")
    return content + f":{binascii.crc32(content):08x}\n".encode("ascii")


def _read(record: bytes) -> Anchor | None:
    content, _, checksum = record.rstrip(b"\n").rpartition(b":")
    if len(record) != _RECORD or checksum != f"{binascii.crc32(content):08x}".encode("ascii"):
        return None
    with contextlib.suppress(InvalidInput):
        return Anchor.read(content.decode("ascii"))
    return None
