"""For the contract of clients: a server that answers raw bytes, and what a failure shows of itself."""

import asyncio
import contextlib
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.harness.sandbox import free_port as closed_port
from tui_reseller.domain.errors import ResellerError
from tui_reseller.services.ports import CustomersPort

__all__ = ["answering", "closed_port", "error_of", "everything", "failure_of", "http", "listed"]


async def listed(client: CustomersPort) -> dict[str, dict[str, Any]]:
    """Return the rows of a whole list by username. Raises AssertionError if one is there twice."""
    rows = [row async for part in client.stream() for row in part.customers.rows(named=True)]
    found = {row["username"]: row for row in rows}
    assert len(found) == len(rows)
    return found


async def failure_of(work: Awaitable[object]) -> ResellerError:
    """Return the error in which a call ends; it has to."""
    with pytest.raises(ResellerError) as caught:
        await work
    return caught.value


async def error_of(work: Awaitable[object]) -> ResellerError | None:
    """Return the error in which a call ends, if it does."""
    try:
        await work
    except ResellerError as error:
        return error
    return None


def everything(error: BaseException | None) -> str:
    """Return all texts of an error that a log or a crash report could show, locals of our own frames included."""
    found = []
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        found += [str(error), repr(error), repr(error.args), repr(vars(error))]
        report = traceback.TracebackException.from_exception(error, capture_locals=True)
        found += [str(frame.locals) for frame in report.stack if "/tests/" not in frame.filename]
        assert error.__cause__ is None
        error = error.__context__
    return "\n".join(found)


def http(status: int, body: bytes) -> bytes:
    """Write a complete answer."""
    return b"HTTP/1.1 %d Word\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(body)) + body


@asynccontextmanager
async def answering(answer: Callable[[bytes], bytes]) -> AsyncIterator[int]:
    """Serve what a function makes of each request as it came; yields the port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            sizes = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            writer.write(answer(head + await reader.readexactly(int(sizes[0]) if sizes else 0)))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
