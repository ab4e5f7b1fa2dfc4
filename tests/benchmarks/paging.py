"""What a list in pages costs: all of it to queryable, against the same pages by bare httpx and `orjson.loads`.

    python tests/benchmarks/paging.py                # 100,000 subusers, 3 rounds
    python tests/benchmarks/paging.py 20000 5 50     # 5 rounds, each page 50 ms on its way

The pages are prepared and served by a process of their own. Each contestant is a process; processor time counts from
when everything is imported. Prints ratios of medians; `pip install orjson` adds the peer.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import contextmanager, suppress
from urllib.parse import parse_qs, urlsplit

PAGE = 500
LIMITED = "X-RateLimit-Limit: 100000\r\nX-RateLimit-Remaining: 99999\r\nX-RateLimit-Reset: 60\r\n"


def record(number: int) -> dict[str, object]:
    """Return a subuser as the service lists it."""
    return {
        "id": 4_000_000 + number, "username": f"customer.{number}", "email": f"box{number}@firm{number % 977}.example",
        "disabled": number % 7 == 0, "region": "eu" if number % 5 == 0 else "global",
    }  # fmt: skip


async def serve(count: int, milliseconds: float) -> None:
    """Serve pages by offset and limit on a port of its own, which is printed."""
    bodies: dict[int, bytes] = {}

    def body_at(offset: int) -> bytes:
        if offset not in bodies:
            page = [record(number) for number in range(offset, min(offset + PAGE, count))]
            bodies[offset] = json.dumps(page, separators=(",", ":")).encode()
        return bodies[offset]

    for offset in range(0, count, PAGE - 1):
        body_at(offset)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                asked = parse_qs(urlsplit(head.split(b" ", 2)[1].decode()).query)
                body = body_at(int(asked.get("offset", ["0"])[0]))
                await asyncio.sleep(milliseconds / 1000)
                told = (
                    f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{LIMITED}Content-Length: {len(body)}\r\n\r\n"
                )
                writer.write(told.encode() + body)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def ours(port: int, count: int) -> float:
    """Read the list by the product's client into its list of customers; return when the first rows were there."""
    from tui_reseller.api.subusers_v3.client import SubusersV3  # noqa: PLC0415 - each contestant loads its own
    from tui_reseller.domain.profile import Profile  # noqa: PLC0415
    from tui_reseller.domain.providers.subusers_v3 import SUBUSERS_V3  # noqa: PLC0415
    from tui_reseller.domain.secret import Secret  # noqa: PLC0415
    from tui_reseller.storage.customer_list import CustomerList  # noqa: PLC0415

    profile = Profile("bench", "boss", f"http://127.0.0.1:{port}/v3", provider=SUBUSERS_V3.id)
    client, rows, first = SubusersV3(profile, Secret("SG.bench.bench")), CustomerList(SUBUSERS_V3), 0.0
    incoming = rows.incoming()
    async for piece in client.stream():
        await incoming.add(piece.customers)
        first = first or time.perf_counter()
    await rows.take(incoming, {}, complete=True)
    assert len(rows) == count
    await client.aclose()
    return first


async def peer(port: int, count: int) -> float:
    """Read the same pages one after the other."""
    import httpx  # noqa: PLC0415
    import orjson  # noqa: PLC0415

    seen, first = 0, 0.0
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/v3") as client:
        for offset in range(0, count, PAGE - 1):
            reply = await client.get(
                "/subusers", params={"limit": PAGE, "offset": offset}, headers={"Authorization": "x"}
            )
            seen = offset + len(orjson.loads(reply.content))
            first = first or time.perf_counter()
    assert seen == count
    return first


CONTESTANTS: dict[str, Callable[[int, int], Coroutine[object, object, float]]] = {"ours": ours, "peer": peer}


def contest(name: str, port: int, count: int) -> None:
    """Run one contestant twice, the first time to have everything imported; print what the second took."""
    asyncio.run(CONTESTANTS[name](port, count))
    cpu, began = time.process_time(), time.perf_counter()
    first = asyncio.run(CONTESTANTS[name](port, count))
    print(json.dumps({"cpu": time.process_time() - cpu, "wall": time.perf_counter() - began, "first": first - began}))


@contextmanager
def served(count: int, milliseconds: float):
    """Have the pages served; yield the port."""
    command = [sys.executable, __file__, "serve", str(count), str(milliseconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.kill()


def main(count: int = 100_000, rounds: int = 3, milliseconds: float = 0.0) -> None:
    """Measure in interleaved rounds, and print a table."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in CONTESTANTS}
    with served(count, milliseconds) as port:
        for _ in range(rounds):
            for name, samples in found.items():
                command = [sys.executable, __file__, name, port, str(count)]
                samples.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    print(f"{count:,} subusers, each page {milliseconds:g} ms on its way; {rounds} rounds")
    print("| what | ours | bare httpx + orjson.loads | ratio |\n|---|---|---|---|")
    for what in ("cpu", "wall", "first"):
        mine, other = (statistics.median(one[what] for one in found[name]) * 1000 for name in ("ours", "peer"))
        print(f"| {what} | {mine:.0f} ms | {other:.0f} ms | {mine / other:.2f} |")


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(int(sys.argv[2]), float(sys.argv[3])))
    elif sys.argv[1:2] and sys.argv[1] in CONTESTANTS:
        contest(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    else:
        main(*map(int, sys.argv[1:3]), *map(float, sys.argv[3:4]))
