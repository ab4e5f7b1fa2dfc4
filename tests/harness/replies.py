"""Replies to hurt: what the service says, and wounds for it (for tests/harness/fuzz.py).

`corpus()` is what the pretend service's own writers say in all three dialects and both formats: success, every error
shape, lists of the people it invents; then the shapes of the documentation that it does not write, and every charset
that an answer may declare. `mutate()` gives a reply one to four wounds: a bit, a piece cut, doubled or moved, a token
of JSON or XML put in, some bytes, another charset, the end of another reply. `STATUSES` and `HEADERS` are what may
stand around it. All from a `random.Random` that is handed in: the same seed is the same mutant on any machine.
"""

import contextlib
import random
from collections.abc import Iterator

from tui_reseller.sandbox import shapes
from tui_reseller.sandbox.dialects import DIALECTS, Refusal
from tui_reseller.sandbox.listing import render
from tui_reseller.sandbox.people import people
from tui_reseller.sandbox.store import RECORD_FIELDS

STATUSES = (200, 200, 200, 200, 201, 202, 204, 206, 300, 302, 400, 401, 403, 404, 409, 429, 500, 502, 503, 0, 99, 999)
HEADERS = (
    ("retry-after", "1e400"), ("retry-after", "-5"), ("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"),
    ("retry-after", "Wed, 99 Foo 99999 99:99:99 +9999"), ("retry-after", " "), ("retry-after", "\u0663"),
    ("date", "now"), ("date", "Mon, 1 Jan 0001 00:00:00 -2359"), ("x-ratelimit-reset", "nan"),
    ("x-ratelimit-reset", "9" * 400), ("location", "https://key@evil.example/?api_key=k3y-CANARY-72"),
    ("location", "//\x1b]0;x\x07"), ("content-type", "text/html"),
)  # fmt: skip
TOKENS = tuple(
    token.encode("utf-8", "surrogatepass")
    for token in (
        "{", "}", "[", "]", ",", ":", '"', "null", "true", "NaN", "-Infinity", "1e999", "-0", "01", "1.0", "9" * 120,
        "\\u0000", "\\ud800", "\\udc00\\ud800", "\\u202e", "\\", "/", '"message":"success"', '"errors":["x"]',
        '"error":{"code":500}', '"success":"success"', '"id":"7"', "success", "error", "Success", " success ",
        "<", ">", "</", "/>", "&", "&amp;", "&lt;", "&#155;", "&#0;", "&#x10FFFF;", "&#xD800;", "&nope;", "]]>",
        "<![CDATA[", "<!-- -->", "<!--", "<?x y?>", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "&b;", "<user>", "</user>",
        "<users>", "</users>", "<user/>", "<username>", "</username>", "<message>success</message>", "<result>",
        "</result>", "<error>x</error>", ' x="1"', "xmlns='y'", "<?xml version='1.0' encoding='utf-16'?>",
        "<html>", "\ufeff", "\x00", "\x1b]0;x\x07", "\x9b2J", "\u202e", "\u2028", "\ud800", "\U000e0041", "\x85",
        "\xa0", "\r\n", "\t", " ", "=1+1", "[/]", "e\u0301\u0301\u0301\u0301\u0301\u0301", "username", "active",
    )
)  # fmt: skip
CHARSETS = ("utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "utf-8-sig", "cp037")


class _Rows:
    """Stands for the sandbox's store in front of its writer of lists."""

    def __init__(self, fields: tuple[str, ...], count: int, seed: int) -> None:
        found = [person._asdict() for person in people(count, seed)]
        self.rows = [
            (*(str(at) if name == "id" else row[name] for name in fields), None) for at, row in enumerate(found)
        ]

    def batches(self) -> Iterator[list[tuple[object, ...]]]:
        """Yield the rows."""
        yield self.rows


def corpus() -> list[bytes]:
    """Return the replies that are mutated, in an order that never changes."""
    found: list[bytes] = []
    texts = ("User not found", "E-mail <x> & Łódź is not valid", "Permission denied, wrong credentials")
    for dialect in DIALECTS.values():
        fields = (*(("id",) if dialect.has_ids else ()), *RECORD_FIELDS)
        for wire in ("json", "xml"):
            found += [shapes.success(wire, dialect), shapes.unknown_call(wire, dialect)]
            found += [shapes.error(shape, wire, Refusal(texts, 400), dialect)[1] for shape in shapes.SHAPES]
            for count in (0, 1, 3, 5):
                found.append(b"".join(render(_Rows(fields, count, count), fields, wire, dialect)))  # type: ignore[arg-type]
    found += [
        b'{"message":"success","id":"123"}', b'{"message":"success","id":123}', b'{"success":"success","ips":[]}',
        b"<result>\n<message>success</message><id>123</id></result>", b"<result>\nsuccess\n</result>",
        b'{"errors":[{"field":null,"message":"too many requests"}]}', b'{"error":{"code":"404","message":null}}',
        b'<?xml version="1.0" encoding="windows-1252"?><users><user><username>\x80uro</username></user></users>',
        b'<?xml version="1.0" encoding="us-ascii"?><result><message>success</message></result>',
        b'[{"username":"ann","active":true,"zip":1234.0,"tags":["a",{"b":null}],"website_access":0}]',
        b'[{"username":"n","city":null,"id":"1"},{"username":"m","city":"\\ud83d\\ude00","id":"2"}]',
        b"<html><body><h1>502 Bad Gateway</h1></body></html>", b"", b"ok",
    ]  # fmt: skip
    return found + [body for body in found if b"success" in body] * 5  # near a success a mistake costs most


def mutate(body: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """Return a body with one to four wounds."""
    data = bytearray(body)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        kind = chance.randrange(10)
        at = chance.randrange(len(data) + 1)
        upto = min(len(data), at + chance.choice((1, 1, 2, 5, 30, 300)))
        if kind == 0 and data:
            data[min(at, len(data) - 1)] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del data[at:upto]
        elif kind == 2:
            data[at:at] = data[at:upto]
        elif kind == 3:
            piece = data[at:upto]
            del data[at:upto]
            to = chance.randrange(len(data) + 1)
            data[to:to] = piece
        elif kind in {4, 5, 6}:
            data[at : at if kind != 6 else upto] = chance.choice(TOKENS)
        elif kind == 7:
            other = chance.choice(others)
            data[at:] = other[chance.randrange(len(other) + 1) :]
        elif kind == 8:
            data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 5)))
        else:
            with contextlib.suppress(UnicodeError):
                data = bytearray(bytes(data).decode("utf-8").encode(chance.choice(CHARSETS)))
    return bytes(data)
