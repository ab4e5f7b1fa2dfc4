"""Input of an operator: the bytes of a file, or of stdin for `-`. All of it, or a refusal that names size and limit."""

import os
import select
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.text import clean

STDIN = "-"
LARGEST = 512 * 1024 * 1024
"""Bytes of a file of customers."""
LARGEST_SECRET = 64 * 1024
"""Bytes of a file that begins with a secret."""
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class OperatorFile:
    """What `--from FILE|-` names, as it was typed, and all that was in it. It may hold passwords: no repr."""

    place: str
    content: bytes

    def __repr__(self) -> str:
        return f"OperatorFile({self.place!r})"

    @property
    def is_stdin(self) -> bool:
        """Whether it came by stdin, and cannot be read again."""
        return self.place == STDIN


def read_operator_file(place: str | None) -> OperatorFile | None:
    """Read what `--from` names, if it was given. Before the event loop takes the signals: a pipe may never end."""
    return None if place is None else OperatorFile(place, read_bytes(place))


def read_bytes(place: str | Path, largest: int = LARGEST) -> bytes:
    """Return all of a file, or of stdin for `-`.

    Raises InvalidInput if it cannot be read, or has more than *largest* bytes: a part of it would name other customers.
    """
    shown = shown_place(place)
    try:
        if str(place) == STDIN:
            return _whole(sys.stdin.buffer, shown, largest)
        with Path(place).open("rb") as file:
            return _whole(file, shown, largest)
    except OSError as error:
        raise InvalidInput(f"{shown} cannot be read: {error.strerror}") from None


def read_text(place: str | Path, largest: int = LARGEST) -> str:
    """Return all of a file or of stdin as text, without its byte order mark: a secret, a line a value.

    Raises InvalidInput as read_bytes() does, and with the line for what is not UTF-8.
    """
    found = read_bytes(place, largest)
    try:
        return found.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = found.count(b"\n", 0, error.start) + 1
        raise InvalidInput(f"{shown_place(place)}, line {line}: not UTF-8") from None


def shown_place(place: str | Path) -> str:
    """Return a file, or stdin, as a message names it."""
    return "stdin" if str(place) == STDIN else clean(str(place))


def _whole(file: BinaryIO, shown: str, largest: int) -> bytes:
    size = _size_of(file)
    if size > largest:
        raise _too_large(shown, f"{size:,}", largest)
    found = bytearray()
    while True:
        piece = file.read(_PIECE)
        if piece == b"":
            return bytes(found)
        if not piece:  # None: a non-blocking pipe, as programs leave it that share it; more may come
            _wait(file)
            continue
        found += piece
        if len(found) > largest:
            raise _too_large(shown, f"more than {largest:,}", largest)


def _size_of(file: BinaryIO) -> int:
    """Return the size of a plain file; 0 for a stream, whose size is known only at its end."""
    try:
        found = os.fstat(file.fileno())
    except OSError:  # no file of the operating system
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else 0


def _wait(file: BinaryIO) -> None:
    waiting = select.poll()
    waiting.register(file, select.POLLIN)
    waiting.poll()


def _too_large(shown: str, size: str, largest: int) -> InvalidInput:
    return InvalidInput(f"{shown} has {size} bytes, at most {largest:,} are read; nothing was done")
