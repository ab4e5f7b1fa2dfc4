"""One HTTP exchange, down to the connection: a fault must be able to cut it at any byte."""

from __future__ import annotations

import asyncio
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from tui_reseller.sandbox.journal import Clock

_MANY_TICKS_PER_S = 20


class CuttableProtocol(H11Protocol):
    """uvicorn's own protocol, which also hands the connection to the application."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as its parent does
        """Put the connection into the state that every request of it is given."""
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


class Exchange:
    """A request and its answer. After the client is gone, sending does nothing."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, stopping: asyncio.Event, clock: Clock) -> None:
        self.scope = scope
        self.receive = receive
        self._send = send
        self._stopping = stopping
        self._clock = clock
        self._transport: asyncio.Transport = scope["state"]["transport"]

    @property
    def gone(self) -> bool:
        """Whether nobody is there to answer."""
        return self._transport.is_closing()

    async def pause(self, seconds: float) -> bool:
        """Wait, also if the client goes away; False when the server stops meanwhile."""
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return True
        return False

    async def start(self, status: int, media_type: str, headers: dict[str, str], length: int | None) -> None:
        """Send the head of the answer, dated by the sandbox's own clock. Without a length it is sent in chunks."""
        pairs = [("date", formatdate(self._clock.now(), usegmt=True)), *headers.items()]
        if media_type:
            pairs.append(("content-type", media_type))
        if length is not None:
            pairs.append(("content-length", str(length)))
        raw: list[Any] = [(name.encode("ascii"), value.encode("latin-1")) for name, value in pairs]
        await self._send({"type": "http.response.start", "status": status, "headers": raw})

    async def piece(self, body: bytes, *, last: bool = False) -> None:
        """Send a part of the body."""
        await self._send({"type": "http.response.body", "body": body, "more_body": not last})

    async def drip(self, body: bytes, bytes_per_s: float) -> None:
        """Send a part of the body slowly, until it is sent or nobody is there any more."""
        size = max(1, int(bytes_per_s / _MANY_TICKS_PER_S))
        for start in range(0, len(body), size):
            if self.gone or not await self.pause(size / bytes_per_s):
                return
            await self.piece(body[start : start + size])

    async def cut(self, *, after_sending: bool = False) -> None:
        """End the connection, at once or when all that was sent has left; return when it is closed."""
        if after_sending:
            self._transport.close()
        else:
            self._transport.abort()
        while (await self.receive())["type"] != "http.disconnect":
            pass
