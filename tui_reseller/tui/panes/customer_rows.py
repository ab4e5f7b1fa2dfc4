"""What the list pane asks of a list."""

from collections.abc import Collection, Sequence
from typing import NamedTuple, Protocol

from tui_reseller.domain.customer import Customer


class Shown(NamedTuple):
    """Whatever changes rows without changing what is marked, found or in the columns."""

    version: int
    rows: int
    sort: str
    descending: bool
    filter_text: str
    is_head: bool


class CustomerRows(Protocol):
    """What is listed; the customer list of the services fits."""

    @property
    def version(self) -> int:
        """A number that changes with every change of the rows."""

    @property
    def is_head(self) -> bool:
        """Whether only the first rows are there yet, and the whole list is still read from disk."""

    def __len__(self) -> int:
        """How many rows."""

    def row_of(self, username: str) -> int | None:
        """Return the row of a customer, None where it is not listed."""

    def window(self, start: int, stop: int) -> Sequence[Customer]:
        """Return rows."""

    def fresh(self, usernames: Collection[str]) -> frozenset[str]:
        """Return which usernames the last refresh brought or changed."""
