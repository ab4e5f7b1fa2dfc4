"""The server's inside: from a request to its answer, with the faults that strike it on the way."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol

from starlette.applications import Starlette
from starlette.routing import Mount

from tui_reseller.sandbox.answer import Answer, deliver
from tui_reseller.sandbox.control import control_routes
from tui_reseller.sandbox.params import ClientGone
from tui_reseller.sandbox.reseller import Reseller
from tui_reseller.sandbox.rivals import Rivals
from tui_reseller.sandbox.v3.front import V3
from tui_reseller.sandbox.wire import Exchange

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from tui_reseller.sandbox.dialects import Dialect
    from tui_reseller.sandbox.faults import Fault, Faults
    from tui_reseller.sandbox.store import Store
    from tui_reseller.sandbox.v3.terms import Terms

_REQUESTS_PER_MINUTE = "600"
_INSTEAD = ("rate-limit", "status", "drop-before")
_AFTERWARDS = ("drop-after", "garbage", "truncate", "slow-drip")


class Call(Protocol):
    """A request that was read: what it wants, and which customer it is about."""

    @property
    def operation(self) -> str:
        """Word of the operation, as faults name it."""
        ...

    @property
    def username(self) -> str | None:
        """The customer; of a list, its username filter."""
        ...


class Api(Protocol):
    """One of the imitated APIs."""

    async def read(self, exchange: Exchange) -> Any:
        """Read a request to its end and return its call. Raises ClientGone."""
        ...

    async def carry_out(self, call: Any) -> tuple[str, Answer]:
        """Do what a call asks and return its verdict and answer."""
        ...

    def refuse(self, call: Any, fault: Fault) -> Answer:
        """Answer a status or a rate limit that a fault wants instead of the operation."""
        ...


class Sandbox:
    """The imitated APIs as an ASGI application."""

    def __init__(self, store: Store, dialect: Dialect, faults: Faults, terms: Terms) -> None:
        self.store = store
        self.faults = faults
        self.stopping = asyncio.Event()
        rivals = Rivals(store, faults)
        self._v2 = Reseller(store, dialect, faults, rivals)
        self._v3 = V3(store, faults, rivals, terms)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        exchange = Exchange(scope, receive, send, self.stopping, self.store.clock)
        api: Api = self._v3 if scope["path"].startswith("/v3") else self._v2
        try:
            call: Call = await api.read(exchange)
        except ClientGone:
            return
        path = scope["raw_path"].decode("latin-1")
        seq = self.store.journal.record_request(call.operation, call.username, scope["method"], path)
        latency = sum(fault.params["ms"] for fault in self.faults.claim_all(call.operation, "latency"))
        if latency and not await exchange.pause(latency / 1000):
            await exchange.cut()
            return
        instead = self.faults.claim(call.operation, *_INSTEAD)
        if instead is not None:
            await self._answer_instead(exchange, api, call, seq, instead)
            return
        verdict, answer = await api.carry_out(call)
        try:
            afterwards = self.faults.claim(call.operation, *_AFTERWARDS)
            is_told = afterwards is None or afterwards.name != "drop-after"
            self.store.journal.record_verdict(seq, verdict, answer.status if is_told else None)
            await deliver(exchange, answer, afterwards)
        finally:
            if answer.listing is not None:
                answer.listing.close()

    async def _answer_instead(self, exchange: Exchange, api: Api, call: Call, seq: int, fault: Fault) -> None:
        """Refuse, or cut, without carrying anything out."""
        if fault.name == "drop-before":
            self.store.journal.record_verdict(seq, "dropped", None)
            await exchange.cut()
            return
        answer = api.refuse(call, fault)
        if fault.name == "rate-limit":
            wait, now = fault.params["retry_after"], int(self.store.clock.now())
            answer.headers |= {
                "retry-after": str(wait),
                "x-ratelimit-limit": _REQUESTS_PER_MINUTE,
                "x-ratelimit-remaining": "0",
                "x-ratelimit-reset": str(wait if fault.params["reset"] == "seconds" else now + wait),
            }
        self.store.journal.record_verdict(seq, "faulted", answer.status)
        await deliver(exchange, answer)


def build_app(sandbox: Sandbox) -> Starlette:
    """Put the imitated APIs and the control endpoints under one roof."""
    return Starlette(routes=[*control_routes(sandbox.store, sandbox.faults), Mount("/", app=sandbox)])
