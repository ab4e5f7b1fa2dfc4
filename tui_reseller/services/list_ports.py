"""What the use cases need of lists: in memory, while they arrive, on disk, and as files of the operator."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.export import ExportFormat, Progress
from tui_reseller.domain.listing import (
    ListDifference,
    ListQuery,
    RefreshCounts,
    SnapshotInfo,
    StoredList,
    Table,
)
from tui_reseller.domain.note import Notes
from tui_reseller.domain.value import Value


class IncomingPort(Protocol):
    """A list that is arriving."""

    def __len__(self) -> int:
        """Customers so far."""

    async def add(self, table: Table) -> None:
        """Add a piece."""

    async def has(self, username: str) -> bool:
        """Whether a customer with this username has arrived."""

    async def with_email(self, address: str, limit: int) -> Sequence[str]:
        """Return usernames that have arrived with this e-mail address, in any case; at most *limit*."""

    async def opened_between(self, first: datetime, last: datetime) -> Sequence[str]:
        """Return usernames that have arrived and were opened within a time, in UTC, by what the list tells of it; those
        nearest to its middle first. None where it does not tell.
        """

    async def named(self, usernames: Collection[str]) -> Mapping[str, Customer]:
        """Return the customers of these usernames that have arrived."""


class CustomerListPort(Protocol):
    """The list in memory, as the screen and `list` see it: filtered, sorted, by window.

    Until the first list is taken it holds the head of the last one: rows to show, with neither filter nor order.
    """

    def __len__(self) -> int:
        """Rows that the present query shows."""

    @property
    def total(self) -> int:
        """All customers."""

    @property
    def version(self) -> int:
        """A number that grows whenever a customer changes."""

    @property
    def is_head(self) -> bool:
        """Whether only the head of the last list is there."""

    @property
    def refreshed(self) -> RefreshCounts:
        """How the present list differs from the one before the last refresh."""

    def show_head(self, customers: Sequence[Customer], total: int) -> None:
        """Show the first customers of a list that is not loaded yet."""

    def incoming(self) -> IncomingPort:
        """Return an empty list, to gather a new one in."""

    async def take(self, new: Any, last_set: Mapping[str, Mapping[str, Value]], *, complete: bool = True) -> None:
        """Put what incoming() returned in the place of the old list; the present query stays. Last_set is what
        this tool has set, by username and field, for what the service does not tell. A complete list is
        compared with the one before.
        """

    async def query(self, query: ListQuery) -> bool:
        """Filter and sort; return whether the result is shown: a newer query makes an older one void.

        Raises InvalidInput for a sort column that there is not, InvalidFilter for a regex that cannot be used.
        """

    async def count(self, query: ListQuery) -> int:
        """Return how many customers another query would show. Raises InvalidFilter."""

    async def hidden(self, usernames: Collection[str]) -> int:
        """Return how many of these usernames the present query does not show."""

    def window(self, start: int, stop: int) -> Sequence[Customer]:
        """Return shown rows."""

    def get(self, username: str) -> Customer | None:
        """Return a customer by exact username."""

    def named(self, usernames: Collection[str]) -> Mapping[str, Customer]:
        """Return customers by exact username, all by one pass over the list."""

    def row_of(self, username: str) -> int | None:
        """Return the shown row of a username."""

    def is_ambiguous(self, username: str) -> bool:
        """Whether the service listed this username more than once."""

    async def look_alikes(self, usernames: Collection[str], limit: int) -> Mapping[str, Sequence[str]]:
        """Return for each username those others, shown or not, that the eye takes for it, at most *limit*; none
        without any.
        """

    def ambiguous(self, usernames: Collection[str]) -> frozenset[str]:
        """Return which of these usernames the service listed more than once, all by one pass over the list."""

    def usernames(self) -> Sequence[str]:
        """All usernames that the present query shows, in order."""

    def fresh(self, usernames: Collection[str]) -> frozenset[str]:
        """Return which of these usernames the last refresh brought or changed."""

    def differences(self, limit: int) -> Sequence[ListDifference]:
        """Return what the last refresh brought, one by one; of each kind at most *limit*."""

    def apply(self, changes: Sequence[tuple[str, Customer | None]]) -> None:
        """Put changed or renamed customers in the place of usernames, add new ones, take out those that are None."""

    async def tidy(self) -> None:
        """Do what many single changes leave to do."""

    async def table(
        self, usernames: Collection[str] | None = None, *, everything: bool = False, notes: Notes | None = None
    ) -> Table | None:
        """Return as columns what the present query shows, in its order; or the customers of these usernames, or
        everything. With notes it ends with columns for our labels and notes. None before the first list.
        """


class SnapshotPort(Protocol):
    """The last list read, on disk, for one account. Rebuildable: unreadable means none."""

    def head(self, account: str, rows: int) -> tuple[SnapshotInfo, list[Customer]] | None:
        """Return the first rows at once, or None."""

    def beginning_with(self, account: str, text: str, limit: int) -> tuple[Sequence[str], Sequence[str]]:
        """Return the usernames that begin with a text and can stand in a command as they are. If there are more than
        *limit*: none, and instead how they go on from where they differ. Nothing where there is no list.
        """

    async def load(self, account: str) -> StoredList | None:
        """Return the list and later changes, or None. Raises SnapshotDamaged after setting aside what is odd."""

    async def save(self, account: str, read_at: datetime, table: Any) -> None:
        """Put what incoming() returned in the place of the old list, whole or not at all. Raises BadConfig if the disk
        refuses.
        """

    async def note(self, account: str, changes: Sequence[tuple[str, Customer | None]]) -> None:
        """Add changes to the snapshot, if there is one: username, and the customer or None, in order."""

    def remove(self, account: str) -> int:
        """Delete the snapshot of an account; return how many bytes that freed."""

    def purge(self, before: datetime | None = None) -> int:
        """Delete the snapshots of all accounts, or the older ones; return how many bytes that freed."""


class ExportPort(Protocol):
    """Customers as a file of the operator. Without columns: all fields, and extra where a customer has some."""

    def check(self, path: Path, *, overwrite: bool) -> None:
        """Raise InvalidInput unless a file can be put here: only a plain file is ever replaced, and only if it may."""

    async def write(
        self,
        table: Table,
        path: Path,
        form: ExportFormat,
        columns: Sequence[str],
        *,
        overwrite: bool,
        bom: bool = False,
        progress: Progress | None = None,
    ) -> int:
        """Write a file, private, whole or not at all, beside the event loop; return its size in bytes. With *bom* CSV
        begins with the mark of UTF-8, which spreadsheets look for.

        Progress is called in the event loop. Cancelled, it returns when nothing is left of the file. Raises
        InvalidInput (as check) and BadConfig if the disk refuses.
        """

    def texts(
        self, table: Table, form: ExportFormat, columns: Sequence[str], limit: int | None = None
    ) -> Iterator[str]:
        """Return the text of a CSV or JSON Lines file piece by piece, of at most *limit* customers."""
