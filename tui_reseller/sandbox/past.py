"""Customers as they were at a time: for answers that lag behind what was written."""

from __future__ import annotations


def sql(*parts: str) -> str:
    """Join the parts of a statement. They come from this room's own tables of names; values are always bound."""
    return " ".join(parts)


def customers_as_of(as_of: float | None, columns: str) -> tuple[str, str, list[float]]:
    """Return the head of a statement, what it selects from, and the values of its head.

    The source has id, the columns, deleted and extra. As of a time, in seconds since 1970, rows that were changed since
    are replaced by what they were: the history keeps each row as it was before a change. Without one it is the present.
    """
    if as_of is None:
        return "", "customers", []
    past = sql("SELECT min(seq), id,", columns, ", deleted, extra FROM history WHERE at >= ? GROUP BY id")
    source = sql(
        "(SELECT id,", columns, ", deleted, extra FROM customers WHERE id NOT IN (SELECT id FROM past)",
        "UNION ALL SELECT id,", columns, ", deleted, extra FROM past)",
    )  # fmt: skip
    return sql("WITH past AS (", past, ")"), source, [as_of]
