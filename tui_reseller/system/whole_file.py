"""A file of the operator, or a stream: all of its bytes, or a refusal that names size and limit."""

import os
import select
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.text import clean

LARGEST = 512 * 1024 * 1024
"""Bytes of a file of customers."""
_PIECE = 1024 * 1024
_OFFERED = 50


def read_file(
    path: Path, largest: int = LARGEST, *, plain: bool = False, came: Callable[[], None] = lambda: None
) -> bytes:
    """Return all of a file; with *plain* only of one that ends by itself, which a pipe may never do. Came is called
    when the first of it is there.

    Raises InvalidInput if it cannot be read, or has more than *largest* bytes: a part of it would name other customers.
    """
    shown = clean(str(path))
    try:
        if plain and path.exists() and not path.is_file():
            raise InvalidInput(f"{shown} is not a plain file", field="file")
        with path.open("rb") as file:
            return read_stream(file, shown, largest, came)
    except (OSError, ValueError) as error:
        words = getattr(error, "strerror", None) or str(error)
        raise InvalidInput(f"{shown} cannot be read: {words}", field="file") from None


def read_stream(file: BinaryIO, shown: str, largest: int = LARGEST, came: Callable[[], None] = lambda: None) -> bytes:
    """Return all of an open file, called *shown*. Raises OSError, InvalidInput as read_file()."""
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
        if not found:
            came()
        found += piece
        if len(found) > largest:
            raise _too_large(shown, f"more than {largest:,}", largest)


def put_in_place(path: Path, content: bytes) -> None:
    """Put a file of the operator in the place of another one, at one moment: who reads it meanwhile has the old or the
    new one, whole. Others may read it as far as the umask lets them. Raises InvalidInput if it cannot be written.
    """
    temporary = None
    try:
        if path.exists() and not path.is_file():
            raise InvalidInput(f"{clean(str(path))} is not a plain file", field="to")
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), 0o666 & ~_umask())
            os.fsync(file.fileno())
        Path(temporary).replace(path)
        temporary = None
    except OSError as error:
        raise InvalidInput(f"{clean(str(path))} cannot be written: {error.strerror}", field="to") from None
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def _umask() -> int:
    found = os.umask(0o077)
    os.umask(found)
    return found


def completed(text: str) -> str | None:
    """Return the path that begins with what was typed: a folder ends with its slash. None if there is none, or if
    there are several that go on in different ways from here.
    """
    path = Path(text).expanduser()
    folder, begin = (path, "") if text.endswith("/") else (path.parent, path.name)
    try:
        names = sorted(
            f"{one.name}/" if one.is_dir() else one.name
            for one in os.scandir(folder)
            if one.name.startswith(begin) and (begin or not one.name.startswith("."))
        )[:_OFFERED]
    except (OSError, ValueError):
        return None
    common = os.path.commonprefix(names)  # noqa: RUF071 - of names, sign by sign
    return text.removesuffix(begin) + common if len(common) > len(begin) else None


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
