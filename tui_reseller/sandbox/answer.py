"""What goes back to a client, and how a fault damages it on the way."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui_reseller.sandbox.faults import Fault
    from tui_reseller.sandbox.wire import Exchange

_GARBAGE = b"\xfe\x00]{<\xff garbage \x80\x81&;<![" * 4


class Pieces(Protocol):
    """A body that is made while it is sent."""

    def pieces(self) -> Iterator[bytes]:
        """Make the body; only one making at a time."""
        ...

    def measure(self) -> int:
        """Return the length of the whole body in bytes, and be ready to begin again."""
        ...

    def close(self) -> None:
        """Stop making it."""
        ...


@dataclass
class Answer:
    """What goes back, unless a fault prevents it."""

    status: int
    media_type: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    listing: Pieces | None = None


async def deliver(exchange: Exchange, answer: Answer, fault: Fault | None = None) -> None:
    """Send an answer, damaged as the fault wants it."""
    name = fault.name if fault else ""
    if name == "drop-after":
        await exchange.cut()
        return
    if name == "garbage":
        if answer.listing is not None:
            answer.listing.close()
        answer.body, answer.listing = _GARBAGE, None
        answer.status = 200 if answer.status == 204 else answer.status
    length: int | None = len(answer.body)
    if answer.listing is not None:
        length = await asyncio.to_thread(answer.listing.measure) if name == "truncate" else None
    if answer.status in {204, 304}:  # HTTP allows these no body
        answer.body, length = b"", None
    await exchange.start(answer.status, answer.media_type, answer.headers, length)
    if answer.listing is None and name not in {"truncate", "slow-drip"}:
        await exchange.piece(answer.body, last=True)
        return
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
