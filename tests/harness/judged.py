"""A proxy before the sandbox that holds every call of v3, and its answer, against the official documents.

    with Judged.before(sandbox.v3_base_url) as judged:
        ...                                # a client talks to judged.base_url
        assert not judged.wrong

It hands on what comes, unchanged. A thread for each connection, on a free port of the loopback.
"""

import contextlib
import http.client
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import urlsplit

from tests.harness.openapi import judge_answer, judge_request, operation_at

_BETWEEN_TWO = {"connection", "content-length", "host", "keep-alive", "transfer-encoding"}
"""Headers of one connection, not of a call."""
REFUSED = 400


class Judged(ThreadingHTTPServer):
    """See the page above. Calls are all, as verb and documented path; a path that is not documented stands as it is."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = port
        self.base_url = f"http://127.0.0.1:{self.server_address[1]}/v3"
        self.calls: list[str] = []
        self.wrong: list[str] = []

    @classmethod
    @contextlib.contextmanager
    def before(cls, base_url: str) -> Iterator[Self]:
        """Serve before one of the sandbox's hosts until the block ends."""
        proxy = cls(urlsplit(base_url).port or 0)
        threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            proxy.server_close()

    def judge(self, verb: str, path: str, sent: tuple[str, bytes], status: int, answer: tuple[str, bytes]) -> None:
        """Hold a call and its answer against the documents; what was refused may be wrong on purpose."""
        known = operation_at(verb, path)
        self.calls.append(f"{verb} /{'/'.join(known.path) if known else path.strip('/')}")
        found = judge_answer(verb, path, status, *answer).wrong
        if status < REFUSED:
            found = [*found, *judge_request(verb, path, *sent).wrong]
        self.wrong += [f"{verb} {path} {status}: {each}" for each in found]

    def handle_error(self, *_arguments: object) -> None:
        """A client that breaks off is its own affair."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Judged

    def _hand_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.server.target, timeout=60)) as line:
            sent = {name: value for name, value in self.headers.items() if name.lower() not in _BETWEEN_TWO}
            line.request(self.command, self.path, body or None, sent)
            reply = line.getresponse()
            answer = reply.read()
        told = reply.getheader("content-type", ""), answer
        self.server.judge(self.command, self.path, (self.headers.get("content-type", ""), body), reply.status, told)
        self.send_response_only(reply.status)
        for name, value in reply.getheaders():
            if name.lower() not in _BETWEEN_TWO:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _hand_on  # noqa: N815 - as the library calls them

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""
