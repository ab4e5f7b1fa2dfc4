"""Prepared list bodies over HTTP, as fast as the disk: `python served.py FOLDER` prints its port and serves.

POST /SIZE/reseller.manage.json answers FOLDER/SIZE/list.json, likewise xml: just enough of the service for a list to
be read, in constant memory, so that a refresh is not as slow as who answers it.
"""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_TYPES = {"json": "application/json", "xml": "text/xml"}


class Handler(BaseHTTPRequestHandler):
    """Answers every POST with a file."""

    protocol_version = "HTTP/1.1"
    folder = Path()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        _, size, name = self.path.split("/")
        ending = name.rpartition(".")[2]
        with (self.folder / str(int(size)) / f"list.{ending}").open("rb") as body:
            self.send_response(200)
            self.send_header("Content-Type", _TYPES[ending])
            self.send_header("Content-Length", str(body.seek(0, 2)))
            self.end_headers()
            self.connection.sendfile(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """A client that breaks off is its own affair."""

    daemon_threads = True

    def handle_error(self, *_arguments: object) -> None:
        """Say nothing."""


def main() -> None:
    Handler.folder = Path(sys.argv[1])
    with Server(("127.0.0.1", 0), Handler) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
