"""A TCP proxy that stands between a client and a server and spoils the line: slower, later, in pieces, or not at all.

Purpose. A fault server decides what a *server* says; a line can go wrong although both ends are honest. This proxy
forwards bytes between a client and a real server (the sandbox) and has the eight ways of Toxiproxy to do it badly, plus
the one that matters most here: cut after byte n of the request, or of the reply. It understands nothing of what it
forwards. Standard library only; it runs on the event loop of the test, on a free port of the loopback.

    async with ToxicProxy("127.0.0.1", sandbox_port) as proxy:
        proxy.toxic = cut(reply=17)        # for connections from now on; None is an honest line
        ...                                # a client talks to proxy.port
        proxy.sent, proxy.received         # bytes that were forwarded to the server, and back, on the last connection

Toxics, by the names of Toxiproxy: `latency(seconds)` holds every piece back; `down()` accepts nobody; `bandwidth(bytes
a second)`; `slow_close(seconds)` delays the end; `timeout(seconds)` forwards nothing and then closes (0: never);
`reset_peer(seconds)` ends by RST after a while; `slicer(size, seconds)` forwards in pieces with pauses; `limit_data
(bytes)` closes after so many bytes to the client. And `cut(request=n | reply=n, rst=...)`: exactly so many bytes of one
direction are forwarded, then both connections end at once, the client's by FIN or RST.
"""

import asyncio
import socket
import struct
from dataclasses import dataclass
from typing import Self

PIECE = 65536


@dataclass(frozen=True)
class Toxic:
    """How a line is spoilt. Limits are in bytes of one direction, times in seconds."""

    request_limit: int | None = None
    reply_limit: int | None = None
    rst: bool = False
    latency: float = 0.0
    per_second: int = 0
    slice: int = 0
    pause: float = 0.0
    close_delay: float = 0.0
    silent_for: float | None = None
    reset_after: float | None = None
    refuses: bool = False


def latency(seconds: float) -> Toxic:
    return Toxic(latency=seconds)


def down() -> Toxic:
    return Toxic(refuses=True)


def bandwidth(per_second: int) -> Toxic:
    return Toxic(per_second=per_second)


def slow_close(seconds: float) -> Toxic:
    return Toxic(close_delay=seconds)


def timeout(seconds: float) -> Toxic:
    return Toxic(silent_for=seconds)


def reset_peer(seconds: float) -> Toxic:
    return Toxic(reset_after=seconds)


def slicer(size: int, seconds: float) -> Toxic:
    return Toxic(slice=size, pause=seconds)


def limit_data(size: int) -> Toxic:
    return Toxic(reply_limit=size)


def cut(*, request: int | None = None, reply: int | None = None, rst: bool = True) -> Toxic:
    return Toxic(request_limit=request, reply_limit=reply, rst=rst)


class ToxicProxy:
    """Forwards to one server; see the page above."""

    def __init__(self, host: str, port: int) -> None:
        self.port = 0
        self.toxic: Toxic | None = None
        self.connections = 0
        self.sent = 0
        self.received = 0
        self._target = (host, port)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._server is not None
        self._server.close()
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        toxic = self.toxic or Toxic()
        try:
            if toxic.refuses:
                _reset(writer)
            elif toxic.silent_for is not None:
                await asyncio.sleep(toxic.silent_for or 3600)
            else:
                await self._forward(toxic, reader, writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _forward(self, toxic: Toxic, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection(*self._target)
        self.sent = self.received = 0
        there = asyncio.create_task(self._pump(toxic, reader, up_writer, toxic.request_limit, back=False))
        back = asyncio.create_task(self._pump(toxic, up_reader, writer, toxic.reply_limit, back=True))
        waits = {there, back}
        if toxic.request_limit is not None:  # the reply to a request that is cut is not seen, however quick it is
            back.cancel()
            waits = {there}
        try:
            async with asyncio.timeout(toxic.reset_after):
                while waits:
                    done, waits = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                    if any(one.result() for one in done):  # the limit is reached: both ends at once
                        break
                    if back in done:
                        break
            await asyncio.sleep(toxic.close_delay)
            if toxic.rst and (waits or back.cancelled()):
                _reset(writer)
        except TimeoutError:
            _reset(writer)
        finally:
            for one in (there, back):
                one.cancel()
            await asyncio.gather(there, back, return_exceptions=True)
            up_writer.transport.abort()

    async def _pump(
        self,
        toxic: Toxic,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        limit: int | None,
        *,
        back: bool,
    ) -> bool:
        """Forward one direction to its end, or to its limit; return whether it was the limit."""
        left = limit
        while left is None or left > 0:
            data = await reader.read(min(toxic.slice or PIECE, PIECE if left is None else left))
            if not data:
                if not back and writer.can_write_eof():
                    writer.write_eof()
                return False
            if toxic.latency or toxic.pause:
                await asyncio.sleep(toxic.latency + toxic.pause)
            if toxic.per_second:
                await asyncio.sleep(len(data) / toxic.per_second)
            writer.write(data)
            await writer.drain()
            left = None if left is None else left - len(data)
            if back:
                self.received += len(data)
            else:
                self.sent += len(data)
        return True


def _reset(writer: asyncio.StreamWriter) -> None:
    found = writer.get_extra_info("socket")
    if found is not None:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
