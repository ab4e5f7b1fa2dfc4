"""Customers as columns: polars frames, and what is searched in them.

Imported only when a list is at hand: polars takes as long to import as the first screen takes to paint.
"""

from collections.abc import Collection, Iterable, Mapping
from functools import cache

import polars as pl

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.fingerprint import ID
from tui_reseller.domain.listing import Table, table_types
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.domain.value import Value
from tui_reseller.storage.folding import fold, fold_repeated
from tui_reseller.storage.rows import row_of

SEARCH = "_search"
LONG = 50_000
"""From so many rows on, each column is folded by itself, on all processors: half the time (measured). In pieces of some
thousand rows, as a list arrives, all columns in one go take less.
"""
BETWEEN = "\x1f"
"""Stands between the searched fields, so that no word is found across two of them."""


@cache
def schema_of(provider: Provider) -> pl.Schema:
    """Return names and types of the columns of a table of a service's customers."""
    return pl.Schema(table_types(provider))


@cache
def full_schema_of(provider: Provider) -> pl.Schema:
    """Return the same with what bare words are looked for in."""
    return pl.Schema({**schema_of(provider), SEARCH: pl.String()})


def frame_of(provider: Provider, table: Table) -> pl.DataFrame:
    """Return a table as a frame with exactly the columns of a service, and what is searched in them if it has that.

    Raises ValueError if it has others.
    """
    frame = any_frame_of(table)
    if frame.schema not in (schema_of(provider), full_schema_of(provider)):
        raise ValueError("not a table of customers")
    return frame


def any_frame_of(table: Table) -> pl.DataFrame:
    """Return a table as a frame, whatever its columns."""
    return table if isinstance(table, pl.DataFrame) else pl.DataFrame(table)


def searchable(provider: Provider, frame: pl.DataFrame) -> pl.DataFrame:
    """Add the folded text that bare words are looked for in."""
    fields = [pl.col(name).fill_null("") for name in provider.searched]
    if not fields:
        return frame.with_columns(pl.lit("").alias(SEARCH))
    if len(frame) < LONG:
        text = fold(pl.concat_str(fields, separator=BETWEEN))
    else:
        text = pl.concat_str([fold_repeated(field) for field in fields], separator=BETWEEN)
    return frame.with_columns(text.alias(SEARCH))


def with_last_set(provider: Provider, frame: pl.DataFrame, known: Mapping[str, Mapping[str, Value]]) -> pl.DataFrame:
    """Fill in what the service never tells where this tool has set it."""
    for name in provider.untold:
        told = {username: values[name] for username, values in known.items() if values.get(name) is not None}
        if told:
            kind = schema_of(provider)[name]
            ours = pl.col(KEY).replace_strict(
                pl.Series(list(told), dtype=pl.String), pl.Series(list(told.values()), dtype=kind),
                default=None, return_dtype=kind,
            )  # fmt: skip
            frame = frame.with_columns(pl.col(name).fill_null(ours))
    return frame


def with_details(provider: Provider, frame: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Fill in what the service tells for one customer at a time, where an older list of the same customers has it. One
    that bears the username of another has another id, and nothing of it.
    """
    read = {moment: names for moment, names in provider.groups.items() if known[moment].null_count() < len(known)}
    if not read:
        return frame
    same, joined = [KEY, *(name for name in (ID,) if name in provider.by_name)], frame
    for moment, names in read.items():
        older = known.filter(pl.col(moment).is_not_null()).unique(KEY, keep="first").select(*same, *names)
        joined = joined.drop(names).join(older, on=same, how="left", maintain_order="left", validate="m:1")
    return searchable(provider, joined.select(frame.columns))


def frame_from(provider: Provider, customers: Iterable[Customer]) -> pl.DataFrame:
    """Return customers as a frame."""
    rows = [row_of(provider, customer) for customer in customers]
    return pl.DataFrame(rows, schema=schema_of(provider), orient="row")


def texts(values: Collection[str]) -> pl.Series:
    """Return texts as a column. Those with a lone surrogate, which a shell can give, are in no list: left out."""
    try:
        return pl.Series(list(values), dtype=pl.String)
    except UnicodeEncodeError:
        return pl.Series([value for value in values if value.isascii() or _is_whole(value)], dtype=pl.String)


def _is_whole(value: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in value)
