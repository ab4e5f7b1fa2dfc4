"""A small real HTTP proxy that demands a user and a password (RFC 7617): CONNECT, and requests that it forwards itself.

It keeps what it was asked and whether it let it through, so that a test can tell what reached the other end. Standard
library only, a thread for each connection, on a free port of the loopback.

    with HttpProxy.started("kim", "a password") as proxy:
        ...                                   # a client is given http://kim@127.0.0.1:PORT (proxy.address)
        assert proxy.let_through == ["POST http://127.0.0.1:8025/apiv2/reseller.manage.json"]

Repeats says that a refusal tells back what it was sent, as careless proxies do.
"""

import base64
import contextlib
import http.client
import select
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import quote, urlsplit

PIECE = 65536
HOP_BY_HOP = {"proxy-authorization", "proxy-connection", "connection", "keep-alive", "te", "upgrade"}


class HttpProxy(ThreadingHTTPServer):
    """See the page above."""

    daemon_threads = True

    def __init__(self, user: str, password: str, *, repeats: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.token = base64.b64encode(f"{user}:{password}".encode()).decode()
        self.user = user
        self.told_back = f"{user} {password} {self.token}" if repeats else ""
        self.let_through: list[str] = []
        self.refused: list[str] = []

    @classmethod
    @contextlib.contextmanager
    def started(cls, user: str, password: str, *, repeats: bool = False) -> Iterator[Self]:
        """Serve until the block ends."""
        proxy = cls(user, password, repeats=repeats)
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
        with socket.create_connection((host, int(port)), timeout=10) as beyond:
            self.send_response(200)
            self.end_headers()
            self._relay(beyond)
        self.close_connection = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self._is_welcome():
            return
        target = urlsplit(self.path)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        beyond = http.client.HTTPConnection(target.hostname or "", target.port, timeout=60)
        try:
            beyond.request("POST", target.path, body, headers)
            answer = beyond.getresponse()
            content = answer.read()
        finally:
            beyond.close()
        self._answer(answer.status, content, answer.headers.get_content_type())

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

    def _relay(self, beyond: socket.socket) -> None:
        ways = {self.connection: beyond, beyond: self.connection}
        while True:
            for ready in select.select([*ways], [], [], 60)[0]:
                data = ready.recv(PIECE)
                if not data:
                    return
                ways[ready].sendall(data)

    def log_message(self, *_given: object) -> None:
        """Say nothing."""
