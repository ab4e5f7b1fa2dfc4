"""Replies that want to exhaust their reader: too large, too deep, too slow, without an end (N14, N15, N20 to N24, N44,
N45).

Purpose. One list for every test that asks whether a limit of size or time holds. Each is an answer of the fault server;
what it sends is made piece by piece, so that the memory that grows is the reader's and not the server's. All of them
would go on for a gibibyte or for ever: only the reader ends them.
"""

import zlib
from functools import cache

from tests.harness.fault_server import Answer, Reply, Wire
from tests.harness.network_faults import is_xml

GIB = 1 << 30
BLOCK = 65536


def flood(head: bytes | None, json: bytes, xml: bytes, block: bytes, total: int = GIB, *, length: int = GIB) -> Answer:
    """Return an answer that begins one way or another and then repeats a block."""

    async def answer(wire: Wire, reply: Reply) -> None:
        await wire.send(head if head is not None else reply.head(f"Content-Length: {length}"))
        await wire.send(xml if is_xml(reply) else json)
        piece = block * max(1, BLOCK // len(block))
        for _ in range(total // len(piece)):
            await wire.send(piece)

    return answer


def packed(wbits: int, coding: str, layers: int = 1) -> Answer:
    """Return a gibibyte of zeros, compressed so often."""

    async def answer(wire: Wire, reply: Reply) -> None:
        data = bomb(wbits, layers)
        await wire.send(reply.head(f"Content-Encoding: {coding}", f"Content-Length: {len(data)}") + data)
        await wire.stall()

    return answer


@cache
def bomb(wbits: int, layers: int) -> bytes:
    """Return a gibibyte of zeros, compressed. One packed mebibyte is repeated, so that making it takes no time; only
    the checksum at its very end is wrong.
    """
    if layers > 1:
        packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
        return packer.compress(bomb(wbits, layers - 1)) + packer.flush()
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    start = packer.compress(b"\0" * 100) + packer.flush(zlib.Z_FULL_FLUSH)
    one = packer.compress(b"\0" * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + one * (GIB >> 20) + packer.flush()


async def _drip(wire: Wire, reply: Reply) -> None:
    await wire.send(reply.head(f"Content-Length: {GIB}") + (b"<users>" if is_xml(reply) else b"["))
    while True:
        await wire.drip(b" ", 0.02)


async def _drip_head(wire: Wire, _reply: Reply) -> None:
    await wire.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        await wire.drip(b"X: y\r\n", 0.02)


async def _tiny_chunks(wire: Wire, reply: Reply) -> None:
    await wire.send(reply.head("Transfer-Encoding: chunked"))
    while True:
        await wire.send(b"1\r\n \r\n" * 2000)


async def _records(wire: Wire, reply: Reply) -> None:
    """Send well-formed customers for ever."""
    start, one, between = (
        (b"<users>", b"<user><username>u%d</username><city>Oslo</city></user>", b"")
        if is_xml(reply)
        else (b"[", b'{"username":"u%d","city":"Oslo"}', b",")
    )
    await wire.send(reply.head(f"Content-Length: {GIB}") + start)
    number = 0
    while True:
        await wire.send(between.join(one % n for n in range(number, number + 1000)) + between)
        number += 1000


async def _laughs(wire: Wire, reply: Reply) -> None:
    lines = [b'<!DOCTYPE x [<!ENTITY a0 "success">']
    lines += [b'<!ENTITY a%d "%b">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 30)]
    body = b"".join(lines) + b"]><result><message>&a29;</message></result>"
    await wire.send(reply.raw(body=body if is_xml(reply) else b'{"message":"' + b"\\u0073" * 5_000_000 + b'"}'))


_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
HOSTILE: dict[str, Answer] = {
    "gzip bomb": packed(31, "gzip"),
    "gzip bomb in gzip": packed(31, "gzip, gzip", 2),
    "one byte at a time": _drip,
    "chunks of one byte for ever": _tiny_chunks,
    "a header line of a gibibyte": flood(b"HTTP/1.1 200 OK\r\nX: ", b"", b"", b"x"),
    "headers for ever": flood(b"HTTP/1.1 200 OK\r\n", b"", b"", b"X: yyyyyyyyyyyy\r\n"),
    "a gibibyte of blanks": flood(None, b"", b"", b" "),
    "one text of a gibibyte": flood(None, b'[{"username":"', b"<users><user><username>", b"a"),
    "a gibibyte of opening tags": flood(None, b"[[", b"<users>", b"<a>"),
    "entities that laugh, escapes without end": _laughs,
    "customers for ever": _records,
    "103 for ever": flood(b"HTTP/1.1 103 Early\r\n\r\n", b"", b"", b"HTTP/1.1 103 Early\r\n\r\n"),
    "deflate bomb": packed(15, "deflate"),
    "header lines one at a time": _drip_head,
    "a status line of a gibibyte": flood(b"HTTP/1.1 200 ", b"", b"", b"O"),
    "a gibibyte of brackets": flood(None, b"", b"", b"["),
    "one number of a gibibyte": flood(None, b'[{"username":', b"<users><user><zip>", b"9"),
    "one object of a gibibyte": flood(None, b'[{"a":"b"', b"<users><user><a>b</a>", b',"a":"b"'),
    "attributes without end": flood(None, b'{"message":"', b"<result ", b'a="b" '),
    "comments without end": flood(None, b"/* ", b"<users><!-- ", b"no end "),
    "a chunk extension of a gibibyte": flood(_CHUNKED + b"1;x=", b"", b"", b"e"),
    "a chunk size of a gibibyte": flood(_CHUNKED, b"", b"", b"0"),
    "trailers for ever": flood(_CHUNKED + b"0\r\n", b"", b"", b"X: yyyyyyyyyyyy\r\n"),
    "no length, a gibibyte": flood(b"HTTP/1.1 200 OK\r\n\r\n", b"", b"", b"\x00\xff"),
}
"""By name, the twelve that stand for all others first."""
