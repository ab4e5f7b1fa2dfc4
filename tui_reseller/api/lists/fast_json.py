"""The fast path of a JSON list: regular records, megabytes at once, ten times as fast as one by one.

polars reads what the strict parser (strict_json.py) reads, but is silent about keys that it does not know, keys that
stand twice, and how a number was written. So its answer counts only if the structure characters of the text prove that
there were none; everything else is read by the strict parser.

The proof: with no space between a key and its colon, every key ends in `":`. As many of these as cells that were read
leave no room for a key unknown or doubled or with a nested value, nor for a text that holds or begins with such
characters. So every `":` is the end of a key, `":"` counts the texts, and what is no text must be a plain whole number,
true or false. Nulls become a text of our own before all this and nulls again after it: where that touches anything but
a null after a key, what it makes is no JSON or has a structure character too many.
"""

import re
from collections.abc import Sequence

import polars as pl

from tui_reseller.api.lists.json_structure import Structure, longest_record, structure_of
from tui_reseller.api.lists.records import Record
from tui_reseller.api.lists.strict_json import StrictJson
from tui_reseller.api.lists.tables import extras_of, has_no_text, table_from
from tui_reseller.api.lists.unfinished_record import MAX_RECORD

_BEGINS = re.compile(rb"[ \t\r\n]*(?P<comma>,?)")
_PLAIN = '": ?(?:0|-?[1-9][0-9]{0,17}|true|false)[,} \t\r\n]'
_NULL = "\x7fnull\x7f"
"""Stands for null while a piece is read. A text that is the same makes the piece irregular."""
_SURROGATE = r"\\u[dD][89a-fA-F]"
_TOKEN = rf"\\\\|\\u[dD][89abAB][0-9a-fA-F]{{2}}\\u[dD][c-fC-F][0-9a-fA-F]{{2}}|{_SURROGATE}"
"""An escaped backslash, a pair of surrogates, or a lone one: in this order none hides in another."""


class FastJson:
    """Parses what is regular; knows of members that are no column what the strict parser saw last."""

    def __init__(self, strict: StrictJson) -> None:
        self.version = 0
        self._strict = strict
        self._layout = strict.layout
        self._keyed = f'"{re.escape(strict.layout.key)}": ?"'
        self._shortest = len(f'{{"{strict.layout.key}":"a"}}')
        self._extras: frozenset[str] = frozenset()

    def learn(self, records: Sequence[Record]) -> None:
        """Take note of the members that records have."""
        found = extras_of(self._layout, records)
        if found is not None and found != self._extras:
            self.version += 1
            self._extras = found

    def table(self, records: bytes) -> pl.DataFrame | None:
        """Return whole records as a table, whether a comma comes before them or not; None if they are not regular."""
        begins = _BEGINS.match(records)
        assert begins is not None  # noqa: S101 - it matches anything
        # As few copies as can be: each costs as much as looking for a character.
        body = b"".join((b"[", memoryview(records)[begins.end() :], b"]"))
        try:
            return self._proven(body)
        except pl.exceptions.PolarsError:
            return None

    def skip(self, records: bytes) -> bool:
        """Let the strict parser skip records, at least one, that were parsed here; False if there is no comma between
        them and what was before.
        """
        begins = _BEGINS.match(records)
        if begins is None or bool(begins["comma"]) == self._strict.is_first:
            return False
        self._strict.skip()
        return True

    def _proven(self, body: bytes) -> pl.DataFrame | None:
        extras = self._extras
        schema = dict.fromkeys((*self._layout.known, *extras), pl.String())
        structure, replaced = structure_of(body), 0
        if structure.texts != structure.keys:
            body, replaced = _without_nulls(body)
            structure = structure_of(body) if replaced else structure
        # Many tiny records, which no customers are, would make columns much larger than their text.
        if structure.may_have_spaced_colon or len(structure.braces) * self._shortest > len(body):
            return None
        frame = pl.read_json(body, schema=schema)
        empty, rows = _nulls(frame), len(frame)
        if not rows or not self._is_proven(body, structure, cells=frame.width * rows - empty, rows=rows):
            return None
        if len(body) > MAX_RECORD and longest_record(structure, rows) > MAX_RECORD:
            return None
        if replaced:
            frame = frame.with_columns(pl.all().replace(_NULL, None))
        if (replaced and _nulls(frame) != empty + replaced) or _nulls(frame.select(extras)):
            return None
        return None if has_no_text(frame[self._layout.key]).any() else table_from(self._layout, frame, extras)

    def _is_proven(self, body: bytes, structure: Structure, *, cells: int, rows: int) -> bool:
        """Whether the structure of a text leaves room for nothing but so many cells, and polars reads them as they
        are.
        """
        if structure.keys != cells:
            return False
        is_all_text, may_be_lone = structure.texts == cells, structure.may_have_lone_surrogate
        if is_all_text and not may_be_lone:
            return True
        text = pl.Series("t", [body], dtype=pl.Binary()).cast(pl.String())
        if not is_all_text and (structure.texts + _count(text, _PLAIN) != cells or _count(text, self._keyed) != rows):
            return False
        # Polars reads a lone surrogate as NUL.
        return not (may_be_lone and (text.str.extract_all(_TOKEN).explode().str.len_bytes() == len(r"\ud8")).any())


def _without_nulls(body: bytes) -> tuple[bytes, int]:
    """Return a text with our own text for nulls, and how many there were."""
    replaced = 0
    for colon in (b'":', b'": '):
        count = body.count(colon + b"null")
        if count:
            body = body.replace(colon + b"null", colon + f'"{_NULL}"'.encode())
        replaced += count
    return body, replaced


def _count(text: pl.Series, pattern: str) -> int:
    return int(text.str.count_matches(pattern)[0])


def _nulls(frame: pl.DataFrame) -> int:
    return sum(frame.null_count().row(0)) if frame.width else 0
