"""Running the sandbox as a server: start, say so in one line, serve, and leave nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import logging
import os
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn

from tui_reseller.sandbox.app import Sandbox, build_app
from tui_reseller.sandbox.dialects import DIALECTS
from tui_reseller.sandbox.faults import Faults, FaultUnusable, parse_faults
from tui_reseller.sandbox.operations import API_KEY, API_USER
from tui_reseller.sandbox.store import Store, StoreUnusable
from tui_reseller.sandbox.v3.desk import API_KEY as V3_API_KEY
from tui_reseller.sandbox.v3.terms import LARGEST_PAGE, TermsUnusable, terms_from
from tui_reseller.sandbox.wire import CuttableProtocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

PARENT_PIPE = "TUI_RESELLER_SANDBOX_PARENT_PIPE"
_MOST_CUSTOMERS = 100_000_000
_KEEP_ALIVE_S = 75
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


WriteLine = Callable[[str], bool]


def _write(line: str) -> bool:
    try:
        sys.stdout.write(line)
        sys.stdout.flush()
    except OSError:
        return False
    return True


class SandboxUsage(ValueError):
    """The sandbox cannot start as it was asked to; the message says why in one line."""


class _StoppedEarly(BaseException):
    """A signal came before the server was there to end."""


class _Server(uvicorn.Server):
    """uvicorn, saying when it is ready, and ending at once and quietly instead of waiting for slow clients."""

    def __init__(self, config: uvicorn.Config, sandbox: Sandbox, ready: dict[str, Any], write: WriteLine) -> None:
        super().__init__(config)
        self._sandbox = sandbox
        self._ready = ready
        self._write = write

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self._write(json.dumps(self._ready) + "\n"):
            self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._sandbox.stopping.set()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0.01)  # the connections' ends arrive
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to `serve`: uvicorn would raise them again afterwards, and the temporary store would stay."""
        yield


class _Signals:
    """Turns the signals that end a program into an orderly end, before the server runs and while it does."""

    def __init__(self) -> None:
        self.server: _Server | None = None

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        if self.server is None:
            raise _StoppedEarly
        self.server.should_exit = True

    @contextlib.contextmanager
    def handled(self) -> Iterator[None]:
        """Handle the signals, in the main thread only, as Python demands."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._handle) for number in _STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def serve(
    *,
    host: str = "127.0.0.1",
    port: int = 8025,
    customers: int = 1000,
    seed: int = 1,
    db: Path | None = None,
    dialect: str = "seed",
    faults: str = "",
    eu_port: int = 0,
    scopes: str = "",
    max_page: int = LARGEST_PAGE,
    limit: str = "",
    accounts_on_behalf: bool = True,
    write: WriteLine = _write,
) -> int:
    """Serve until a signal ends it, or the parent's end of the pipe; return the exit code.

    Write takes the ready line to whoever started us, and returns whether it arrived: without it nobody knows the port.
    """
    if dialect not in DIALECTS:
        raise SandboxUsage(f"unknown dialect {dialect!r}: one of {', '.join(DIALECTS)}")
    if not 0 <= customers <= _MOST_CUSTOMERS:
        raise SandboxUsage(f"customers must be between 0 and {_MOST_CUSTOMERS}")
    try:
        active = Faults(parse_faults(faults))
        terms = terms_from(scopes, max_page, limit, accounts_on_behalf=accounts_on_behalf)
    except (FaultUnusable, TermsUnusable) as error:
        raise SandboxUsage(str(error)) from error
    signals = _Signals()
    try:
        with signals.handled(), contextlib.ExitStack() as stack:
            if os.environ.get(PARENT_PIPE) == "1":
                threading.Thread(target=_end_with_parent, daemon=True).start()
            listener = stack.enter_context(_bind(host, port))
            eu_listener = stack.enter_context(_bind(host, eu_port))
            _warn_of_others(host, listener)
            store = stack.enter_context(_store(db, customers, seed))
            sandbox = Sandbox(store, DIALECTS[dialect], active, replace(terms, eu_port=eu_listener.getsockname()[1]))
            signals.server = _server(sandbox, _ready(listener, eu_listener, store.count()), write)
            signals.server.run(sockets=[listener, eu_listener])
    except _StoppedEarly:
        pass
    return 0


def _end_with_parent() -> None:
    """Wait for the end of standard input: the parent holds its other end for as long as it lives."""
    with contextlib.suppress(OSError):
        while os.read(0, 4096):  # not sys.stdin, whose lock would still be held when the interpreter ends
            pass
    os.kill(os.getpid(), signal.SIGTERM)


def _bind(host: str, port: int) -> socket.socket:
    """Take the port before customers are made, so that a refusal comes at once."""
    if not 0 <= port <= 65535:
        raise SandboxUsage("port must be between 0 and 65535")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise SandboxUsage(f"cannot resolve the host {host!r}: {error}") from error
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise SandboxUsage(f"cannot listen on {host} port {port}: {error.strerror}") from error
    return listener


def _warn_of_others(host: str, listener: socket.socket) -> None:
    if not ipaddress.ip_address(str(listener.getsockname()[0]).partition("%")[0]).is_loopback:
        sys.stderr.write(
            f"warning: the sandbox listens on {host}, so others on the network can reach it;"
            " its credentials are public and its control endpoints need none\n"
        )


@contextlib.contextmanager
def _store(db: Path | None, customers: int, seed: int) -> Iterator[Store]:
    """Open the store, a temporary one or a file that stays; fill it if it is empty."""
    with contextlib.ExitStack() as stack:
        if db is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tui-reseller-sandbox-"))
            path = Path(folder, "sandbox.sqlite3")
        else:
            path = db
            if not path.parent.is_dir():
                raise SandboxUsage(f"cannot open the database {path}: {path.parent} is no folder")
        try:
            store = stack.enter_context(contextlib.closing(Store(path, durable=db is not None)))
            if store.is_new:
                store.fill(customers, seed)
            store.open_for_traffic()
        except StoreUnusable as error:
            raise SandboxUsage(str(error)) from error
        yield store


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if listener.family == socket.AF_INET6 else f"http://{host}:{port}"


def _ready(listener: socket.socket, eu_listener: socket.socket, customers: int) -> dict[str, Any]:
    """Describe the running sandbox: all that a client needs."""
    url = _url(listener)
    return {
        "ready": True,
        "url": url,
        "base_url": f"{url}/apiv2",
        "api_user": API_USER,
        "api_key": API_KEY,
        "v3_base_url": f"{url}/v3",
        "v3_eu_base_url": f"{_url(eu_listener)}/v3",
        "v3_api_key": V3_API_KEY,
        "customers": customers,
    }


def _server(sandbox: Sandbox, ready: dict[str, Any], write: WriteLine) -> _Server:
    logging.getLogger("python_multipart").addHandler(logging.NullHandler())  # a broken form is the client's affair
    config = uvicorn.Config(
        build_app(sandbox),
        http=CuttableProtocol,
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        date_header=False,  # the sandbox dates its answers by its own clock
        timeout_keep_alive=_KEEP_ALIVE_S,
    )
    return _Server(config, sandbox, ready, write)
