"""Customers as CSV and as JSON Lines, column by column.

Both write exactly what `domain.csv_cells` and Python's own encoder write: one regex finds the values of a column that
are not harmless, and only those go through them, one by one.
"""

import json
from collections.abc import Callable, Sequence
from json.encoder import encode_basestring_ascii

import polars as pl

from tui_reseller.domain.csv_cells import cell_of, json_cell
from tui_reseller.domain.listing import EXTRA
from tui_reseller.storage.matching import text_of

HARMLESS = (
    "\x20-\x7e\xa1-\xac\xae-\u02ff\u0391-\u03a1\u03a3-\u03ff\u0400-\u0482\u048a-\u052f\u05d0-\u05ea\u0620-\u064a"
    "\u1e00-\u1eff\u2010-\u2027\u3041-\u3096\u30a1-\u30fa\u4e00-\u9ffc\uac00-\ud7a3"
)
"""Ranges of characters that clean() never changes: assigned, no combining marks, of all spaces only U+0020. Others may
be harmless too: they only take longer.
"""
_FORMULA = r"""'*[ "]*[=+\-@]"""
"""What formula_safe() looks for, among harmless characters."""
_LATER_FORMULA = r""";[ "]*[=+\-@]"""
_ODD_CELL = rf"""[^{HARMLESS}]|\\[tnruU]|{_LATER_FORMULA}"""
"""What cell_of() may write in another way, but for the mark in front."""
_ODD_JSON = r"[^\x20\x21\x23-\x5b\x5d-\x7e]"
_ODD_OBJECT = r"[^\x20-\x7e]"
_encode = json.JSONEncoder(ensure_ascii=True).encode


def csv_header(columns: Sequence[str]) -> str:
    """Return the first line of a CSV file."""
    return ",".join(columns) + "\n"


def csv_lines(frame: pl.DataFrame, columns: Sequence[str]) -> str:
    """Return customers as lines of CSV that no spreadsheet runs and no terminal obeys. Nothing stands for no value."""
    cells = pl.DataFrame({name: _cells(frame, name) for name in columns})
    if len(columns) > 1:  # alone on its line, nothing has to be written as "": a blank line is no row
        cells = cells.with_columns(pl.when(pl.all() != "").then(pl.all()))
    return cells.write_csv(include_header=False, null_value="", quote_style="necessary")


def _cells(frame: pl.DataFrame, name: str) -> pl.Series:
    if frame.schema[name] != pl.String:
        return frame.select(text_of(name, frame.schema[name])).to_series()
    column = (_objects(frame[name]) if name == EXTRA else frame[name]).fill_null("")
    is_odd = column.str.contains(_LATER_FORMULA if name == EXTRA else _ODD_CELL)
    safe = column
    begins = column.str.contains(f"^{_FORMULA}")
    if begins.any():
        safe = pl.select(pl.when(begins).then(pl.lit("'") + column).otherwise(column)).to_series()
    return _mapped(safe, is_odd, json_cell if name == EXTRA else cell_of, column)


def json_lines(frame: pl.DataFrame, columns: Sequence[str]) -> str:
    """Return customers as JSON Lines in ASCII: keys and values as Customer.as_dict() has them."""
    parts: list[pl.Expr] = []
    for name in columns:
        if name != EXTRA:
            parts += [pl.lit(f'{", " if parts else ""}"{name}": '), pl.lit(_values(frame, name))]
    if EXTRA in columns:
        key = f'{", " if parts else ""}"{EXTRA}": '
        parts.append(pl.lit((pl.Series([key]) + _objects(frame[EXTRA])).fill_null("")))
    lines = pl.select(pl.concat_str([pl.lit("{"), *parts, pl.lit("}\n")])).to_series()
    return str(lines.str.join("").item())


def _values(frame: pl.DataFrame, name: str) -> pl.Series:
    """Return a column as JSON values."""
    column = frame[name]
    if column.dtype == pl.Boolean:
        return column.cast(pl.String).fill_null("null")
    if column.dtype == pl.Float64:
        return frame.select(text_of(name, column.dtype)).to_series().replace("", "null")
    is_odd = column.str.contains(_ODD_JSON).fill_null(value=False)
    quote = pl.Series(['"'])
    return _mapped(quote + column + quote, is_odd, encode_basestring_ascii, column).fill_null("null")


def _objects(column: pl.Series) -> pl.Series:
    """Return extra fields as JSON objects in ASCII and on one line; null where there is none."""
    is_odd = column.str.contains(_ODD_OBJECT).fill_null(value=False)
    found = _mapped(column, is_odd, lambda text: _encode(json.loads(text)))
    return found.set((found == "{}").fill_null(value=False), None)


def _mapped(
    column: pl.Series, where: pl.Series, function: Callable[[str], str], values: pl.Series | None = None
) -> pl.Series:
    """Return a column with function(value) in some of its rows; values are those of another column if one is given."""
    if not where.any():
        return column
    rows = where.arg_true()
    old = (column if values is None else values).gather(rows).to_list()
    new = pl.Series(column.name, list(map(function, old)), dtype=pl.String)
    behind = pl.int_range(len(column), len(column) + len(rows), dtype=pl.UInt32, eager=True)
    place = pl.int_range(len(column), dtype=pl.UInt32, eager=True).scatter(rows, behind)
    return pl.concat([column, new]).gather(place)
