"""The network faults of catalogue N in reliability.md, as far as one machine can make them, each with its due verdict.

Purpose. One table for every test that wants "all faults" or "the core faults": the matrix of faults and operations, the
soak, a job under fire. A fault here is a `Fault` of the fault server: what the server does with the request, which
bytes the client gets, how the connection ends. `verdict` is what section 4.1 allows to be said of a *write* then, by
the word of the outcome; `applied` whether the service carried it out. A fault whose verdict is "applied" only looks
like one; it is the only kind that a *list* survives.

`FAULTS` are those that a server can make once a connection stands; where a body has to be damaged in the way of its
format the fault asks the honest reply which one it is. `CONNECTIONS` are those before a connection stands, made at the
socket of the client: each is a context in which nothing connects. Not here, because they need another client or another
listener: certificates (N05, N06), proxies (N07), and what is about time or data instead of one reply (N32, N33, N52 to
N56).

Stalls end at the deadline of the call, so the tests give a slow fault (`slow`) a short one.
"""

import asyncio
import errno
import gzip
import socket
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from unittest.mock import patch

from tests.harness.fault_server import SUCCESS, Answer, Fault, FaultServer, Reply, Wire

UNKNOWN, APPLIED = frozenset({"unknown"}), frozenset({"applied"})
SHORT = 0.25
"""Deadline in seconds that is enough for a whole exchange on this machine, and soon over."""
_FUTURE = "Sun, 06 Nov 2094 08:49:37 GMT"
_DATE = "Date: Sun, 06 Nov 1994 08:49:37 GMT"

Make = Callable[[Reply], bytes]


def is_xml(reply: Reply) -> bool:
    return "xml" in reply.media_type


def sends(make: Make) -> Answer:
    """Return a fault that sends some bytes and ends the connection in good order."""

    async def answer(wire: Wire, reply: Reply) -> None:
        await wire.send(make(reply))
        wire.close()

    return answer


def body(json: bytes, xml: bytes, status: int = 200, *headers: str) -> Answer:
    """Return a fault that answers another body, well framed."""
    return sends(lambda reply: reply.raw(*headers, status=status, body=xml if is_xml(reply) else json))


def like(change: Callable[[bytes], bytes], *headers: str) -> Answer:
    """Return a fault that changes the honest body, well framed."""
    return sends(lambda reply: reply.raw(*headers, body=change(reply.body)))


def status(code: int, json: bytes = b"", xml: bytes = b"", *headers: str) -> Answer:
    return body(json, xml, code, *headers)


async def stall(wire: Wire, _reply: Reply) -> None:
    await wire.stall()


async def reset(wire: Wire, _reply: Reply) -> None:
    wire.reset()


async def close(wire: Wire, _reply: Reply) -> None:
    wire.close()


def then(make: Make, end: Callable[[Wire, Reply], Awaitable[None]]) -> Answer:
    """Return a fault that sends some bytes and then does something else."""

    async def answer(wire: Wire, reply: Reply) -> None:
        await wire.send(make(reply))
        await end(wire, reply)

    return answer


async def drip_body(wire: Wire, reply: Reply) -> None:
    await wire.send(reply.raw(body=b"", length=len(reply.body)))
    await wire.drip(reply.body, max(0.03, 2 * SHORT / max(1, len(reply.body))))
    await wire.stall()


async def drip_head(wire: Wire, reply: Reply) -> None:
    await wire.drip(reply.raw(), 0.03)
    await wire.stall()


async def endless_chunks(wire: Wire, reply: Reply) -> None:
    await wire.send(reply.head("Transfer-Encoding: chunked"))
    while True:
        await wire.send(b"4000\r\n" + b" " * 0x4000 + b"\r\n")


async def endless_informational(wire: Wire, _reply: Reply) -> None:
    while True:
        await wire.drip(b"HTTP/1.1 103 Early\r\nLink: </x>\r\n\r\n" * 10, 0.01, 10_000)


async def sixty_four_mebibytes(wire: Wire, reply: Reply) -> None:
    await wire.send(reply.head(f"Content-Length: {64 << 20}"))
    for _ in range(1024):
        await wire.send(b" " * 65536)


def chunked(data: bytes, *, whole: bool = True) -> bytes:
    half = max(1, len(data) // 2)
    parts = [data[:half], data[half:]]
    framed = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts if part)
    return framed + (b"0\r\n\r\n" if whole else b"")


def E1(text: str) -> tuple[bytes, bytes]:  # noqa: N802 - the name of the shape in the documentation
    return (
        b'{"message":"error","errors":["%b"]}' % text.encode(),
        b"<result><message>error</message><errors><error>%b</error></errors></result>" % text.encode(),
    )


def E3(code: int, text: str) -> tuple[bytes, bytes]:  # noqa: N802
    return (
        b'{"error":{"code":%d,"message":"%b"}}' % (code, text.encode()),
        b"<error><code>%d</code><message>%b</message></error>" % (code, text.encode()),
    )


DONE = b"<message>success</message>"


def result(inner: bytes) -> bytes:
    return b"<result>" + inner + b"</result>"


HTML = b"<!DOCTYPE html><html><head><title>Log in</title></head><body>success</body></html>"
NO_CALL = b'{"error":{"code":"404","message":null}}'
_DEEP = 100_000


def fault(number: str, name: str, answer: Answer, **more: object) -> Fault:
    return Fault(name, number, answer, **more)  # type: ignore[arg-type]


def refused(number: str, name: str, answer: Answer) -> Fault:
    return Fault(name, number, answer, applied=False, verdict="rejected")


def fine(number: str, name: str, answer: Answer) -> Fault:
    return Fault(name, number, answer, verdict="applied")


FAULTS: tuple[Fault, ...] = (
    # The request does not arrive whole.
    fault("N10", "reset before reading", reset, applied=False, takes=0),
    fault("N10", "closed in the head", close, applied=False, takes=20),
    fault("N10", "reset in the head", reset, applied=False, takes=60),
    fault("N10", "reset behind the head", reset, applied=False, takes=230),
    # It arrives, and nothing comes back.
    fault("N11", "no reply, not carried out", stall, applied=False, slow=True),
    fault("N11", "no reply, carried out", stall, slow=True),
    fault("N12", "reset, not carried out", reset, applied=False),
    fault("N12", "reset, carried out", reset),
    fault("N13", "closed, not carried out", close, applied=False),
    fault("N13", "closed, carried out", close),
    # A part comes back.
    fault("N14", "status and silence", then(lambda _reply: b"HTTP/1.1 200 OK\r\n", stall), slow=True),
    fault("N14", "head and silence", then(lambda r: r.raw(body=b"", length=len(r.body)), stall), slow=True),
    fault("N14", "all but the last byte and silence", then(lambda r: r.raw()[:-1], stall), slow=True),
    fault("N15", "body byte by byte", drip_body, slow=True),
    fault("N15", "head byte by byte", drip_head, slow=True),
    fault("N16", "shorter than announced", sends(lambda r: r.raw(length=len(r.body) + 1))),
    fault("N16", "cut in the body", sends(lambda r: r.raw()[:-3])),
    fault("N16", "cut in the body by reset", then(lambda r: r.raw()[:-3], reset)),
    fault("N16", "cut in a chunk", sends(lambda r: r.head("Transfer-Encoding: chunked") + b"7f\r\n" + r.body[:9])),
    fault(
        "N16",
        "no last chunk",
        sends(lambda r: r.head("Transfer-Encoding: chunked") + chunked(r.body, whole=False)),
    ),
    fault("N17", "no length, cut", sends(lambda r: r.head("Connection: close") + r.body[:-2])),
    fine("N17", "no length, whole", sends(lambda r: r.head("Connection: close") + r.body)),
    fine("N17", "chunks, whole", sends(lambda r: r.head("Transfer-Encoding: chunked") + chunked(r.body))),
    fault("N18", "gzip, cut", like(lambda b: gzip.compress(b)[:-6], "Content-Encoding: gzip")),
    # Too much comes back.
    fault("N19", "announced too short", sends(lambda r: r.raw(length=len(r.body) - 2))),
    fault("N19", "junk behind the document", like(lambda b: b + b"!")),
    fault("N19", "two documents in one", like(lambda b: b + b)),
    fault("N19", "a second reply behind it", sends(lambda r: r.raw() + r.raw())),
    fault("N20", "64 MiB", sixty_four_mebibytes),
    fault("N21", "chunks for ever", endless_chunks, slow=True),
    # Encodings.
    fault("N22", "gzip", like(gzip.compress, "Content-Encoding: gzip")),
    fault("N22", "deflate", like(zlib.compress, "Content-Encoding: deflate")),
    fault("N23", "gzip in gzip", like(lambda b: gzip.compress(gzip.compress(b)), "Content-Encoding: gzip, gzip")),
    fault("N23", "brotli", like(lambda b: b, "Content-Encoding: br")),
    fault("N23", "unknown coding", like(lambda b: b, "Content-Encoding: x-odd")),
    fault("N23", "six codings", like(lambda b: b, "Content-Encoding: gzip, br, gzip, zstd, gzip, gzip")),
    # Heads.
    fault("N24", "a line of 100 KB", sends(lambda r: r.raw("X-Long: " + "x" * 100_000 + "x" * 100_000))),
    fault("N24", "40,000 headers", sends(lambda r: r.raw(*["X: x"] * 40_000))),
    fault("N24", "103 for ever", endless_informational, slow=True),
    fine("N24", "103 once", sends(lambda r: b"HTTP/1.1 103 Early\r\n\r\n" + r.raw())),
    fault("N25", "garbage", sends(lambda _r: b"\xfe\x00]{<\xff garbage \x80\r\n\r\n")),
    fault("N25", "HTTP/0.9", sends(lambda r: r.body)),
    fault("N25", "TLS alert", sends(lambda _r: b"\x15\x03\x03\x00\x02\x02\x28")),
    fault("N25", "two lengths", sends(lambda r: r.raw(f"Content-Length: {len(r.body) - 2}"))),
    # Statuses.
    refused("N26", "429 with seconds", status(429, b"", b"", "Retry-After: 1")),
    refused("N27", "429 with a date", status(429, b"", b"", _DATE, "Retry-After: Sun, 06 Nov 1994 08:49:39 GMT")),
    refused("N27", "429 with a past date", status(429, b"", b"", _DATE, "Retry-After: Sun, 06 Nov 1994 08:49:00 GMT")),
    refused("N28", "429 without a time", status(429, b'{"errors":[{"field":null,"message":"too many requests"}]}')),
    refused("N29", "429 until 2094", status(429, b"", b"", _DATE, f"Retry-After: {_FUTURE}")),
    refused("N29", "429 with nonsense", status(429, b"", b"", "Retry-After: NaN", "Retry-After: -1")),
    fault("N30", "502 HTML", status(502, HTML, HTML)),
    fault("N30", "503 with an error", status(503, *E3(503, "Service unavailable"))),
    fault("N30", "504 empty", status(504)),
    fault("N31", "500 with an error", status(500, *E3(500, "Internal error"))),
    fault("N31", "500 with success", sends(lambda r: r.raw(status=500))),
    refused("N34", "401", status(401, *E3(401, "Permission denied, wrong credentials"))),
    refused("N34", "403 HTML", status(403, HTML, HTML)),
    refused("N34", "credentials refused with 200", status(200, *E1("Permission denied, wrong credentials"))),
    fault("N35", "404 HTML", status(404, HTML, HTML)),
    refused("N35", "404 as the API says it", status(404, NO_CALL, *E3(404, "x")[1:])),
    fault("N35", "405 empty", status(405)),
    fault("N35", "501 empty", status(501)),
    fault("N36", "408 empty", status(408)),
    fault("N36", "413 HTML", status(413, HTML, HTML)),
    refused("N36", "422 with an error", status(422, *E1("Invalid city"))),
    fault("N36", "409 with success", sends(lambda r: r.raw(status=409))),
    refused("N37", "400 with an error", status(400, *E3(400, "Missing parameter"))),
    refused("N38", "200 with E1", status(200, *E1("Username exists"))),
    refused("N38", "200 with E3", status(200, *E3(400, "Username exists"))),
    # Bodies that are not the success of this call.
    fault("N39", "200 HTML", status(200, HTML, HTML)),
    fault("N40", "200 empty", status(200)),
    fault("N40", "204", sends(lambda r: r.head("Content-Length: 0", status=204))),
    fault("N41", "success in a list", body(b'[{"message":"success"}]', b"<results>" + DONE + b"</results>")),
    fault("N41", "success as a text", body(b'"success"', b"<success/>")),
    fault("N41", "success nested", body(b'{"result":{"message":"success"}}', result(b"<r>" + DONE + b"</r>"))),
    fault("N41", "success and more", body(b'{"message":"success","more":1}', result(DONE + b"<more>1</more>"))),
    fault(
        "N41",
        "success and error",
        body(b'{"message":"success","errors":["no"]}', result(DONE + b"<errors><error>no</error></errors>")),
    ),
    fault("N42", "a list", body(b"[]", b"<users></users>")),
    fault("N43", "the other format", body(SUCCESS["xml"], SUCCESS["json"])),
    # Documents that are not whole or not fair.
    fault("N44", "trailing comma, or no end tag", body(b'{"message":"success",}', b"<result>" + DONE)),
    fault("N44", "depth 100,000", body(b"[" * _DEEP + b"]" * _DEEP, b"<a>" * _DEEP + b"</a>" * _DEEP)),
    fault("N44", "twice in one object", body(b'{"message":"success","message":"success"}', result(DONE + DONE))),
    fault("N44", "a number without end", body(b'{"message":"success","id":' + b"9" * 5000 + b"}", result(DONE + b"9"))),
    fault("N44", "not a number", body(b'{"message":"success","id":NaN}', result(b"<message>&undefined;</message>"))),
    fault("N44", "beyond all numbers", body(b'{"message":"success","id":1e400}', result(b"<message>&#0;</message>"))),
    fault(
        "N45",
        "document type",
        body(b"<!DOCTYPE x>", b'<!DOCTYPE r [<!ENTITY a "success">]>' + result(b"<message>&a;</message>")),
    ),
    fault(
        "N45",
        "external entity",
        body(b'{"a":"b"', b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/hostname">]>' + result(b"&a;")),
    ),
    fault("N45", "instruction", body(b"<?x y?>", b"<?x y?>" + result(DONE))),
    fault("N46", "UTF-16", like(lambda b: b.decode("latin-1").replace("ISO-8859-1", "UTF-16").encode("utf-16"))),
    fault(
        "N46",
        "not the declared charset",
        body(b'{"message":"\xe9rror"', b'<?xml version="1.0" encoding="UTF-8"?>' + result(b"<message>\xe9</message>")),
    ),
    fault(
        "N46",
        "unknown charset",
        body(b'\x00{"message":"success"}', b'<?xml version="1.0" encoding="x-odd"?>' + result(DONE)),
    ),
    # Sent elsewhere, and what is ignored.
    fault("N47", "302 elsewhere", status(302, b"", b"", "Location: http://192.0.2.1/apiv2/x")),
    fault("N47", "307 with the body of a success", sends(lambda r: r.raw("Location: /apiv2/other", status=307))),
    fine("N48", "cookies and refresh", like(lambda b: b, "Set-Cookie: a=b; Path=/", "Refresh: 0;url=http://192.0.2.1/")),
)  # fmt: skip

_CORE = (
    "N10-reset behind the head",
    "N11-no reply, carried out",
    "N12-reset, not carried out",
    "N12-reset, carried out",
    "N16-cut in the body",
    "N17-no length, whole",
    "N19-a second reply behind it",
    "N26-429 with seconds",
    "N30-503 with an error",
    "N38-200 with E1",
    "N39-200 HTML",
    "N44-trailing comma, or no end tag",
)
CORE = tuple(next(fault for fault in FAULTS if str(fault) == name) for name in _CORE)
"""The twelve that stand for all others where there is no time for more."""


_STATUS_FIRST = dict.fromkeys(
    ("N34-403 HTML", "N34-credentials refused with 200", "N38-200 with E1", "N38-200 with E3"), UNKNOWN
)
"""At the services of today a status decides first, and a page of somebody on the way decides nothing (services 9.5)."""
_WITHOUT_BODY = {
    **dict.fromkeys(
        (
            "N14-head and silence", "N15-body byte by byte", "N16-shorter than announced", "N16-no last chunk",
            "N17-no length, cut", "N19-two documents in one", "N40-204",
        ),
        APPLIED,
    ),
    "N17-chunks, whole": UNKNOWN,
}  # fmt: skip
"""A success without a body (204) is whole with its head (RFC 9110 15.3.5): what is wrong with a body does not strike,
and what stands behind the head is more than the answer (N19).
"""
_HEARD_BEFORE_IT_SPOKE = {"N10-reset before reading": frozenset({"unknown", "not_sent"})}
"""Where the other end has hung up before the request begins, nothing is sent (N51)."""


def due(fault: Fault, *, is_v3: bool, is_bodiless: bool) -> frozenset[str]:
    """Return what may be said under a fault, by the words of outcomes. Is bodiless: the honest answer has no body."""
    words = _HEARD_BEFORE_IT_SPOKE.get(str(fault), frozenset({fault.verdict}))
    if is_v3:
        words = _STATUS_FIRST.get(str(fault), words)
    return _WITHOUT_BODY.get(str(fault), words) if is_bodiless else words


Breaker = Callable[[FaultServer], AbstractAsyncContextManager[None]]


def connecting(connect: Callable[..., Awaitable[object]], seconds: float = 5.0) -> Breaker:
    """Return a fault of the client's own socket: what happens where it connects, and how long it may take."""

    @asynccontextmanager
    async def broken(_server: FaultServer) -> AsyncIterator[None]:
        with (
            patch("tui_reseller.api.network._addresses_of", connect),
            patch("tui_reseller.api.http.CONNECT_SECONDS", seconds),
        ):
            yield

    return broken


@asynccontextmanager
async def refusing(server: FaultServer) -> AsyncIterator[None]:
    """Close the port for a while."""
    await server.deafen()
    try:
        yield
    finally:
        await server.listen()


async def _no_name(*_given: object, **_named: object) -> object:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


async def _no_network(*_given: object, **_named: object) -> object:
    raise OSError(errno.ENETUNREACH, "Network is unreachable")


async def _hangs(*_given: object, **_named: object) -> object:
    return await asyncio.Event().wait()


CONNECTIONS: dict[str, tuple[Breaker, bool]] = {
    "N01-name not known": (connecting(_no_name), False),
    "N02-name that hangs until the deadline": (connecting(_hangs), True),
    "N03-connection refused": (refusing, False),
    "N04-no connection in time": (connecting(_hangs, 0.05), False),
    "N56-network unreachable": (connecting(_no_network), False),
}
"""By name: what breaks the connection, and whether it takes the whole deadline."""
