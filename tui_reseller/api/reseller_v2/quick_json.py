"""Regular records of a JSON list, a megabyte at once: ten times as fast as one by one.

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
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import polars as pl

from tui_reseller.api.reseller_v2.list_json import JsonListParser
from tui_reseller.api.reseller_v2.pending import MAX_RECORD
from tui_reseller.api.reseller_v2.records import KNOWN, Record
from tui_reseller.api.reseller_v2.tables import extras_of, is_blank, table_from

_BEGINS = re.compile(rb"[ \t\r\n]*(?P<comma>,?)")
_PLAIN = '": ?(?:0|-?[1-9][0-9]{0,17}|true|false)[,} \t\r\n]'
_APART = '[" \t\r\n] :|[\t\r\n]:'
"""A colon that may stand apart from its key. One blank before a colon is common in texts, and only in texts."""
_NAMED = '"username": ?"'
_NULL = "\x7fnull\x7f"
"""Stands for null while a piece is read. A text that is the same makes the piece irregular."""
_SHORTEST = len('{"username":"a"}')
_HALF = r"\\u[dD][89a-fA-F]"
_TOKEN = rf"\\\\|\\u[dD][89abAB][0-9a-fA-F]{{2}}\\u[dD][c-fC-F][0-9a-fA-F]{{2}}|{_HALF}"
"""An escaped backslash, a whole character in two halves, or a half alone: in this order none hides in another."""


class QuickJson:
    """Reads what is regular; knows of further fields what the exact parser saw last."""

    start, mark = b"[", b"}"
    """Ends a record, and perhaps something else: then what is before it is not regular."""

    def __init__(self, exact: JsonListParser) -> None:
        self._exact = exact
        self._extras: frozenset[str] = frozenset()

    def learn(self, records: Sequence[Record]) -> None:
        """Take note of what fields records have."""
        found = extras_of(records)
        self._extras = self._extras if found is None else found

    def table(self, records: bytes) -> pl.DataFrame | None:
        """Return whole records as a table, and take note that they were read; None if they are not regular."""
        begins = _BEGINS.match(records)
        if begins is None or bool(begins["comma"]) == self._exact.is_first:
            return None
        # As few copies as can be: each costs as much as looking for a sign.
        body = b"".join((b"[", memoryview(records)[begins.end() :], b"]"))
        # Many tiny records, which no customers are, would make columns much larger than their text.
        if len(body) > MAX_RECORD or body.count(b"}") * _SHORTEST > len(body):
            return None
        try:
            table = self._proven(body)
        except pl.exceptions.PolarsError:
            return None
        if table is not None:
            self._exact.passed_over()
        return table

    def _proven(self, body: bytes) -> pl.DataFrame | None:
        schema = dict.fromkeys((*KNOWN, *self._extras), pl.String())
        replaced = 0
        if b"null" in body:
            body, replaced = _without_nulls(body)
        text = _text(body)
        with ThreadPoolExecutor(1) as helper:  # both let go of the interpreter; leaving waits for the thread
            signs = helper.submit(_signs, text)
            frame = pl.read_json(body, schema=schema)
        empty = _nulls(frame)
        if not len(frame) or not _is_proven(
            text, signs.result(), cells=frame.width * len(frame) - empty, rows=len(frame)
        ):
            return None
        if replaced:
            frame = frame.with_columns(pl.all().replace(_NULL, None))
        if _nulls(frame) != empty + replaced or _nulls(frame.select(self._extras)):
            return None
        return None if is_blank(frame["username"]).any() else table_from(frame, self._extras)


def _text(body: bytes) -> pl.Series:
    return pl.Series("t", [body], dtype=pl.Binary()).cast(pl.String())


def _without_nulls(body: bytes) -> tuple[bytes, int]:
    """Return a text with our own text for nulls, and how many there were."""
    replaced = 0
    for colon in (b'":', b'": '):
        count = body.count(colon + b"null")
        if count:
            body = body.replace(colon + b"null", colon + f'"{_NULL}"'.encode())
        replaced += count
    return body, replaced


class _Signs(NamedTuple):
    """How often the signs of keys and of texts stand in a piece; whether half characters do, or colons apart."""

    keys: int
    texts: int
    halves: bool
    apart: bool


def _signs(text: pl.Series) -> _Signs:
    t = pl.col("t").str
    signs = text.to_frame().select(
        keys=t.count_matches('":', literal=True),
        texts=t.count_matches('":"', literal=True),
        halves=t.contains(_HALF),
        apart=t.contains(_APART),
    )
    return _Signs(*signs.row(0))


def _is_proven(text: pl.Series, signs: _Signs, *, cells: int, rows: int) -> bool:
    """Whether the signs of a text leave room for nothing but so many cells, and polars reads them as they are."""
    keys, texts, halves, apart = signs
    if apart or keys != cells:
        return False
    if texts != cells:
        texts += _count(text, '": "')
    if texts != cells and (texts + _count(text, _PLAIN) != cells or _count(text, _NAMED) != rows):
        return False
    # Polars reads a half alone as NUL.
    return not (halves and (text.str.extract_all(_TOKEN).explode().str.len_bytes() == len(r"\ud8")).any())


def _count(text: pl.Series, pattern: str) -> int:
    return int(text.str.count_matches(pattern)[0])


def _nulls(frame: pl.DataFrame) -> int:
    return sum(frame.null_count().row(0)) if frame.width else 0
