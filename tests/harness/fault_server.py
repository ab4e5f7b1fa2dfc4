"""An HTTP server on raw sockets that carries requests out truthfully and answers them as badly as it is told to.

Purpose. Faults of framing (a body shorter than announced, a chunk that is cut, a status line that comes byte by byte)
cannot be made by a server that speaks HTTP correctly. This one speaks it by hand. Behind it stands any ASGI
application, in these tests the sandbox itself, which keeps the truth: a request that is *applied* is handed to it, its
honest reply is taken, and a fault decides which bytes the client gets to see of it, how fast, and how the connection
ends. Standard library only; it runs on the event loop of the test, on a free port of the loopback.

    async with FaultServer(app) as server:
        server.arm(Fault("cut", "N16", cut_in_the_middle), skip=1)   # strikes the second request from now
        ...                                                          # a client talks to server.port
        assert server.struck == 1

A fault is a name, its number in the catalogue of reliability.md, and an `answer`: a coroutine function of the
connection and the honest reply. It sends what it likes by `Wire.send`, `Wire.drip`, `Wire.stall`, and ends with
`Wire.close` (FIN) or `Wire.reset` (RST); what it leaves open is closed after it. `applied` says whether the application
gets the request at all; if not, the reply handed to the fault is the one that a success would have had. `takes` is
how many bytes of the request are read before the fault strikes: None is all of it; the rest stays in the socket.

`times` is how many requests in a row are struck, with `spares_reading` only of those that may change something; after
that replies are honest again, each on a connection of its own (`keep_alive` makes the server keep connections, for
faults that poison the next request). Every request that arrived in full is in `requests`, as it came; `spoilt` is the
honest reply that was last given to a fault. Nothing here sleeps except where a fault is about time.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self

App = Callable[[dict[str, Any], Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]
SUCCESS = {
    "json": b'{"message":"success"}',
    "xml": b'<?xml version="1.0" encoding="ISO-8859-1"?>\n<result>\n  <message>success</message>\n</result>\n',
}
MEDIA_TYPES = {"json": "application/json", "xml": "text/xml"}
LONGEST_HEAD = 64 * 1024


@dataclass(frozen=True)
class Request:
    """A request as it came."""

    head: bytes
    body: bytes

    @property
    def method(self) -> str:
        return self.head.split(b" ", 1)[0].decode("ascii")

    @property
    def path(self) -> str:
        return self.head.split(b" ", 2)[1].decode("ascii")

    @property
    def form(self) -> str:
        """The format that is asked for: json or xml."""
        return "xml" if self.path.endswith(".xml") else "json"

    @property
    def is_reading(self) -> bool:
        """Whether nothing can be changed by it. In the older API every call is a POST, and none is this."""
        return self.method == "GET"

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        lines = self.head.split(b"\r\n")[1:]
        return [(name.lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines if line)]


@dataclass(frozen=True)
class Reply:
    """An honest reply, before a fault gets hold of it."""

    status: int
    media_type: str
    body: bytes
    location: str = ""
    """Where it sends the client: what lets an operator in."""

    def raw(
        self, *headers: str, status: int | None = None, body: bytes | None = None, length: int | None = None
    ) -> bytes:
        """Return the bytes of a well-framed reply, with whatever was changed in it."""
        content = self.body if body is None else body
        announced = f"Content-Length: {len(content) if length is None else length}"
        return self.head(announced, *headers, status=status) + content

    def head(self, *headers: str, status: int | None = None) -> bytes:
        """Return a head without any length."""
        typed = [f"Content-Type: {self.media_type}"] if self.media_type else []
        typed += [f"Location: {self.location}"] if self.location else []
        lines = [f"HTTP/1.1 {self.status if status is None else status} Word", *typed, *headers]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")


class Wire:
    """One connection, for a fault to play with."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @property
    def transport(self) -> asyncio.Transport:
        return self._writer.transport

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def drip(self, data: bytes, every: float, size: int = 1) -> None:
        """Send so many bytes at a time, with so many seconds between."""
        for start in range(0, len(data), size):
            await self.send(data[start : start + size])
            await asyncio.sleep(every)

    async def stall(self) -> None:
        """Send nothing more, until the client goes."""
        while await self._reader.read(65536):
            pass

    def close(self) -> None:
        """End in good order."""
        self._writer.close()

    def reset(self) -> None:
        """End by RST: what was not yet read at the other end may be lost."""
        found = self._writer.get_extra_info("socket")
        if found is not None:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def request(self) -> Request | None:
        """Read a whole request; None if the client went away before its end."""
        try:
            head = await self._reader.readuntil(b"\r\n\r\n")
            found = Request(head[:-4], b"")
            length = next((int(value) for name, value in found.headers if name == b"content-length"), 0)
            return Request(head[:-4], await self._reader.readexactly(length))
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            return None

    async def take(self, size: int) -> None:
        """Read so many bytes of a request, whatever they are."""
        with contextlib.suppress(asyncio.IncompleteReadError):
            await self._reader.readexactly(size)


Answer = Callable[[Wire, Reply], Awaitable[None]]


@dataclass(frozen=True)
class Fault:
    """One way to go wrong. Verdict is what an honest client may say of a write: an outcome by its word."""

    name: str
    number: str
    answer: Answer = field(repr=False)
    applied: bool = True
    takes: int | None = None
    verdict: str = "unknown"
    slow: bool = False

    def __str__(self) -> str:
        return f"{self.number}-{self.name}"


@dataclass
class _Armed:
    fault: Fault
    skip: int
    times: int
    spares_reading: bool

    def strikes(self, request: Request) -> bool:
        return not (self.spares_reading and request.is_reading)


class FaultServer:
    """Serves an application; see the page above."""

    def __init__(self, app: App, *, keep_alive: bool = False) -> None:
        self.port = 0
        self.requests: list[Request] = []
        self.struck = 0
        self.spoilt: Reply | None = None
        self.connections = 0
        self._app = app
        self._keep_alive = keep_alive
        self._armed: _Armed | None = None
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/apiv2"

    @property
    def v3_base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v3"

    def arm(self, fault: Fault, *, skip: int = 0, times: int = 1, spares_reading: bool = False) -> None:
        """Let a fault strike, after so many honest replies, so many requests in a row."""
        self.struck = 0
        self._armed = _Armed(fault, skip, times, spares_reading)

    def disarm(self) -> None:
        self._armed = None

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.deafen()
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def listen(self) -> None:
        """Open the port; after deafen() the same one again."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=LONGEST_HEAD, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]

    async def deafen(self) -> None:
        """Close the port: whoever comes is refused. Open connections go on."""
        if self._server is not None:
            self._server.close()
            self._server = None
            await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        wire = Wire(reader, writer)
        try:
            while await self._one(wire) and self._keep_alive:
                pass
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _one(self, wire: Wire) -> bool:
        """Answer one request; return whether another may follow."""
        fault = self._due()
        if fault is not None and fault.takes is not None:
            await wire.take(fault.takes)
            self._strike()
            await fault.answer(wire, Reply(200, "", b""))
            return False
        request = await wire.request()
        if request is None:
            return False
        self.requests.append(request)
        if fault is not None and self._armed is not None and not self._armed.strikes(request):
            fault = None
        if fault is None:
            if self._armed is not None:
                self._armed.skip -= 1
            honest = await self._carried_out(wire, request)
            await wire.send(honest.raw(*([] if self._keep_alive else ["Connection: close"])))
            return True
        self._strike()
        form = request.form
        honest = (
            await self._carried_out(wire, request) if fault.applied else Reply(200, MEDIA_TYPES[form], SUCCESS[form])
        )
        self.spoilt = honest
        await fault.answer(wire, honest)
        return self._keep_alive

    def _due(self) -> Fault | None:
        armed = self._armed
        return armed.fault if armed is not None and armed.skip <= 0 and armed.times > 0 else None

    def _strike(self) -> None:
        assert self._armed is not None
        self.struck += 1
        self._armed.times -= 1

    async def _carried_out(self, wire: Wire, request: Request) -> Reply:
        """Hand a request to the application and return its reply."""
        status, media_type, location, parts = 0, "", "", list[bytes]()
        sent = asyncio.Event()

        async def receive() -> dict[str, Any]:
            if sent.is_set():
                await asyncio.Event().wait()  # the client stays
            sent.set()
            return {"type": "http.request", "body": request.body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            nonlocal status, media_type, location
            if message["type"] == "http.response.start":
                status = message["status"]
                found = dict(message["headers"])
                media_type, location = (found.get(n, b"").decode("latin-1") for n in (b"content-type", b"location"))
            else:
                parts.append(message.get("body", b""))

        path, _, query = request.path.partition("?")
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http",
            "method": request.method, "path": path, "raw_path": path.encode(), "query_string": query.encode(),
            "root_path": "", "headers": request.headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", self.port),
            "state": {"transport": wire.transport},  # the sandbox wants to see whether its client is still there
        }  # fmt: skip
        await self._app(scope, receive, send)
        return Reply(status, media_type, b"".join(parts), location)
