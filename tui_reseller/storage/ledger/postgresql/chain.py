"""Checking the chains of a team's ledger: each row is hashed again here, from what the database tells."""

import hashlib
from collections.abc import Iterable
from typing import Any

from tui_reseller.storage.ledger.encoding import compact

COLUMNS = (
    "number, kind, entry, time, profile, account, operation, username, target, batch, outcome, body, format, undoes, "
    "role, session::text"
)
"""What the hash of a row covers, in this order: the columns of a ledger of one's own, then who it was, as the database
knows it.
"""


def beginning(ledger_id: str, account: str) -> str:
    """Return what the first row of an account has for the hash of the one before it."""
    return hashlib.sha256(f"{ledger_id}\n{account}".encode()).hexdigest()


def row_hash(values: Iterable[object], previous: str) -> str:
    """Return the SHA-256 that ties a row to the one before it; values are those of COLUMNS."""
    return hashlib.sha256(f"{previous}\n{compact(list(values))}".encode()).hexdigest()


def first_break(rows: Iterable[tuple[Any, ...]], previous: str) -> tuple[int, int | None]:
    """Return how many rows were looked at, and the number of the first one that does not fit the one before it, or
    None. Each row is the values of COLUMNS and its hash; they are all of an account, in order.
    """
    number = 0
    for number, (*values, hashed) in enumerate(rows, start=1):
        if values[0] != number or row_hash(values, previous) != bytes(hashed).hex():
            return number, number
        previous = bytes(hashed).hex()
    return number, None
