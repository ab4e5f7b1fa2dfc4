"""Usernames of the list on disk by how they begin, for a shell that completes them: one column is read, nothing else.

What comes out holds no sign that a shell would act on: other usernames are left out.
"""

from collections.abc import Iterable
from os.path import commonprefix
from pathlib import Path

import polars as pl

from tui_reseller.domain.printed import LONGEST, PLAIN
from tui_reseller.domain.provider import KEY
from tui_reseller.storage.snapshot_changes import SnapshotChange


def beginning_with(path: Path, changes: Iterable[SnapshotChange], text: str, limit: int) -> tuple[list[str], list[str]]:
    """Return usernames, as Snapshots.beginning_with() does. Raises OSError, ValueError for a file that cannot be read.

    The sum of the file is not looked at: that would be to read all of it.
    """
    try:
        column = pl.scan_parquet(path).select(KEY).filter(pl.col(KEY).str.starts_with(text)).collect()[KEY]
    except pl.exceptions.PolarsError as error:
        raise ValueError(f"it cannot be read: {type(error).__name__}") from None
    column = _with_changes(column, changes, text)
    found = column.filter(column.str.contains(f"^(?:{PLAIN})$") & (column.str.len_chars() <= LONGEST)).unique()
    if len(found) <= limit:
        return sorted(found), []
    common = commonprefix([str(found.min()), str(found.max())])  # noqa: RUF071 - sign by sign
    longer = found.str.head(len(common) + 1).unique()
    whole = [common] if common in longer else []
    return whole, sorted(set(longer) - set(whole))[:limit]


def _with_changes(column: pl.Series, changes: Iterable[SnapshotChange], text: str) -> pl.Series:
    """Return the usernames after later changes: renamed, opened and closed ones."""
    is_there: dict[str, bool] = {}
    for username, customer in changes:
        is_there[username] = False
        if customer is not None:
            is_there[customer.username] = True
    if not is_there:
        return column
    kept = column.filter(~column.is_in([name for name, there in is_there.items() if not there]))
    new = [name for name, there in is_there.items() if there and name.startswith(text)]
    return pl.concat([kept, pl.Series(KEY, new, dtype=pl.String)])
