"""A line to PostgreSQL that hands everything on, until it is told to swallow what the server says."""

import contextlib
import socket
import threading
from pathlib import Path

from tests.harness.postgres import Cluster


class MutedLine:
    """A socket before the server's; see the page above."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self.folder, self.is_mute = folder, False
        self._server = str(cluster.folder / ".s.PGSQL.5432")
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / ".s.PGSQL.5432"))
        self._listening.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._server)
            threading.Thread(target=self._hand_on, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self._hand_on, args=(server, client, True), daemon=True).start()

    def _hand_on(self, source: socket.socket, target: socket.socket, from_server: bool) -> None:
        with contextlib.suppress(OSError):  # one of them has gone
            while data := source.recv(65536):
                if not (from_server and self.is_mute):
                    target.sendall(data)
        for line in (source, target):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def close(self) -> None:
        self._listening.close()
