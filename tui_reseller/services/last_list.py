"""The first rows of the last list read: what is painted before anything else is loaded."""

from collections.abc import Callable, Sequence
from datetime import datetime

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.listing import SnapshotInfo

FirstRows = tuple[SnapshotInfo, Sequence[Customer]]


def head(read: Callable[[int], FirstRows | None], oldest: datetime, rows: int) -> FirstRows | None:
    """Return so many rows of the snapshot that *read* reads; None without one, and if it is older than *oldest*."""
    found = read(rows)
    return None if found is None or found[0].read_at < oldest else found
