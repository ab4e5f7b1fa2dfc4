"""Regular records of a JSON list, megabytes at once: ten times as fast as one by one.

polars reads what the exact parser (list_json.py) reads, but is silent about keys that it does not know, keys that stand
twice, and how a number was written. So its answer counts only if the signs of the text prove that there were none;
everything else is read by the exact parser.

The proof: with no blank between a key and its colon, every key ends in `":`. As many of these as cells that were read
leave no room for a key unknown or doubled or with a nested value, nor for a text that holds or begins with such a sign.
So every `":` is the end of a key, `":"` counts the texts, and what is no text must be a plain whole number, true or
false. Nulls become a text of our own before all this and nulls again after it: where that touches anything but a null
after a key, what it makes is no JSON or has a sign too many.
"""

import re
from collections.abc import Sequence

import polars as pl

from tui_reseller.api.reseller_v2.json_signs import Signs, longest, signs_of
from tui_reseller.api.reseller_v2.list_json import JsonListParser
from tui_reseller.api.reseller_v2.pending import MAX_RECORD
from tui_reseller.api.reseller_v2.records import KNOWN, Record
from tui_reseller.api.reseller_v2.tables import extras_of, is_blank, table_from

_BEGINS = re.compile(rb"[ \t\r\n]*(?P<comma>,?)")
_PLAIN = '": ?(?:0|-?[1-9][0-9]{0,17}|true|false)[,} \t\r\n]'
_NAMED = '"username": ?"'
_NULL = "\x7fnull\x7f"
"""Stands for null while a piece is read. A text that is the same makes the piece irregular."""
_SHORTEST = len('{"username":"a"}')
_HALF = r"\\u[dD][89a-fA-F]"
_TOKEN = rf"\\\\|\\u[dD][89abAB][0-9a-fA-F]{{2}}\\u[dD][c-fC-F][0-9a-fA-F]{{2}}|{_HALF}"
"""An escaped backslash, a whole character in two halves, or a half alone: in this order none hides in another."""


class QuickJson:
    """Reads what is regular; knows of further fields what the exact parser saw last."""

    def __init__(self, exact: JsonListParser) -> None:
        self.known = 0
        self._exact = exact
        self._extras: frozenset[str] = frozenset()

    def learn(self, records: Sequence[Record]) -> None:
        """Take note of what fields records have."""
        found = extras_of(records)
        if found is not None and found != self._extras:
            self.known += 1
            self._extras = found

    def table(self, records: bytes) -> pl.DataFrame | None:
        """Return whole records as a table, whether a comma comes before them or not; None if they are not regular."""
        begins = _BEGINS.match(records)
        assert begins is not None  # noqa: S101 - it matches anything
        # As few copies as can be: each costs as much as looking for a sign.
        body = b"".join((b"[", memoryview(records)[begins.end() :], b"]"))
        try:
            return self._proven(body)
        except pl.exceptions.PolarsError:
            return None

    def pass_over(self, records: bytes) -> bool:
        """Take note that records, at least one, were read here; False if there is no comma between them and what was
        before.
        """
        begins = _BEGINS.match(records)
        if begins is None or bool(begins["comma"]) == self._exact.is_first:
            return False
        self._exact.passed_over()
        return True

    def _proven(self, body: bytes) -> pl.DataFrame | None:
        extras = self._extras
        schema = dict.fromkeys((*KNOWN, *extras), pl.String())
        signs, replaced = signs_of(body), 0
        if signs.texts != signs.keys:
            body, replaced = _without_nulls(body)
            signs = signs_of(body) if replaced else signs
        # Many tiny records, which no customers are, would make columns much larger than their text.
        if signs.apart or len(signs.braces) * _SHORTEST > len(body):
            return None
        frame = pl.read_json(body, schema=schema)
        empty = _nulls(frame)
        if not len(frame) or not _is_proven(body, signs, cells=frame.width * len(frame) - empty, rows=len(frame)):
            return None
        if len(body) > MAX_RECORD and longest(signs, len(frame)) > MAX_RECORD:
            return None
        if replaced:
            frame = frame.with_columns(pl.all().replace(_NULL, None))
        if (replaced and _nulls(frame) != empty + replaced) or _nulls(frame.select(extras)):
            return None
        return None if is_blank(frame["username"]).any() else table_from(frame, extras)


def _without_nulls(body: bytes) -> tuple[bytes, int]:
    """Return a text with our own text for nulls, and how many there were."""
    replaced = 0
    for colon in (b'":', b'": '):
        count = body.count(colon + b"null")
        if count:
            body = body.replace(colon + b"null", colon + f'"{_NULL}"'.encode())
        replaced += count
    return body, replaced


def _is_proven(body: bytes, signs: Signs, *, cells: int, rows: int) -> bool:
    """Whether the signs of a text leave room for nothing but so many cells, and polars reads them as they are."""
    if signs.keys != cells:
        return False
    text = _text(body) if signs.texts != cells or signs.halves else None
    if text is None:
        return True
    if signs.texts != cells and (signs.texts + _count(text, _PLAIN) != cells or _count(text, _NAMED) != rows):
        return False
    # Polars reads a half alone as NUL.
    return not (signs.halves and (text.str.extract_all(_TOKEN).explode().str.len_bytes() == len(r"\ud8")).any())


def _text(body: bytes) -> pl.Series:
    return pl.Series("t", [body], dtype=pl.Binary()).cast(pl.String())


def _count(text: pl.Series, pattern: str) -> int:
    return int(text.str.count_matches(pattern)[0])


def _nulls(frame: pl.DataFrame) -> int:
    return sum(frame.null_count().row(0)) if frame.width else 0
