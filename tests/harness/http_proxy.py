"""A small real HTTP proxy that demands a user and a password (RFC 7617), and a service of the world behind it.

It keeps what it was asked and whether it let it through, so that a test can tell what reached the other end. A thread
for each connection, on a free port of the loopback. The loopback itself is never reached over a proxy; with a
*service*, a port of this machine that is not encrypted, the proxy plays the host service.example in front of it.

    with HttpProxy.started("kim", "a password", service=sandbox.port) as proxy:
        ...           # a client is given http://kim@127.0.0.1:PORT (proxy.address), proxy.base_url and proxy.ca_file
        assert proxy.let_through == ["CONNECT service.example:443"]

Repeats says that a refusal tells back what it was sent, as careless proxies do.
"""

import base64
import contextlib
import select
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import quote

from tests.harness.certificates import make_certificate, server_context

PIECE = 65536
HOST = "service.example"


class HttpProxy(ThreadingHTTPServer):
    """See the page above."""

    daemon_threads = True

    base_url = f"https://{HOST}/apiv2"

    def __init__(self, folder: Path, user: str, password: str, *, service: int, repeats: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder, self.service = make_certificate(folder, HOST), service
        self.ca_file = str(folder / "cert.pem")
        self.token = base64.b64encode(f"{user}:{password}".encode()).decode()
        self.user = user
        self.told_back = f"{user} {password} {self.token}" if repeats else ""
        self.let_through: list[str] = []
        self.refused: list[str] = []

    @classmethod
    @contextlib.contextmanager
    def started(cls, user: str, password: str, *, service: int = 0, repeats: bool = False) -> Iterator[Self]:
        """Serve until the block ends."""
        with tempfile.TemporaryDirectory() as folder:
            proxy = cls(Path(folder), user, password, service=service, repeats=repeats)
            thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            try:
                yield proxy
            finally:
                proxy.shutdown()
                proxy.server_close()
                thread.join()

    @property
    def address(self) -> str:
        """The address as a profile has it: with the user, without the password."""
        return f"http://{quote(self.user, safe='')}@127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that hang up."""


class _Handler(BaseHTTPRequestHandler):
    server: HttpProxy
    protocol_version = "HTTP/1.1"

    def do_CONNECT(self) -> None:
        if not self._is_welcome():
            return
        host, _, port = self.path.rpartition(":")
        is_played = host == HOST and self.server.service
        with socket.create_connection(("127.0.0.1", self.server.service) if is_played else (host, int(port))) as beyond:
            self.send_response(200)
            self.end_headers()
            if is_played:
                with (
                    contextlib.suppress(ssl.SSLError, OSError),
                    server_context(self.server.folder).wrap_socket(self.connection, server_side=True) as plain,
                ):
                    _relay(plain, beyond)
            else:
                _relay(self.connection, beyond)
        self.close_connection = True

    def _is_welcome(self) -> bool:
        asked = f"{self.command} {self.path}"
        if self.headers.get("Proxy-Authorization") == f"Basic {self.server.token}":
            self.server.let_through.append(asked)
            return True
        self.server.refused.append(asked)
        self._answer(407, f"who are you? {self.server.told_back}".encode(), "text/plain")
        return False

    def _answer(self, status: int, content: bytes, kind: str) -> None:
        self.send_response(status, self.server.told_back or None)
        if status == 407:
            self.send_header("Proxy-Authenticate", 'Basic realm="out"')
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_given: object) -> None:
        """Say nothing."""


def _relay(one: socket.socket, other: socket.socket) -> None:
    ways = {one: other, other: one}
    while True:
        for ready in select.select([*ways], [], [], 60)[0]:
            data = ready.recv(PIECE)
            while isinstance(ready, ssl.SSLSocket) and ready.pending():
                data += ready.recv(PIECE)
            if not data:
                return
            ways[ready].sendall(data)
