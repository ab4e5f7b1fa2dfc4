"""A service that sends back what it got: the worst that an answer can do to a secret.

A plain HTTP server that answers reads with the customer that was asked for, and every write with the write's own
parameters, key and passwords among them: as an error in each shape, nearly as a success, as HTML, XML, a list, a
redirect, or as it came. `echo(shape)` serves one of `ECHOES` and yields the base URL.
"""

import contextlib
import html
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

ECHOES: dict[str, Callable[[str, dict[str, str]], tuple[int, str]]] = {
    "error list": lambda raw, form: (200, json.dumps({"message": "error", "errors": [raw, *form.values()]})),
    "error text": lambda _raw, form: (400, json.dumps({"error": {"code": 400, "message": " ".join(form.values())}})),
    "json in json": lambda _raw, form: (200, json.dumps({"message": json.dumps(form)})),
    "html": lambda _raw, form: (500, f"<html><body>{html.escape(' '.join(form.values()))}</body></html>"),
    "trace": lambda _raw, form: (502, "<pre>" + "\n".join(f"{k} => {v}" for k, v in form.items())),
    "nearly a success": lambda _raw, form: (200, json.dumps({"message": "success", **form})),
    "plain": lambda raw, _form: (200, raw),
    "refused": lambda raw, _form: (401, json.dumps({"error": f"Bad username / password {raw}"})),
    "too many": lambda _raw, form: (400, json.dumps({"errors": [{"field": v, "message": v} for v in form.values()]})),
    "redirect": lambda raw, _form: (302, raw),
    "xml": lambda raw, _form: (200, f"<result><message>{html.escape(raw)}</message></result>"),
    "a list": lambda _raw, form: (200, json.dumps([{"username": v, **form} for v in form.values()])),
}


@contextlib.contextmanager
def echo(shape: str) -> Iterator[str]:
    """Serve a customer to reads, and to writes what they sent; yield the base URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = dict(parse_qsl(raw))
            if form.get("task") == "get":
                status, text = 200, json.dumps([{"username": form.get("username", ""), "active": "true"}])
            else:
                status, text = ECHOES[shape](raw, form)
            self.send_response(status)
            self.send_header("Location", f"https://{form['api_key'][3:-3]}@x.example/?{raw}")
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_given: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/apiv2"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
