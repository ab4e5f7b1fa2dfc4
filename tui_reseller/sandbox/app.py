"""The server's inside: from a request to its answer, with the faults that strike it on the way."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Mount

from tui_reseller.sandbox import shapes
from tui_reseller.sandbox.control import control_routes
from tui_reseller.sandbox.dialects import Refusal, refusal_form
from tui_reseller.sandbox.listing import Query, Reader, render
from tui_reseller.sandbox.operations import Refused, Service, check_credentials, rival_edit
from tui_reseller.sandbox.params import BodyTooLarge, BodyUnreadable, ClientGone, Params, read_params
from tui_reseller.sandbox.routes import UNKNOWN, Address, customer_of, operation_of, read_path
from tui_reseller.sandbox.wire import Exchange

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Receive, Scope, Send

    from tui_reseller.sandbox.dialects import Dialect
    from tui_reseller.sandbox.faults import Fault, Faults
    from tui_reseller.sandbox.store import Store

_GARBAGE = b"\xfe\x00]{<\xff garbage \x80\x81&;<![" * 4
_REQUESTS_PER_MINUTE = "600"
_INSTEAD = ("rate-limit", "status", "drop-before")
_AFTERWARDS = ("drop-after", "garbage", "truncate", "slow-drip")


class Listing:
    """A list that is being answered."""

    def __init__(self, reader: Reader, query: Query, wire_format: str, dialect: Dialect) -> None:
        self._reader = reader
        self._query = query
        self._wire_format = wire_format
        self._dialect = dialect

    def pieces(self) -> Iterator[bytes]:
        """Render the list; only one rendering at a time."""
        return render(self._reader, self._query.fields, self._wire_format, self._dialect)

    def measure(self) -> int:
        """Return the length of the whole answer, and be ready to begin again."""
        length = sum(map(len, self.pieces()))
        self._reader.restart()
        return length

    def close(self) -> None:
        """Stop reading."""
        self._reader.close()


@dataclass
class Answer:
    """What goes back, unless a fault prevents it."""

    status: int
    media_type: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    listing: Listing | None = None


@dataclass
class Call:
    """A request that was read."""

    address: Address
    operation: str
    params: Params
    problem: Refusal | None = None

    @property
    def module(self) -> str:
        """The module, for shaping answers."""
        return self.address.module or "reseller"


class Sandbox:
    """The imitated API as an ASGI application."""

    def __init__(self, store: Store, dialect: Dialect, faults: Faults) -> None:
        self.store = store
        self.dialect = dialect
        self.faults = faults
        self.service = Service(store, dialect)
        self.stopping = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        exchange = Exchange(scope, receive, send, self.stopping)
        try:
            call = await self._read(exchange)
        except ClientGone:
            return
        seq = self.store.record_request(call.operation, customer_of(call.operation, call.params))
        latency = sum(fault.params["ms"] for fault in self.faults.claim_all(call.operation, "latency"))
        if latency and not await exchange.pause(latency / 1000):
            await exchange.cut()
            return
        instead = self.faults.claim(call.operation, *_INSTEAD)
        if instead is not None:
            await self._answer_instead(exchange, call, seq, instead)
            return
        verdict, answer = await self._carry_out(call)
        try:
            afterwards = self.faults.claim(call.operation, *_AFTERWARDS)
            self.store.record_verdict(seq, verdict)
            await _deliver(exchange, answer, afterwards)
        finally:
            if answer.listing is not None:
                answer.listing.close()

    async def _read(self, exchange: Exchange) -> Call:
        address = read_path(exchange.scope["path"])
        problem = None
        try:
            params = await read_params(exchange.scope, exchange.receive)
        except BodyTooLarge as error:
            params, problem = Params([]), Refusal((str(error),), 413)
        except BodyUnreadable as error:
            params, problem = Params([]), Refusal((str(error),), 400)
        if exchange.scope["method"] not in {"GET", "POST"}:
            problem = Refusal(("Only GET and POST are supported",), 405)
        operation = UNKNOWN if problem else operation_of(address, params)
        return Call(address, operation, params, problem)

    async def _carry_out(self, call: Call) -> tuple[str, Answer]:
        """Do what a call asks and return its verdict and answer. A list's rival comes after its snapshot was taken."""
        wire_format, media_type = call.address.wire_format, shapes.MEDIA_TYPES[call.address.wire_format]
        if call.problem is not None:
            return "rejected", self._error("E3", call.problem, wire_format, call.problem.code)
        if call.operation != "list":
            self._let_rivals_edit(call)
        if call.address.module is None:
            return "rejected", Answer(404, media_type, shapes.unknown_call(wire_format, self.dialect))
        try:
            check_credentials(call.params)
            if call.operation == "list":
                return "applied", Answer(200, media_type, listing=await self._list(call))
            self.service.write(call.operation, call.module, call.params)
        except Refused as refused:
            code = refused.refusal.code
            shape, status = refusal_form(self.dialect, call.module, call.operation, wire_format, code)
            return "rejected", self._error(shape, refused.refusal, wire_format, status)
        return "applied", Answer(200, media_type, shapes.success(wire_format, self.dialect))

    async def _list(self, call: Call) -> Listing:
        stale = self.faults.claim(call.operation, "stale-list")
        query = self.service.query(call.module, call.params, stale.params["seconds"] if stale else None)
        reader = await asyncio.to_thread(Reader, self.store.path, query)
        self._let_rivals_edit(call)
        return Listing(reader, query, call.address.wire_format, self.dialect)

    def _let_rivals_edit(self, call: Call) -> None:
        for fault in self.faults.claim_all(call.operation, "rival"):
            username = fault.params["username"] or customer_of(call.operation, call.params)
            if username:
                rival_edit(self.store, username, fault.params["field"], fault.params["value"])

    def _error(self, shape: str, refusal: Refusal, wire_format: str, status: int) -> Answer:
        media_type, body = shapes.error(shape, wire_format, refusal, self.dialect)
        return Answer(status, media_type, body)

    async def _answer_instead(self, exchange: Exchange, call: Call, seq: int, fault: Fault) -> None:
        """Refuse, or cut, without carrying anything out."""
        self.store.record_verdict(seq, "dropped" if fault.name == "drop-before" else "faulted")
        if fault.name == "drop-before":
            await exchange.cut()
            return
        wire_format = call.address.wire_format
        if fault.name == "status":
            code = fault.params["code"]
            await _deliver(exchange, self._error(fault.params["shape"], Refusal(("Fault",), code), wire_format, code))
            return
        wait = fault.params["retry_after"]
        answer = self._error("E5", Refusal(("too many requests",), 429), wire_format, 429)
        answer.headers = {
            "retry-after": str(wait),
            "x-ratelimit-limit": _REQUESTS_PER_MINUTE,
            "x-ratelimit-remaining": "0",
            "x-ratelimit-reset": str(int(time.time()) + wait),
        }
        await _deliver(exchange, answer)


async def _deliver(exchange: Exchange, answer: Answer, fault: Fault | None = None) -> None:
    """Send an answer, damaged as the fault wants it."""
    name = fault.name if fault else ""
    if name == "drop-after":
        await exchange.cut()
        return
    if name == "garbage":
        if answer.listing is not None:
            answer.listing.close()
        answer.body, answer.listing = _GARBAGE, None
    length: int | None = len(answer.body)
    if answer.listing is not None:
        length = await asyncio.to_thread(answer.listing.measure) if name == "truncate" else None
    if answer.status in {204, 304}:  # HTTP allows these no body
        answer.body, length = b"", None
    await exchange.start(answer.status, answer.media_type, answer.headers, length)
    pieces = iter([answer.body]) if answer.listing is None else answer.listing.pieces()
    if fault is not None and name == "truncate":
        await _send_beginning(exchange, pieces, min(fault.params["bytes"], (length or 1) - 1))
    else:
        await _send_all(exchange, pieces, fault.params["bytes_per_s"] if fault and name == "slow-drip" else None)


async def _send_all(exchange: Exchange, pieces: Iterator[bytes], bytes_per_s: float | None) -> None:
    """Send the pieces as they are made, in a thread, so that other requests are answered meanwhile."""
    while not exchange.gone:
        piece = await asyncio.to_thread(next, pieces, None)
        if piece is None:
            break
        if bytes_per_s is None:
            await exchange.piece(piece)
        else:
            await exchange.drip(piece, bytes_per_s)
    await exchange.piece(b"", last=True)


async def _send_beginning(exchange: Exchange, pieces: Iterator[bytes], wanted: int) -> None:
    while wanted > 0 and not exchange.gone:
        piece = await asyncio.to_thread(next, pieces, None)
        if piece is None:
            break
        await exchange.piece(piece[:wanted])
        wanted -= len(piece)
    await exchange.cut(after_sending=True)


def build_app(sandbox: Sandbox) -> Starlette:
    """Put the imitated API and the control endpoints under one roof."""
    return Starlette(routes=[*control_routes(sandbox.store, sandbox.faults), Mount("/", app=sandbox)])
