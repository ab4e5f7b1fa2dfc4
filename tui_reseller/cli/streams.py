"""stdout and stderr while a command runs: a write to them never raises, and no loss goes unreported.

Output that cannot be written must neither stop nor change what is done to customers. So the first failure of a stream
is kept, later output is dropped, and main.py reports the failure at the end. This covers everything that writes to
sys.stdout: our rows, and click's help, version and completion.
"""

import io
import os
import select
import sys
import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

LARGEST_BACKLOG = 64 * 1024 * 1024
"""Bytes that wait for a slow reader before the command itself waits."""
_PIECE = 64 * 1024
_CLOSED = -1
"""A descriptor that no file has: the operating system itself says what is wrong with it."""


class Backlog:
    """Writes in a thread of its own, in the order given, so that a slow reader delays no call to the service.

    An answer is waited for some seconds only, and a customer whose answer nobody took would become unknown.
    """

    def __init__(self) -> None:
        self._pieces: deque[tuple[Sink, bytes]] = deque()
        self._size = 0
        self._changed = threading.Condition()
        threading.Thread(target=self._write, name="output", daemon=True).start()

    def put(self, sink: "Sink", piece: bytes) -> None:
        """Take a piece over. Waits while the backlog is full."""
        with self._changed:
            self._changed.wait_for(lambda: self._size < LARGEST_BACKLOG)
            self._pieces.append((sink, piece))
            self._size += len(piece)
            self._changed.notify_all()

    def drain(self) -> None:
        """Wait until all of it is written, or dropped because its stream has failed."""
        with self._changed:
            self._changed.wait_for(lambda: not self._pieces)

    def _write(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._pieces)
                sink, piece = self._pieces[0]
            sink.deliver(piece)
            with self._changed:
                self._pieces.popleft()
                self._size -= len(piece)
                self._changed.notify_all()


class Sink(io.RawIOBase):
    """The end of a stream: writes all of it, also where the descriptor is non-blocking, or keeps why it could not."""

    def __init__(self, handle: int) -> None:
        super().__init__()
        self.failure: OSError | None = None
        self.backlog: Backlog | None = None
        self._handle = handle

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write all of it now, or hand it to the backlog. Never raises OSError."""
        piece = bytes(data)
        if self.backlog is None:
            self.deliver(piece)
        else:
            self.backlog.put(self, piece)
        return len(piece)

    def deliver(self, piece: bytes) -> None:
        """Write all of it, unless the stream has failed."""
        left = memoryview(piece)
        while left and self.failure is None:
            try:
                left = left[os.write(self._handle, left) :]
            except BlockingIOError:
                self._wait()
            except OSError as error:
                self.failure = error

    def flush_to_disk(self) -> None:
        """Let the file system report what it only reports at a close: on a network, that the disk is full."""
        try:
            if self._handle != _CLOSED:
                os.close(os.dup(self._handle))
        except OSError as error:
            self.failure = self.failure or error

    def file_id(self) -> tuple[int, int]:
        """Return device and inode of the file behind the descriptor."""
        try:
            found = os.fstat(self._handle)
        except OSError:
            return _CLOSED, _CLOSED
        return found.st_dev, found.st_ino

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._handle

    def isatty(self) -> bool:
        """Whether a terminal is there."""
        return os.isatty(self._handle)

    def writable(self) -> bool:
        """Whether it is made for writing: always."""
        return True

    def _wait(self) -> None:
        waiting = select.poll()
        waiting.register(self._handle, select.POLLOUT)
        waiting.poll()


class Stream(io.TextIOWrapper):
    """A text stream into a sink. A character that its encoding lacks is written as an escape."""

    def __init__(self, sink: Sink, encoding: str, *, by_line: bool) -> None:
        super().__init__(
            io.BufferedWriter(sink, _PIECE),
            encoding=encoding,
            errors="backslashreplace",
            newline="\n",
            line_buffering=by_line,
        )
        self.sink = sink


@contextmanager
def installed() -> Iterator[None]:
    """Put streams of ours in the place of the real ones. Those that somebody else has put there stay."""
    former = sys.stdin, sys.stdout, sys.stderr
    _close_gaps()
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - a descriptor; it stays open
    sys.stdout = _in_place_of(sys.stdout, 1, by_line=False)
    sys.stderr = _in_place_of(sys.stderr, 2, by_line=True)
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = former


def start_writer_threads() -> None:
    """Let threads write from now on, for a command that changes customers.

    Streams that end in one file keep their order. Otherwise a slow reader of rows does not hold messages back.
    """
    flush()
    backlogs: defaultdict[tuple[int, int], Backlog] = defaultdict(Backlog)
    for stream in _of_ours():
        stream.sink.backlog = backlogs[stream.sink.file_id()]


def has_writer_threads() -> bool:
    """Whether a thread writes: then the command changes customers."""
    return any(stream.sink.backlog for stream in _of_ours())


def flush() -> None:
    """Wait until all that was written so far has arrived, or cannot."""
    for stream in _of_ours():
        stream.flush()
        if stream.sink.backlog is not None:
            stream.sink.backlog.drain()


def write_now(text: str) -> bool:
    """Write to stdout at once; return whether it has arrived."""
    sys.stdout.write(text)
    sys.stdout.flush()
    flush()
    return failure() is None


def drained() -> OSError | None:
    """Wait until stdout has taken everything; return why it has not, or None."""
    flush()
    if isinstance(sys.stdout, Stream):
        sys.stdout.sink.flush_to_disk()
    return failure()


def failure() -> OSError | None:
    """Return why stdout cannot be written any more, or None."""
    return sys.stdout.sink.failure if isinstance(sys.stdout, Stream) else None


def _of_ours() -> list[Stream]:
    return [stream for stream in (sys.stdout, sys.stderr) if isinstance(stream, Stream)]


def _in_place_of(stream: TextIO | None, handle: int, *, by_line: bool) -> TextIO:
    if stream is None:  # it was closed when we were started
        return Stream(Sink(_CLOSED), "utf-8", by_line=by_line)
    if _handle_of(stream) != handle:
        return stream
    stream.flush()
    return Stream(Sink(handle), stream.encoding or "utf-8", by_line=by_line or stream.isatty())


def _handle_of(stream: TextIO) -> int | None:
    try:
        return stream.fileno()
    except (OSError, ValueError):  # it has none, or is closed
        return None


def _close_gaps() -> None:
    """Put /dev/null where a standard descriptor is closed: the next file that is opened, a ledger, would be stdout."""
    for handle in range(3):
        try:
            os.fstat(handle)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # noqa: FBT003 - it takes the lowest number: this
