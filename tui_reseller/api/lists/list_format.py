"""What a list has to bring to be read as tables: how it is cut, its strict parser, and the fast path beside it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from tui_reseller.api.lists.records import Record, RecordLayout

if TYPE_CHECKING:
    import polars as pl


class StrictParser(Protocol):
    """Reads record by record. What it says is right by definition."""

    @property
    def is_list(self) -> bool | None:
        """None until the first character has come; False if the body is something else and is not read here."""

    @property
    def is_between(self) -> bool:
        """Whether it is between two records, or before the first, with nothing unread."""

    def feed(self, data: bytes) -> list[Record]:
        """Read a piece, and return the records that are complete. Raises BadReply."""

    def close(self) -> list[Record]:
        """Read the rest. Raises BadReply unless the list is complete, well-formed, and of customers."""


class FastPath(Protocol):
    """Parses many regular records at once. Version counts up with what it learns: what it parsed with another version
    does not count any more.
    """

    version: int

    def learn(self, records: Sequence[Record]) -> None:
        """Take note of the members that records have."""

    def table(self, records: bytes) -> "pl.DataFrame | None":
        """Return whole records as a table; None if they are not regular."""

    def skip(self, records: bytes) -> bool:
        """Let the strict parser skip records that were parsed here; False if they cannot stand where it is."""


S = TypeVar("S", bound=StrictParser)


@dataclass(frozen=True, eq=False)
class ListFormat(Generic[S]):
    """How a list is written. Opening is how it begins, record_end how a record ends; if something else may end so, too,
    what is before it is not regular. Fast makes the fast path beside a strict parser; it takes as long as polars takes
    to import.
    """

    layout: RecordLayout
    opening: bytes
    record_end: bytes
    strict: Callable[[], S]
    fast: Callable[[S], FastPath]
