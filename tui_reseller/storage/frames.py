"""Customers as columns: polars frames, and what is searched in them.

Imported only when a list is at hand: polars takes as long to import as the first screen takes to paint.
"""

from collections.abc import Collection, Iterable, Mapping

import polars as pl

from tui_reseller.domain.customer import SWITCH_FIELDS, Customer
from tui_reseller.domain.filters import SEARCHED
from tui_reseller.domain.listing import COLUMNS, Table
from tui_reseller.domain.switch import Switch
from tui_reseller.storage.rows import row_of

SEARCH = "_search"
BETWEEN = "\x1f"
"""Stands between the searched fields, so that no word is found across two of them."""
SCHEMA = {name: pl.Boolean() if name in SWITCH_FIELDS else pl.String() for name in COLUMNS}
FULL_SCHEMA = {**SCHEMA, SEARCH: pl.String()}


def frame_of(table: Table) -> pl.DataFrame:
    """Return a table as a frame with exactly our columns. Raises ValueError if it has others."""
    frame = table if isinstance(table, pl.DataFrame) else pl.DataFrame(table)
    if dict(frame.schema) != SCHEMA:
        raise ValueError("not a table of customers")
    return frame


def searchable(frame: pl.DataFrame) -> pl.DataFrame:
    """Add the lower-cased text that bare words are looked for in."""
    fields = [pl.col(name).fill_null("") for name in SEARCHED]
    return frame.with_columns(pl.concat_str(fields, separator=BETWEEN).str.to_lowercase().alias(SEARCH))


def with_website(frame: pl.DataFrame, known: Mapping[str, Switch]) -> pl.DataFrame:
    """Fill in website access where the service did not tell and this tool has set it."""
    told = {username: state.as_bool for username, state in known.items() if state is not Switch.UNKNOWN}
    if not told:
        return frame
    ours = pl.col("username").replace_strict(
        pl.Series(list(told), dtype=pl.String), pl.Series(list(told.values()), dtype=pl.Boolean),
        default=None, return_dtype=pl.Boolean,
    )  # fmt: skip
    return frame.with_columns(pl.col("website_access").fill_null(ours))


def frame_from(customers: Iterable[Customer]) -> pl.DataFrame:
    """Return customers as a frame."""
    return pl.DataFrame([row_of(customer) for customer in customers], schema=SCHEMA, orient="row")


def texts(values: Collection[str]) -> pl.Series:
    """Return texts as a column. Those with half a character, which a shell can give, are in no list: left out."""
    try:
        return pl.Series(list(values), dtype=pl.String)
    except UnicodeEncodeError:
        return pl.Series([value for value in values if value.isascii() or _is_whole(value)], dtype=pl.String)


def _is_whole(value: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in value)
