"""The order of rows by a column: sorted once, kept, and kept right while single rows change.

Case is ignored, equal rows stand in the order of the service, rows without a value come last both ways. Reversed is
exactly the other way round.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.switch import Switch
from tui_reseller.storage.matching import text_of

Edits = Mapping[int, Customer | None]
"""Rows that are not as in the frame: another customer, or none. Numbers past the frame are new customers."""


_Key = str | float | None
"""Keys of one column are all texts or all numbers; None is equal to None only."""


@dataclass(frozen=True, slots=True)
class RowOrder:
    """Row numbers, ascending by a column: first those with a value, then the empty ones."""

    filled: pl.Series
    empty: pl.Series

    def rows(self, *, descending: bool) -> pl.Series:
        """Return all row numbers."""
        filled = self.filled.reverse() if descending else self.filled
        return pl.concat([filled, self.empty], rechunk=True)


def row_order_of(frame: pl.DataFrame, field: str) -> RowOrder:
    """Sort a frame by a field; without one, it is the order of the service."""
    if not field:
        return RowOrder(pl.int_range(len(frame), dtype=pl.UInt32, eager=True), _rows([]))
    kind = frame.schema[field]
    if kind == pl.Float64:
        key = pl.col(field)
    else:
        unknown = Switch.UNKNOWN.value if kind == pl.Boolean else ""
        key = text_of(field, kind).str.to_lowercase()
        key = pl.when(key != unknown).then(key)
    found = frame.select(
        rows=pl.arg_sort_by(key, nulls_last=True, maintain_order=True).cast(pl.UInt32), empty=key.is_null().sum()
    )
    rows = found["rows"]
    filled = len(rows) - (int(found["empty"][0]) if len(rows) else 0)
    return RowOrder(rows[:filled], rows[filled:])


def with_edits(order: RowOrder, frame: pl.DataFrame, field: str, edits: Edits) -> RowOrder:
    """Return the order with changed rows where they belong now, new ones among them, and without those taken out."""
    if not edits:
        return order
    column = frame[field] if field else None

    def key_of(row: int) -> tuple[_Key, int]:
        return (None if column is None else _key(column[row])), row

    present = [(_key(customer.value(field) if field else None), row) for row, customer in edits.items() if customer]
    left = _rows(list(edits)).implode()
    filled, empty = (part.filter(~part.is_in(left)) for part in (order.filled, order.empty))
    if not field:
        return RowOrder(_merged(filled, present, key_of), empty)
    return RowOrder(
        _merged(filled, [pair for pair in present if pair[0] is not None], key_of),
        _merged(empty, [pair for pair in present if pair[0] is None], key_of),
    )


def _merged(part: pl.Series, new: Sequence[tuple[_Key, int]], key_of: Callable[[int], tuple[_Key, int]]) -> pl.Series:
    """Put rows among those of a part. Keys are looked up one by one: a change costs no pass over the column."""
    pieces, done = [], 0
    for key in sorted(new):
        at = bisect_left(range(len(part)), key, lo=done, key=lambda place: key_of(int(part[place])))
        pieces += [part[done:at], _rows([key[1]])]
        done = at
    return pl.concat([*pieces, part[done:]])


def _key(value: object) -> _Key:
    """Return what a value is sorted by; None if it goes to the end."""
    if isinstance(value, bool):
        return Switch.from_bool(value).value
    if isinstance(value, int | float):
        return value
    return str(value or "").lower() or None


def _rows(numbers: Sequence[int]) -> pl.Series:
    return pl.Series(numbers, dtype=pl.UInt32)
