"""Records of a list as a table of customers (domain/listing.COLUMNS). Imported beside the screen: it brings polars."""

import json
from collections.abc import Iterable, Sequence

import polars as pl

from tui_reseller.api.reseller_v2.records import KNOWN, WIRE_NAME, Record, customer_from
from tui_reseller.api.surrogates import has_surrogate
from tui_reseller.domain.listing import table_columns
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2

Row = tuple[object, ...]
COLUMNS = table_columns(RESELLER_V2)
SCHEMA = {name: pl.Boolean() if name in RESELLER_V2.switches else pl.String() for name in COLUMNS}
BLANKS = (
    "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What str.strip() strips. Polars by itself leaves the four separators U+001C to U+001F."""
_FIRST_SIGN, _BEHIND_ASCII = "!", "\x7f"
MOST_EXTRAS = 32
"""With more fields that we do not know, records are read one by one: columns cost memory in every row."""


def rows_of(records: Iterable[Record]) -> list[Row]:
    """Return records of any kind as rows, by the rules of records.py."""
    rows: list[Row] = []
    for customer in map(customer_from, records):
        extra = dict(customer.extra)
        written = json.dumps(extra, ensure_ascii=False, separators=(",", ":"), sort_keys=True) if extra else None
        rows.append((*(customer.value(name) for name in COLUMNS[:-1]), written))
    return rows


def table_of(rows: Sequence[Row]) -> pl.DataFrame:
    """Return rows as a table."""
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def table_from(frame: pl.DataFrame, extras: Iterable[str]) -> pl.DataFrame:
    """Return regular records, a column of texts for each field of the wire, as a table."""
    columns = {name: frame.get_column(WIRE_NAME.get(name, name), default=None) for name in COLUMNS[:-1]}
    named = sorted(extras)
    columns["extra"] = frame.select(pl.struct(named).struct.json_encode()).to_series() if named else None
    return pl.DataFrame([_column(name, texts, len(frame)) for name, texts in columns.items()])


def is_blank(usernames: pl.Series) -> pl.Series:
    """Say for each username whether it is missing or nothing but blanks: no write can be aimed at it."""
    begins_plainly = (usernames >= _FIRST_SIGN) & (usernames < _BEHIND_ASCII)
    if not usernames.null_count() and begins_plainly.all():  # nearly always, and quick
        return pl.Series([False]).new_from_index(0, len(usernames))
    return usernames.fill_null("").str.strip_chars(BLANKS) == ""


def extras_of(records: Sequence[Record]) -> frozenset[str] | None:
    """Return the fields beside the known ones if every record has the same, all of them plain values; else None."""
    if not records:
        return None
    names = records[0].keys() - KNOWN
    if len(names) > MOST_EXTRAS or any(map(has_surrogate, names)):
        return None
    for record in records:
        if record.keys() - KNOWN != names:
            return None
        if any(record[name] is None or isinstance(record[name], dict | list) for name in names):
            return None
    return frozenset(names)


def _column(name: str, texts: pl.Series | None, height: int) -> pl.Series:
    if texts is None or texts.null_count() == height:
        return pl.Series(name, [None], SCHEMA[name]).new_from_index(0, height)
    return (_switch(texts) if name in RESELLER_V2.switches else texts).alias(name)


def _switch(texts: pl.Series) -> pl.Series:
    """Return true, false or null, as Switch.from_wire reads texts."""
    is_true = texts == "true"
    if (is_true | (texts == "false")).all(ignore_nulls=True):  # nearly always, and quick
        return is_true
    text = texts.str.strip_chars(BLANKS).str.to_lowercase()
    found = pl.when(text.is_in(["true", "1"])).then(True).when(text.is_in(["false", "0"])).then(False)  # noqa: FBT003
    return pl.select(found).to_series()
