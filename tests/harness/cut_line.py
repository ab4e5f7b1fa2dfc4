"""A line to PostgreSQL that is cut behind a certain message: every message of the protocol is counted, either way.

    with CutLine.before(cluster, folder) as line:
        line.arm("answered", 7)        # of what the server says from now on seven messages arrive; then all are cut off
        ...                            # a client talks to line.address("ann")
        assert line.was_cut
        line.disarm()                  # who connects anew gets through

Of an answer that does not arrive the server has done what it was asked: its commit stands. Of a question that does not
arrive it has done nothing.
"""

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Self

from tests.harness.postgres import Cluster

Side = Literal["asked", "answered"]
_NAME = ".s.PGSQL.5432"


class CutLine:
    """A socket before the server's; see the page above."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self.was_cut = False
        self.passed = 0
        self._folder, self._server = folder, str(cluster.folder / _NAME)
        self._side: Side | None = None
        self._left = 0
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / _NAME))
        self._listening.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    @classmethod
    @contextlib.contextmanager
    def before(cls, cluster: Cluster, folder: Path) -> Iterator[Self]:
        """Lead to a cluster from a folder of its own."""
        folder.mkdir()
        line = cls(cluster, folder)
        try:
            yield line
        finally:
            line._listening.close()
            line._cut()

    def address(self, role: str) -> str:
        """Return the address of the ledger over this line."""
        return f"postgresql://{role}@/team?host={self._folder}"

    def arm(self, side: Side, after: int) -> None:
        """Let so many messages of one side through, then cut."""
        with self._lock:
            self._side, self._left, self.was_cut = side, after, False

    def disarm(self) -> None:
        """Let everything through again."""
        with self._lock:
            self._side = None

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self._server)
            except OSError:
                client.close()
                continue
            with self._lock:
                self._open |= {client, server}
            threading.Thread(target=self._hand_on, args=(client, server, "asked"), daemon=True).start()
            threading.Thread(target=self._hand_on, args=(server, client, "answered"), daemon=True).start()

    def _hand_on(self, source: socket.socket, target: socket.socket, side: Side) -> None:
        with contextlib.suppress(OSError, EOFError):  # one of them has gone
            is_first = side == "asked"
            while True:
                message = _message(source, is_typed=not is_first)
                is_first = False
                if not self._passes(side):
                    self._cut()
                    return
                target.sendall(message)
        for line in (source, target):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def _passes(self, side: Side) -> bool:
        with self._lock:
            self.passed += 1
            if self._side != side or self.was_cut:
                return True
            self._left -= 1
            self.was_cut = self._left < 0
            return not self.was_cut

    def _cut(self) -> None:
        with self._lock:
            lines, self._open = self._open, set()
        for line in lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()


def _message(source: socket.socket, *, is_typed: bool) -> bytes:
    """Return the next message. Raises EOFError at the end. The first one of a client has no type."""
    head = _exactly(source, 5 if is_typed else 4)
    return head + _exactly(source, int.from_bytes(head[-4:], "big") - 4)


def _exactly(source: socket.socket, size: int) -> bytes:
    parts = b""
    while len(parts) < size:
        found = source.recv(size - len(parts))
        if not found:
            raise EOFError
        parts += found
    return parts
