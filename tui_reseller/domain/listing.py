"""Values of reading a list: what arrives, what a filter must know beside it, what a snapshot tells."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from tui_reseller.domain.changes import Change
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.filters import Filter
from tui_reseller.domain.note import NO_NOTES, Notes
from tui_reseller.domain.provider import Kind, Provider

EXTRA = "extra"
"""The last column of a table of customers: a JSON object of texts, or null."""


def table_columns(provider: Provider) -> tuple[str, ...]:
    """Return the columns of a table of customers: those of the service, and EXTRA.

    Text fields are texts, null where the service sent none; a username is never null, and empty where the record had no
    usable one. Switches are true, false, or null for unknown; numbers are floats.
    """
    return (*provider.columns, EXTRA)


def table_types(provider: Provider) -> dict[str, type[str] | type[bool] | type[float]]:
    """Return the columns of a table of customers with the types of their values, beside null. A moment is a text: ISO
    8601 in UTC sorts by time.
    """
    types: dict[Kind, type[bool | float]] = {Kind.SWITCH: bool, Kind.NUMBER: float}
    return {name: types.get(provider.by_name[name].kind, str) for name in provider.columns} | {EXTRA: str}


class Table(Protocol):
    """Many customers as columns, for lists that are too long for one object each. Columns are those of
    table_columns().

    Adapters hand tables to each other by Arrow's own interface, so none of them has to know who made one.
    """

    def __len__(self) -> int:
        """How many customers."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Give the columns by the Arrow PyCapsule interface."""


@dataclass(frozen=True, slots=True)
class ListContext:
    """What a filter needs beside the customer: for its is: words, and for what it asks of our notes."""

    marked: frozenset[str] = frozenset()
    needs_you: frozenset[str] = frozenset()
    suspended: frozenset[str] = frozenset()
    notes: Notes = NO_NOTES
    bouncing: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What a list is asked for: filter, sort column (empty: the service's order), direction."""

    filter: Filter = field(default_factory=Filter)
    sort: str = ""
    descending: bool = False
    context: ListContext = field(default_factory=ListContext)


@dataclass(frozen=True, slots=True)
class ListDifference:
    """One customer that a newer list has otherwise. Kind is new, gone or changed."""

    kind: str
    username: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class RefreshCounts:
    """How many customers a newer list has new, has no more, and has otherwise."""

    new: int = 0
    gone: int = 0
    changed: int = 0

    def __bool__(self) -> bool:
        return bool(self.new or self.gone or self.changed)


@dataclass(frozen=True, slots=True)
class SnapshotInfo:
    """What is known of a snapshot: when it was read, and how many customers it had."""

    read_at: datetime
    total: int


@dataclass(frozen=True, slots=True)
class StoredList:
    """A snapshot: the list as it was read, and what changed since, in order: username, and the customer or None."""

    info: SnapshotInfo
    customers: Table
    changes: Sequence[tuple[str, Customer | None]] = ()


@dataclass(frozen=True, slots=True)
class ListProgress:
    """A piece of a list that is arriving. Received is in bytes of the body so far."""

    customers: Table
    received: int
