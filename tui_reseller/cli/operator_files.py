"""Input of an operator: the bytes of a file, or of stdin for `-`. All of it, or a refusal that names size and limit."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

from tui_reseller.cli.console import Console
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.text import clean
from tui_reseller.system.files import at_home
from tui_reseller.system.whole_file import LARGEST, read_file, read_stream

STDIN = "-"
SILENT_SECONDS = 1.5
"""So long nothing is said of a file that is waited for."""
LARGEST_SECRET = 64 * 1024
"""Bytes of a file that begins with a secret."""


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
    """Return all of a file, or of stdin for `-`. Raises InvalidInput as whole_file.read_file()."""
    with _said_if_it_waits(shown_place(place)) as came:
        if str(place) != STDIN:
            return read_file(at_home(str(place)), largest, came=came)
        try:
            return read_stream(sys.stdin.buffer, "stdin", largest, came)
        except OSError as error:
            raise InvalidInput(f"stdin cannot be read: {error.strerror}") from None


@contextmanager
def _said_if_it_waits(shown: str) -> Iterator[Callable[[], None]]:
    """Say to a person what is waited for, if nothing has come after a moment: a pipe may have nobody at its other end.
    What is given back is called when something has come.
    """
    if not sys.stderr.isatty():
        yield lambda: None
        return
    ends = "Ctrl+D ends it, " if shown == "stdin" and sys.stdin.isatty() else ""
    words = f"waiting for {shown}: nothing has come yet; {ends}Ctrl+C leaves, and nothing is done"
    saying = Timer(SILENT_SECONDS, Console().say, [words])
    saying.daemon = True
    saying.start()
    try:
        yield saying.cancel
    finally:
        saying.cancel()


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
