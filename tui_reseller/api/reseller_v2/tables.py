"""Records of a list as a table of customers (domain/listing.COLUMNS). Imported beside the screen: it brings polars."""

import json
from collections.abc import Iterable, Sequence

import polars as pl

from tui_reseller.api.reseller_v2.records import KNOWN, Record, customer_from
from tui_reseller.domain.customer import SWITCH_FIELDS
from tui_reseller.domain.listing import COLUMNS

SCHEMA = {name: pl.Boolean() if name in SWITCH_FIELDS else pl.String() for name in COLUMNS}
WIRE_NAME = {"sending": "active"}
"""Columns that the wire calls otherwise."""


def table_of(records: Iterable[Record]) -> pl.DataFrame:
    """Return records of any kind as a table, by the rules of records.py."""
    rows = []
    for customer in map(customer_from, records):
        extra = json.dumps(dict(customer.extra), ensure_ascii=False, separators=(",", ":")) if customer.extra else None
        rows.append((*(customer.value(name) for name in COLUMNS[:-1]), extra))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def table_from(frame: pl.DataFrame, extras: Sequence[str]) -> pl.DataFrame:
    """Return regular records, a column of texts for each field of the wire, as a table."""
    columns = [
        _switch(WIRE_NAME.get(name, name), frame).alias(name)
        if name in SWITCH_FIELDS
        else (pl.col(name) if name in frame.columns else pl.lit(None, pl.String).alias(name))
        for name in COLUMNS[:-1]
    ]
    extra = pl.struct(extras).struct.json_encode() if extras else pl.lit(None, pl.String)
    return frame.select(*columns, extra.alias("extra"))


def extras_of(records: Sequence[Record]) -> tuple[str, ...] | None:
    """Return the fields beside the known ones if every record has the same, all of them plain values; else None."""
    if not records:
        return None
    names = [name for name in records[0] if name not in KNOWN]
    for record in records:
        if [name for name in record if name not in KNOWN] != names:
            return None
        if any(record[name] is None or isinstance(record[name], dict | list) for name in names):
            return None
    return tuple(names)


def _switch(name: str, frame: pl.DataFrame) -> pl.Expr:
    """Return true, false or null, as Switch.from_wire reads texts."""
    if name not in frame.columns:
        return pl.lit(None, pl.Boolean)
    text = pl.col(name).str.strip_chars().str.to_lowercase()
    return pl.when(text.is_in(["true", "1"])).then(True).when(text.is_in(["false", "0"])).then(False)  # noqa: FBT003
