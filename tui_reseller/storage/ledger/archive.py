"""A ledger that is moved into another one: what comes of it, on whatever database it was and will be."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from tui_reseller.domain.vault import Anchor
from tui_reseller.storage.ledger.chain import GENESIS, row_hash
from tui_reseller.storage.ledger.rows import COLUMNS, LedgerRow

NO_ACCOUNT = "*"
"""The account of what belongs to none."""
JOB_COLUMNS = ("number", "digest", "account", "time", "total", "body", "state", "why")
ITEM_COLUMNS = ("job", "seq", "step", "username", "body", "entry", "attempts", "outcome", "message")


class Leaving(Protocol):
    """A ledger that is leaving its place: nobody else writes to it."""

    @property
    def first(self) -> str:
        """The hash of the first row."""

    @property
    def head(self) -> Anchor:
        """The last row."""

    @property
    def last_job(self) -> int:
        """The highest number of a job, 0 where there is none."""

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Return all rows in the order of their numbers: COLUMNS, hash, and the key of the account that the row belongs
        to.
        """

    def jobs(self) -> Iterator[tuple[Any, ...]]:
        """Return all jobs: JOB_COLUMNS."""

    def items(self) -> Iterator[tuple[Any, ...]]:
        """Return all items of jobs: ITEM_COLUMNS."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ledger goes: the address of the one that takes it in, its id, and the number of the archive there."""

    address: str
    ledger: str
    archive: int

    def as_dict(self) -> dict[str, object]:
        """Return it as a file has it."""
        return {"address": self.address, "ledger": self.ledger, "archive": self.archive}


def head_of(rows: Iterable[tuple[Any, ...]]) -> tuple[Anchor, int | None]:
    """Return the last row of a chain as its rows make it, and the number of the first row that does not fit the one
    before it, or None. Each row is the values of COLUMNS and its hash.
    """
    previous, number = GENESIS, 0
    width = len(COLUMNS)
    for number, found in enumerate(rows, start=1):
        row = LedgerRow(*found[:width])
        hashed = row_hash(row, previous)
        if row.number != number or hashed != found[width]:
            return Anchor(number, previous), number
        previous = hashed
    return Anchor(number, previous), None
