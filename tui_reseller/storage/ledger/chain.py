"""The hash chain: each row is tied to the one before it, so that none can be changed, dropped or inserted without all
rows behind it.
"""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from tui_reseller.domain.vault import Anchor
from tui_reseller.storage.ledger.encoding import compact
from tui_reseller.storage.ledger.rows import COLUMNS, FORMAT, LedgerRow

GENESIS = "0" * 64
"""What the first row has for the hash of the one before it."""
BEGINNING = Anchor(0, GENESIS)
"""The anchor of an empty ledger."""
COLUMNS_WITHOUT_FORMAT = COLUMNS[:12]
"""The columns that the hash of a row without a format covers: versions 1 and 2 had no others."""


class Link(NamedTuple):
    """A row as it is stored: with the hash of the one before it, and its own."""

    row: LedgerRow
    previous: str
    hash: str


def linked(row: LedgerRow, last: Anchor) -> Link:
    """Return a row as the next one behind the last of a chain."""
    return Link(row, last.hash, row_hash(row, last.hash))


def row_hash(row: LedgerRow, previous: str) -> str:
    """Return the SHA-256 that ties a row to the one before it; none fits a row of a format that is not known."""
    if row.format not in {None, FORMAT} or (row.format is None and row.undoes is not None):
        return ""
    columns = [getattr(row, name) for name in (COLUMNS if row.format else COLUMNS_WITHOUT_FORMAT)]
    # Only tampering puts bytes into a column; then the hash must differ, not fail.
    content = compact([repr(value) if isinstance(value, bytes) else value for value in columns])
    return hashlib.sha256(f"{previous}\n{content}".encode("ascii")).hexdigest()


def first_break(links: Iterable[Link]) -> int | None:
    """Return the number of the first row that does not fit the one before it, or None. Links are those of a whole
    ledger in the order of their numbers.
    """
    before = GENESIS
    for number, (row, previous, hashed) in enumerate(links, start=1):
        if row.number != number or previous != before or row_hash(row, before) != hashed:
            return number
        before = hashed
    return None
