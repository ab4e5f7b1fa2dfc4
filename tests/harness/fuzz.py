"""Mutated replies into everything that reads one: the engine of the decoder fuzz (reliability T09).

The replies and their wounds are in tests/harness/replies.py. Mutant number n is always the same one, on any machine: a
finding is its number.

Each mutant is read in every way the program has:

* `verdict()` as the answer to a write and to a read, with a status and headers of chance. What comes is a success or a
  domain error, never an exception. An independent reading (the standard library's json and ElementTree, no code of
  ours) says whether the reply is exactly the success shape; a success that it does not confirm is false certainty, and
  a success that we miss in an untouched reply is a needless unknown. "Rejected" is certain too: it is believed only of
  a reply that the independent reading can read.
* the strict list parsers, in pieces of chance; each record through `customer_from()`, each of its fields through
  `clean()`, whose result must hold nothing that acts on a terminal. A list counts as whole only if the independent
  reading finds as many records.
* every FAST_EVERY-th mutant also on the fast path, which must say the same as the strict parsers.

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

from tests.harness.replies import HEADERS, STATUSES, corpus, mutate
from tests.harness.v2 import TEXT_FIELDS
from tests.harness.v2_lists import customer_from, strict_parser, table_of_records, table_parser
from tui_reseller.api.reply import BadReply, Reply
from tui_reseller.api.request import Request
from tui_reseller.api.reseller_v2.endpoints import request_for
from tui_reseller.api.reseller_v2.replies import verdict
from tui_reseller.domain.errors import CredentialsRefused, RateLimited, Rejected, ResellerError
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.profile import Format, Profile
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import clean

HANG_SECONDS = 1.0
FAST_EVERY = 24
_KEY = Secret("k3y-CANARY-72")
_PROFILE = Profile("fuzz", "boss")
REQUEST = request_for(Call(Operation.ENABLE, "ann"), _PROFILE, _KEY)
PASSWORD_REQUEST = request_for(Call(Operation.PASSWORD, "ann", {}, Secret("pw-CANARY-91")), _PROFILE, _KEY)
FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


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
    fast: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    ends: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def line(self) -> str:
        """Say it in one line."""
        rate = self.mutants / self.seconds if self.seconds else 0.0
        ends = ", ".join(f"{name} {count}" for name, count in self.ends.most_common())
        return (
            f"{self.mutants:,} mutants ({self.fast:,} on the fast path) in {self.seconds:.1f} s, {rate:,.0f}/s, "
            f"slowest {self.slowest * 1000:.0f} ms, findings {len(self.findings)}: {ends}"
        )


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
            yield from self._as_reply(body, wanted, REQUEST if number % 4 else PASSWORD_REQUEST, chance)
        if start in {b"[", b"<"} or number % 8 == 0:
            yield from self._as_list(number, body, own, chance)

    def _as_reply(self, body: bytes, wanted: Format, request: Request, chance: random.Random) -> Iterator[str]:
        status = chance.choice(STATUSES)
        headers = (chance.choice(HEADERS), chance.choice(HEADERS)) if status >= 300 else ()
        is_write = chance.random() < 0.8
        answer = verdict(Reply(status, headers, body), wanted, request, is_write=is_write)
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
        parser = strict_parser(wanted)
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
        if number % FAST_EVERY == 0:
            self.tally.fast += 1
            if self._fast(pieces, wanted) != (_plain(table_of_records(records)) if is_whole else None):
                yield "the fast path says something else"

    @staticmethod
    def _fast(pieces: list[bytes], wanted: Format) -> object:
        reader = table_parser(wanted)
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
