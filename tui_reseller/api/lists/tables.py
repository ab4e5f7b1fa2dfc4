"""Records of a list as a table of customers (domain/listing.py). Imported beside the event loop: it brings polars."""

import json
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

import polars as pl

from tui_reseller.api.lists.records import Record, RecordLayout
from tui_reseller.api.surrogates import has_surrogate
from tui_reseller.domain.listing import EXTRA, table_types
from tui_reseller.domain.provider import Provider

Cells = tuple[object, ...]
"""One customer in the order of the table's columns."""

SPACES = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What str.strip() strips. Polars by itself leaves the four separators U+001C to U+001F."""
_FIRST_VISIBLE, _BEHIND_ASCII = "!", "\x7f"
A_PAGE = 500
"""Records of the pages in which lists come."""
MOST_EXTRAS = 32
"""With more members that are no column, records are read one by one: columns cost memory in every row."""


@cache
def schema_of(provider: Provider) -> pl.Schema:
    """Return names and types of the columns of a table of a service's customers."""
    return pl.Schema(table_types(provider))


def rows_of(layout: RecordLayout, records: Iterable[Record]) -> list[Cells]:
    """Return records of any kind as rows, by the rules of records.py."""
    columns = layout.provider.columns
    rows: list[Cells] = []
    for customer in map(layout.customer, records):
        extra = dict(customer.extra)
        written = json.dumps(extra, ensure_ascii=False, separators=(",", ":"), sort_keys=True) if extra else None
        rows.append((*(customer.value(name) for name in columns), written))
    return rows


def table_of(layout: RecordLayout, rows: Sequence[Cells]) -> pl.DataFrame:
    """Return rows as a table."""
    if not rows:
        return _empty_table(layout.provider)
    return pl.DataFrame(rows, schema=schema_of(layout.provider), orient="row")


@cache
def _empty_table(provider: Provider) -> pl.DataFrame:
    return pl.DataFrame(schema=schema_of(provider))


def table_from(layout: RecordLayout, frame: pl.DataFrame, extras: Iterable[str]) -> pl.DataFrame:
    """Return regular records, a column of texts for each member, as a table."""
    columns = {name: frame.get_column(member, default=None) for name, member in layout.member_of.items()}
    named = sorted(extras)
    columns[EXTRA] = frame.select(pl.struct(named).struct.json_encode()).to_series() if named else None
    schema, height = schema_of(layout.provider), len(frame)
    made = [_column(name, texts, schema[name], height) for name, texts in columns.items()]
    return pl.DataFrame([~column if column.name in layout.inverted else column for column in made])


def has_no_text(keys: pl.Series) -> pl.Series:
    """Say for each key of a customer whether it is missing or nothing but spaces: no write can be aimed at it."""
    begins_plainly = (keys >= _FIRST_VISIBLE) & (keys < _BEHIND_ASCII)
    if not keys.null_count() and begins_plainly.all():  # nearly always, and quick
        return pl.Series([False]).new_from_index(0, len(keys))
    return keys.fill_null("").str.strip_chars(SPACES) == ""


def extras_of(layout: RecordLayout, records: Sequence[Record]) -> frozenset[str] | None:
    """Return the members that are no column if every record has the same, all of them plain values; else None."""
    if not records:
        return None
    names = records[0].keys() - layout.known
    if len(names) > MOST_EXTRAS or any(map(has_surrogate, names)):
        return None
    for record in records:
        if record.keys() - layout.known != names:
            return None
        if any(record[name] is None or isinstance(record[name], dict | list) for name in names):
            return None
    return frozenset(names)


def _column(name: str, texts: pl.Series | None, kind: pl.DataType, height: int) -> pl.Series:
    if texts is None or texts.null_count() == height:
        return _unknown_of_page(name, kind, height) if height <= A_PAGE else _unknown(name, kind, height)
    return (_switch(texts) if kind == pl.Boolean else texts).alias(name)


def _unknown(name: str, kind: pl.DataType, height: int) -> pl.Series:
    return _one_unknown(name, kind).new_from_index(0, height)


@lru_cache(maxsize=256)
def _unknown_of_page(name: str, kind: pl.DataType, height: int) -> pl.Series:
    """Return a column of nulls that the tables of all pages share: most of their columns are unknown."""
    return _unknown(name, kind, height)


@cache
def _one_unknown(name: str, kind: pl.DataType) -> pl.Series:
    """Return a column of one null: to make it takes as long as to read ten records."""
    return pl.Series(name, [None], kind)


def _switch(texts: pl.Series) -> pl.Series:
    """Return true, false or null, as Switch.from_wire reads texts."""
    is_true = texts == "true"
    if (is_true | (texts == "false")).all(ignore_nulls=True):  # nearly always, and quick
        return is_true
    text = texts.str.strip_chars(SPACES).str.to_lowercase()
    found = pl.when(text.is_in(["true", "1"])).then(True).when(text.is_in(["false", "0"])).then(False)  # noqa: FBT003
    return pl.select(found).to_series()
