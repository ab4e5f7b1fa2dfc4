"""Mutated replies into everything that reads one: the engine of the decoder fuzz (reliability T09).

The corpus is what the service says: the pretend service's own writers in all three dialects and both formats (success,
every error shape, lists of people it invents), the shapes of the documentation that it does not write, and the charsets
that an answer may declare. A mutant is one of these with one to four wounds: a bit, a piece cut, doubled or moved, a
token of JSON or XML put in, another charset, two replies spliced. Mutant number n is always the same one, on any
machine: a finding is its number.

Each mutant is read in every way the program has:

* `verdict()` as the answer to a write and to a read, with a status and headers of chance. What comes is a success or a
  domain error, never an exception. An independent reading (the standard library's json and ElementTree, no code of
  ours) says whether the reply is exactly the success shape; a success that it does not confirm is false certainty, and
  a success that we miss in an untouched reply is a needless unknown. "Rejected" is certain too: it is believed only of
  a reply that the independent reading can read.
* the exact list parsers, in pieces of chance; each record through `customer_from()`, each of its fields through
  `clean()`, whose result must hold nothing that acts on a terminal. A list counts as whole only if the independent
  reading finds as many records.
* every QUICK_EVERY-th mutant also through the quick tables, which must say the same as the exact parsers.

Only `BadReply` may come out of a parser. A second of processor time for one mutant is a hang, seen by a timer.

    python tests/harness/fuzz.py --first 0 --last 10000000 --log fuzz.log

runs a range in one process, writes a line every 50,000 mutants, and says where to go on after an interruption. It ends
with 1 if anything was found.
"""

import argparse
import contextlib
import json
import random
import re
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

from tui_reseller.api.reseller_v2.endpoints import form_for
from tui_reseller.api.reseller_v2.list_json import JsonListParser
from tui_reseller.api.reseller_v2.list_tables import ListTables
from tui_reseller.api.reseller_v2.list_xml import XmlListParser
from tui_reseller.api.reseller_v2.records import customer_from
from tui_reseller.api.reseller_v2.replies import verdict
from tui_reseller.api.reseller_v2.tables import rows_of, table_of
from tui_reseller.api.wire import BadReply, Form, Reply
from tui_reseller.domain.customer import TEXT_FIELDS
from tui_reseller.domain.errors import CredentialsRefused, RateLimited, Rejected, ResellerError
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.profile import Format
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import clean
from tui_reseller.sandbox import shapes
from tui_reseller.sandbox.dialects import DIALECTS, Refusal
from tui_reseller.sandbox.listing import render
from tui_reseller.sandbox.people import people
from tui_reseller.sandbox.store import RECORD_FIELDS

HANG_SECONDS = 1.0
QUICK_EVERY = 24
_KEY = Secret("k3y-CANARY-72")
FORM = form_for(Call(Operation.ENABLE, "ann"), "boss", _KEY)
PASSWORD_FORM = form_for(Call(Operation.PASSWORD, "ann", {}, Secret("pw-CANARY-91")), "boss", _KEY)
FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
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


class Hang(BaseException):
    """More than a second of processor time for one reply. No Exception: nobody on the way may catch it."""


@dataclass(frozen=True)
class Finding:
    """A mutant that must not be: its number, what was wrong, and the bytes."""

    number: int
    what: str
    body: bytes


@dataclass
class Tally:
    """What a range of mutants came to."""

    mutants: int = 0
    quick: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    ends: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def line(self) -> str:
        """Say it in one line."""
        rate = self.mutants / self.seconds if self.seconds else 0.0
        ends = ", ".join(f"{name} {count}" for name, count in self.ends.most_common())
        return (
            f"{self.mutants:,} mutants ({self.quick:,} quick) in {self.seconds:.1f} s, {rate:,.0f}/s, "
            f"slowest {self.slowest * 1000:.0f} ms, findings {len(self.findings)}: {ends}"
        )


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


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("twice")
    return dict(pairs)


def _odd(text: str) -> object:
    raise ValueError(text)


def independent(body: bytes, wanted: Format) -> object:
    """Read a body with the standard library alone: a tree of JSON, an element of XML, or None if it is neither."""
    try:
        if wanted is Format.JSON:
            return json.loads(body.decode("utf-8-sig"), object_pairs_hook=_pairs, parse_constant=_odd)
        return ET.fromstring(body)
    except (ValueError, RecursionError, ET.ParseError, LookupError):
        return None


def is_success_shape(body: bytes, wanted: Format) -> bool:
    """Whether a body is exactly S1 or S2 (reseller-v2 4.1), by the independent reading."""
    found = independent(body, wanted)
    if isinstance(found, dict):
        rest = {name: value for name, value in found.items() if name != "message"}
        return found.get("message") == "success" and all(
            name == "id" and isinstance(value, str | int | float) and not isinstance(value, bool)
            for name, value in rest.items()
        )
    if not isinstance(found, ET.Element) or found.tag != "result" or any(part.attrib for part in found.iter()):
        return False
    if not len(found):
        return (found.text or "").strip() == "success"
    texts = [found.text, *(part.tail for part in found)]
    return (
        [part.tag for part in found] in (["message"], ["message", "id"], ["id", "message"])
        and (found.findtext("message") or "").strip() == "success"
        and not any((text or "").strip() for text in texts)
        and not any(len(part) for part in found)
    )


def _records(body: bytes, wanted: Format) -> int | None:
    """Count the records of a list by the independent reading."""
    found = independent(body, wanted)
    if isinstance(found, list):
        return len(found)
    if isinstance(found, ET.Element) and found.tag == "users":
        return len(found)
    return None


class Fuzz:
    """Reads mutants; keeps count."""

    def __init__(self) -> None:
        self.seeds = corpus()
        self.tally = Tally()

    def mutant(self, number: int) -> tuple[bytes, random.Random]:
        """Return one mutant, and the chance that goes on from it."""
        chance = random.Random(number)
        body = self.seeds[number % len(self.seeds)]
        return mutate(body, self.seeds, chance), chance

    def run(self, first: int, last: int) -> Tally:
        """Read the mutants from *first* up to but not including *last*."""
        before = signal.signal(signal.SIGPROF, _hang)
        began = time.perf_counter()
        try:
            for number in range(first, last):
                self.one(number)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)
        self.tally.seconds += time.perf_counter() - began
        return self.tally

    def one(self, number: int) -> None:
        """Read one mutant in every way."""
        body, chance = self.mutant(number)
        self.tally.mutants += 1
        signal.setitimer(signal.ITIMER_PROF, HANG_SECONDS)
        began = time.process_time()
        try:
            for what in self._wrong(number, body, chance):
                self.tally.findings.append(Finding(number, what, body))
        except Hang:
            self.tally.findings.append(Finding(number, "hang", body))
        except BaseException as error:  # a panic of a library is no Exception
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise
            place = traceback.extract_tb(error.__traceback__)[-1]
            what = f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
            self.tally.findings.append(Finding(number, what, body))
        self.tally.slowest = max(self.tally.slowest, time.process_time() - began)

    def _wrong(self, number: int, body: bytes, chance: random.Random) -> Iterator[str]:
        start = body[:200].lstrip()[:1]
        own, other = (Format.XML, Format.JSON) if start == b"<" else (Format.JSON, Format.XML)
        for wanted in (own, other) if number % 8 == 0 else (own,):
            yield from self._as_reply(body, wanted, FORM if number % 4 else PASSWORD_FORM, chance)
        if start in {b"[", b"<"} or number % 8 == 0:
            yield from self._as_list(number, body, own, chance)

    def _as_reply(self, body: bytes, wanted: Format, form: Form, chance: random.Random) -> Iterator[str]:
        status = chance.choice(STATUSES)
        headers = (chance.choice(HEADERS), chance.choice(HEADERS)) if status >= 300 else ()
        is_write = chance.random() < 0.8
        answer = verdict(Reply(status, headers, body), wanted, form, is_write=is_write)
        self.tally.ends[type(answer).__name__ if isinstance(answer, ResellerError) else "success"] += 1
        if not isinstance(answer, ResellerError):
            if not (is_write and 200 <= status < 300 and is_success_shape(body, wanted)):
                yield f"false certainty: success, HTTP {status}, {wanted.value}"
            return
        is_no = type(answer) in {Rejected, CredentialsRefused, RateLimited} and 200 <= status < 300
        if is_no and all(independent(body, each) is None for each in Format):
            yield f"false certainty: {type(answer).__name__} of what cannot be read"
        said = answer.message + answer.hint
        if "CANARY" in said:
            yield "a secret is told"
        if FORBIDDEN.search(said):
            yield "a control character is told"

    def _as_list(self, number: int, body: bytes, wanted: Format, chance: random.Random) -> Iterator[str]:
        cuts = sorted(chance.randrange(len(body) + 1) for _ in range(chance.randrange(4)))
        pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
        parser = JsonListParser() if wanted is Format.JSON else XmlListParser()
        records = []
        is_whole = False
        with contextlib.suppress(BadReply):
            records = [record for piece in pieces for record in parser.feed(piece)] + parser.close()
            is_whole = parser.is_list is True
        if is_whole:
            self.tally.ends["whole list"] += 1
            if _records(body, wanted) != len(records):
                yield f"false certainty: a whole list of {len(records)}, not of {_records(body, wanted)}"
        for record in records:
            customer = customer_from(record)
            shown = "".join(clean(customer.text(name)) for name in TEXT_FIELDS)
            shown += "".join(clean(f"{name}={value}") for name, value in customer.extra.items())
            if FORBIDDEN.search(shown):
                yield "a control character is shown"
        if number % QUICK_EVERY == 0:
            self.tally.quick += 1
            if self._quickly(pieces, wanted) != (_plain(table_of(rows_of(records))) if is_whole else None):
                yield "the quick way says something else"

    @staticmethod
    def _quickly(pieces: list[bytes], wanted: Format) -> object:
        reader = ListTables(wanted)
        try:
            tables = [table for piece in pieces for table in reader.feed(piece)] + reader.close()
        except BadReply:
            return None
        return [row for table in tables for row in _plain(table)] if reader.is_list else None


def _plain(table) -> list[tuple[object, ...]]:
    """Extra is compared as what it says: JSON has more than one way to write a text."""
    return [(*row[:-1], row[-1] and json.loads(row[-1])) for row in table.rows()]


def _hang(_number: int, _frame: object) -> None:
    raise Hang


def main() -> int:
    """Run a range; see the docstring of the module."""
    given = argparse.ArgumentParser()
    given.add_argument("--first", type=int, default=0)
    given.add_argument("--last", type=int, default=10_000_000)
    given.add_argument("--log", type=Path)
    options = given.parse_args()
    fuzz = Fuzz()

    def say(line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        if options.log:
            with options.log.open("a") as file:
                file.write(line + "\n")

    known = 0
    for first in range(options.first, options.last, 50_000):
        last = min(first + 50_000, options.last)
        tally = fuzz.run(first, last)
        for finding in tally.findings[known:]:
            say(f"finding {finding.number}: {finding.what}: {finding.body[:300]!r}")
        known = len(tally.findings)
        say(f"go on at {last}: {tally.line()}")
    return 1 if known else 0


if __name__ == "__main__":
    sys.exit(main())
