"""T10: the whole client against replies that are mutated in status, head, framing and body, over a real socket.

A reply is made from an honest one by a seeded chance; what it truly says is known from how it was made, and by a second
reading of it that shares no code with the program (json and ElementTree of the standard library). The client may end in
an answer or in an error of ours, never in anything else; it may say *applied* only of a whole reply with a status of
success and exactly the success of the documentation, and *rejected* only of a whole reply that says an error, or of
401, 403 or 429. 2,000 replies by default, 200,000 in full; the seed is printed, and can be given:

    TUI_RESELLER_FULL=1 python -m pytest tests/reliability/test_client_fuzz.py -n0 -s
    TUI_RESELLER_FUZZ=20000 TUI_RESELLER_SEED=7 python -m pytest tests/reliability/test_client_fuzz.py -n0 -s
"""

import json
import os
import random
from collections import Counter
from dataclasses import dataclass
from xml.etree import ElementTree as ET

import pytest

from tests.harness.fault_server import MEDIA_TYPES, SUCCESS, Fault, FaultServer, Reply, Wire
from tests.harness.network_faults import E1, E3, HTML, chunked
from tests.harness.rig import Rig, call_for
from tui_reseller.api.reseller_v2.client import ResellerV2
from tui_reseller.domain.errors import NoAnswer, NotSent, Rejected, ResellerError
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.profile import Format

REPLIES = int(os.environ.get("TUI_RESELLER_FUZZ", "200000" if os.environ.get("TUI_RESELLER_FULL") else "2000"))
SEED = int(os.environ.get("TUI_RESELLER_SEED", "2026" if os.environ.get("CI") else str(random.randrange(1 << 32))))
STATUSES = (
    *[200] * 30, 201, 202, 204, 206, 299, 100, 102, 301, 302, 304, 307, 400, 401, 403, 404, 409, 413, 418, 422,
    429, 451, 499, 500, 502, 503, 504, 599, 999, 0, 20, 2000,
)  # fmt: skip
CERTAIN_STATUSES = {401, 403, 429}
WORDS = (b"success", b"error", b"message", b"errors", b"code", b"SUCCESS", b" success ", b"", b"null", b"\x00", b"\xff")
HEADERS = (
    b"Content-Encoding: gzip", b"Content-Encoding: identity", b"Transfer-Encoding: chunked", b"Content-Length: 0",
    b"Content-Length: 7", b"Content-Length: -1", b"Content-Length: 99999999999999999999", b"Connection: close",
    b"Connection: keep-alive", b"Retry-After: 99999999999", b"Retry-After: x", b"Date:", b"Trailer: X", b"Upgrade: h2c",
    b"Retry-After: Sun, 06 Nov 1994 08:49:37 GMT", b"X-RateLimit-Reset: 1e999", b"X: " + b"y" * 3000, b": no name",
    b"Set-Cookie: a=b", b"Location: //[::1", b"Location: http://x.example/\x1b[2J", b"No colon",
    b"Content-Type: text/html; charset=\xff",
)  # fmt: skip


@dataclass(frozen=True)
class Made:
    """A reply as it goes out, and what is true of it. Body is what a reader of HTTP has to take for it, if it is whole;
    None if the framing was spoilt, so that nothing may be concluded from it.
    """

    raw: bytes
    status: int
    body: bytes | None
    resets: bool = False


def mutated(chance: random.Random, data: bytes) -> bytes:
    """Return bytes that were changed in one to four places."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(7):
            case 0:
                data = data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
            case 1:
                data = data[:at] + data[at + chance.randrange(1, 9) :]
            case 2:
                data = data[:at] + chance.choice(WORDS) + data[at:]
            case 3:
                data = data[:at] + data[at:] * 2
            case 4:
                data = data[:at]
            case 5:
                data = data.replace(chance.choice(WORDS[:5]), chance.choice(WORDS), 1)
            case _:
                data = data[at:] + data[:at]
    return data[:100_000]


PEOPLE = {
    "json": b'[{"username":"ann","city":"Oslo","active":"true"},{"username":"bob","zip":"01234"}]',
    "xml": b"<users><user><username>ann</username><zip>1</zip></user><user><username>bob</username></user></users>",
}


def a_body(chance: random.Random, form: str, *, is_list: bool) -> bytes:
    """Return an honest body of either kind, a foreign one, or a mutation of one."""
    index = ("json", "xml").index(form)
    honest = PEOPLE[form] if is_list else SUCCESS[form]
    found = chance.choice(
        [honest, honest, honest, honest, E1("User not found")[index], E3(400, "no")[index], E3(500, "no")[index],
         b'{"message":"User not found"}', HTML, b"", b"[]", SUCCESS["xml"], SUCCESS["json"]]
    )  # fmt: skip
    return mutated(chance, found) if chance.random() < 0.45 else found


def made(chance: random.Random, form: str, *, is_list: bool = False) -> Made:
    """Return one reply."""
    status, content = chance.choice(STATUSES), a_body(chance, form, is_list=is_list)
    headers = [f"Content-Type: {MEDIA_TYPES[form]}".encode()]
    spoilt = False
    framing = min(chance.randrange(14), 8)
    match framing:
        case 0 | 1:
            headers.append(b"Transfer-Encoding: chunked")
            data = chunked(content) if content else b"0\r\n\r\n"
        case 2 | 3:
            data = content  # until the connection ends
        case 4:
            headers.append(b"Content-Length: %d" % (len(content) + chance.randint(1, 50)))
            data, spoilt = content, True
        case 5:
            headers.append(b"Content-Length: %d" % chance.randrange(len(content) + 1))
            data, spoilt = content + b"x", True
        case 6:
            headers.append(b"Transfer-Encoding: chunked")
            data, spoilt = chunked(content or b"x", whole=False), True
        case _:
            headers.append(b"Content-Length: %d" % len(content))
            data = content
    extra = [chance.choice(HEADERS) for _ in range(chance.choice((0, 0, 0, 0, 0, 1, 2)))]
    chance.shuffle(headers := headers + extra)
    raw = b"\r\n".join([b"HTTP/1.1 %d Word" % status, *headers, b"", b""]) + data
    if chance.random() < 0.1:
        raw, spoilt = mutated(chance, raw), True
    if chance.random() < 0.06:
        raw, spoilt = raw[: chance.randrange(len(raw) + 1)], True
    return Made(raw, status, None if spoilt or extra else content, resets=chance.random() < 0.05)


def is_success(body: bytes) -> bool:
    """Whether a body is the success of the documentation, as the standard library reads it."""
    try:
        tree = json.loads(body.decode("utf-8-sig"))
    except ValueError:
        pass
    else:
        return isinstance(tree, dict) and tree.get("message") == "success" and set(tree) <= {"message", "id"}
    try:
        root = ET.fromstring(body)
    except (ET.ParseError, ValueError, LookupError):
        return False
    said = [child for child in root if child.tag == "message"]
    texts = [(child.text or "").strip() for child in said] or [(root.text or "").strip()]
    return root.tag == "result" and texts == ["success"] and {child.tag for child in root} <= {"message", "id"}


def says_error(body: bytes) -> bool:
    """Whether a body is an object or an element of ours at all: only then may it be taken for a refusal."""
    try:
        return isinstance(json.loads(body.decode("utf-8-sig")), dict) and not is_success(body)
    except ValueError:
        pass
    try:
        return ET.fromstring(body).tag in {"result", "error"} and not is_success(body)
    except (ET.ParseError, ValueError, LookupError):
        return False


def wrong(said: str, reply: Made, form: str) -> str:
    """Return what is wrong about a verdict, or nothing."""
    if reply.body is None:  # the framing was spoilt by chance, which may have left it whole: the word must be there
        return "applied, of a reply without the word" if said == "applied" and b"success" not in reply.raw else ""
    is_fine, is_theirs = 200 <= reply.status < 300, 400 <= reply.status < 500
    if said == "applied" and not (is_fine and is_success(reply.body)):
        return "applied, of a reply that does not say so"
    if said == "rejected" and not (
        reply.status in CERTAIN_STATUSES or ((is_fine or is_theirs) and says_error(reply.body))
    ):
        return "rejected, of a reply that does not say so"
    if said == "unknown" and reply.status == 200 and reply.body == SUCCESS[form] and not reply.resets:
        return "unknown, of a plain success"
    return ""


class Fuzz:
    """Answers every request with the next reply of chance."""

    def __init__(self, seed: str, form: Format, *, is_list: bool = False) -> None:
        self.chance = random.Random(f"{seed} {form.value} {is_list}")
        self.last = Made(b"", 0, b"")
        self.form = form.value
        self.is_list = is_list

    async def answer(self, wire: Wire, _reply: Reply) -> None:
        self.last = made(self.chance, self.form, is_list=self.is_list)
        try:
            await wire.send(self.last.raw)
        finally:
            (wire.reset if self.last.resets else wire.close)()


async def said_of(service: ResellerV2) -> str:
    try:
        await service.send(call_for(Operation.DISABLE, "ann"))
    except NotSent:
        return "not sent"
    except Rejected:
        return "rejected"
    except NoAnswer:
        return "unknown"
    return "applied"


async def nobody(_scope: object, _receive: object, _send: object) -> None:
    raise AssertionError("no request is carried out here")


@pytest.mark.parametrize("form", Format, ids=lambda form: form.value)
async def test_no_reply_breaks_the_client_or_makes_it_say_what_is_not_so(tmp_path, form):
    print(f"seed {SEED}, {REPLIES // 2:,} replies in {form.value}")
    fuzz, counts = Fuzz(str(SEED), form), Counter[str]()
    async with FaultServer(nobody) as server, Rig.at(tmp_path, server.base_url, form, seconds=5.0) as rig:
        service = rig.service
        server.arm(Fault("chance", "T10", fuzz.answer, applied=False), times=REPLIES)
        for number in range(REPLIES // 2):
            said = await said_of(service)
            counts[said] += 1
            problem = wrong(said, fuzz.last, form.value)
            assert not problem, f"seed {SEED}, reply {number}: {problem}: {fuzz.last}"
    assert counts["not sent"] == 0
    assert min(counts["applied"], counts["rejected"], counts["unknown"]) > REPLIES // 100
    print(dict(counts))


def people_in(body: bytes) -> int | None:
    """Return how many customers the standard library finds in a body, or None if it is no list."""
    try:
        found = json.loads(body.decode("utf-8-sig"))
        return len(found) if isinstance(found, list) else None
    except ValueError:
        pass
    try:
        root = ET.fromstring(body)
    except (ET.ParseError, ValueError, LookupError):
        return None
    return len(root) if root.tag == "users" else None


@pytest.mark.parametrize("form", Format, ids=lambda form: form.value)
async def test_no_reply_breaks_the_reading_of_a_list_or_of_one_customer(tmp_path, form):
    fuzz, counts = Fuzz(str(SEED), form, is_list=True), Counter[str]()
    async with FaultServer(nobody) as server, Rig.at(tmp_path, server.base_url, form, seconds=5.0) as rig:
        service = rig.service
        server.arm(Fault("chance", "T10", fuzz.answer, applied=False), times=REPLIES)
        for number in range(REPLIES // 5):
            try:
                if number % 2:
                    await service.find("ann")
                    continue
                total = sum([len(piece.customers) async for piece in service.stream()])
            except ResellerError as error:
                counts[type(error).__name__] += 1
                continue
            counts["list"] += 1
            last = fuzz.last
            assert last.body is None or total == people_in(last.body), f"seed {SEED}: {total} customers of {last}"
    assert counts["list"] > REPLIES // 500
    print(dict(counts))
