"""The Reseller API v2 and its sibling module, from a request that was read to its answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_reseller.sandbox import shapes
from tui_reseller.sandbox.answer import Answer
from tui_reseller.sandbox.dialects import Refusal, refusal_form
from tui_reseller.sandbox.listing import Query, Reader, render
from tui_reseller.sandbox.operations import Refused, Service, check_credentials
from tui_reseller.sandbox.params import BodyTooLarge, BodyUnreadable, Params, read_params
from tui_reseller.sandbox.routes import UNKNOWN, Address, customer_of, operation_of, read_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui_reseller.sandbox.dialects import Dialect
    from tui_reseller.sandbox.faults import Fault, Faults
    from tui_reseller.sandbox.rivals import Rivals
    from tui_reseller.sandbox.store import Store
    from tui_reseller.sandbox.wire import Exchange


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
        """Return the length of the whole answer in bytes, and be ready to begin again."""
        length = sum(map(len, self.pieces()))
        self._reader.restart()
        return length

    def close(self) -> None:
        """Stop reading."""
        self._reader.close()


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

    @property
    def username(self) -> str | None:
        """The customer that the call is about; of a list, its username filter."""
        return customer_of(self.operation, self.params)


class Reseller:
    """The calls of `/apiv2/reseller.*` and `/apiv2/customer.*` in one dialect."""

    def __init__(self, store: Store, dialect: Dialect, faults: Faults, rivals: Rivals) -> None:
        self._store = store
        self._dialect = dialect
        self._faults = faults
        self._rivals = rivals
        self._service = Service(store, dialect)

    async def read(self, exchange: Exchange) -> Call:
        """Read a request to its end. Raises ClientGone."""
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

    async def carry_out(self, call: Call) -> tuple[str, Answer]:
        """Do what a call asks and return its verdict and answer. A list's rival comes after its snapshot was taken."""
        wire_format, media_type = call.address.wire_format, shapes.MEDIA_TYPES[call.address.wire_format]
        if call.problem is not None:
            return "rejected", self._error("E3", call.problem, wire_format, call.problem.code)
        if call.operation != "list":
            self._rivals.edit(call.operation, call.username)
        if call.address.module is None:
            return "rejected", Answer(404, media_type, shapes.unknown_call(wire_format, self._dialect))
        try:
            check_credentials(call.params)
            if call.operation == "list":
                return "applied", Answer(200, media_type, listing=await self._list(call))
            self._service.write(call.operation, call.module, call.params)
        except Refused as refused:
            code = refused.refusal.code
            shape, status = refusal_form(self._dialect, call.module, call.operation, wire_format, code)
            return "rejected", self._error(shape, refused.refusal, wire_format, status)
        return "applied", Answer(200, media_type, shapes.success(wire_format, self._dialect))

    async def _list(self, call: Call) -> Listing:
        stale = self._faults.claim(call.operation, "stale-list")
        query = self._service.query(call.module, call.params, stale.params["seconds"] if stale else None)
        reader = await asyncio.to_thread(Reader, self._store.path, query)
        self._rivals.edit(call.operation, call.username)
        return Listing(reader, query, call.address.wire_format, self._dialect)

    def refuse(self, call: Call, fault: Fault) -> Answer:
        """Answer a status or a rate limit that a fault wants instead of the operation."""
        if fault.name == "status":
            code = fault.params["code"]
            shape = fault.params["shape"] if fault.params["shape"] in shapes.SHAPES else None
            shape = shape or ("html" if code >= 500 else "E3")
            return self._error(shape, Refusal(("Fault",), code), call.address.wire_format, code)
        return self._error("E5", Refusal(("too many requests",), 429), call.address.wire_format, 429)

    def _error(self, shape: str, refusal: Refusal, wire_format: str, status: int) -> Answer:
        media_type, body = shapes.error(shape, wire_format, refusal, self._dialect)
        return Answer(status, media_type, body)
