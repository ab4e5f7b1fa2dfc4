"""A line of a certain length: a process that hands everything on between two TCP ends, later, and nothing else.

What comes is handed on after the delay, in order; what comes meanwhile does not wait for it. With a certificate it is
the encrypted end of a server that has none.

    python -m tests.harness.relay SECONDS LISTEN_HOST:PORT TARGET_HOST:PORT [FOLDER_OF_CERTIFICATE]
"""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.harness.certificates import server_context

PIECE = 65536


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def hand_on() -> None:
        while True:
            due, data = await pieces.get()
            await asyncio.sleep(due - loop.time())
            if not data:
                return
            target.write(data)
            await target.drain()

    handing = asyncio.create_task(hand_on())
    try:
        data = b"?"
        while data:
            data = await source.read(PIECE)
            pieces.put_nowait((loop.time() + seconds, data))
        await handing
    finally:
        handing.cancel()


async def _serve(listen: str, target: str, seconds: float, folder: str) -> None:
    there, there_port = target.rsplit(":", 1)
    here, here_port = listen.rsplit(":", 1)

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            up_reader, up_writer = await asyncio.open_connection(there, int(there_port))
            ways = {
                asyncio.create_task(_pump(reader, up_writer, seconds)),
                asyncio.create_task(_pump(up_reader, writer, seconds)),
            }
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)  # of an end that has gone, both go
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            up_writer.transport.abort()
        writer.transport.abort()

    tls = server_context(Path(folder)) if folder else None
    server = await asyncio.start_server(join, here, int(here_port), ssl=tls, backlog=512)
    print("ready", flush=True)
    await server.serve_forever()


@contextlib.contextmanager
def relayed(listen: str, target: str, *, seconds: float = 0.0, certificate: Path | None = None) -> Iterator[None]:
    """Run it in a process of its own, from where this one is in the network."""
    words = [str(seconds), listen, target, *([str(certificate)] if certificate else [])]
    command = [sys.executable, "-m", "tests.harness.relay", *words]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    assert child.stdout is not None
    try:
        assert child.stdout.readline() == b"ready\n"
        yield
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


if __name__ == "__main__":
    delay, listens, leads, *cert = sys.argv[1:]
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(listens, leads, float(delay), cert[0] if cert else ""))
