"""All rows of a list at one moment, with the rows that changed since it was read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import polars as pl

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.listing import table_columns
from tui_reseller.domain.note import Notes
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.storage.frames import frame_from, searchable, texts
from tui_reseller.storage.list_changes import ListChanges
from tui_reseller.storage.noted_rows import NotedRows, noted_rows
from tui_reseller.storage.ordering import RowOrder, row_order_of, with_edits
from tui_reseller.storage.rows import CustomerRow, customer_of


@dataclass(frozen=True)
class CustomerRows:
    """All rows at one moment: the list as it was read, and the rows that are another customer since, or none."""

    provider: Provider
    frame: pl.DataFrame
    edits: Mapping[int, Customer | None] = field(default_factory=dict)
    changes: ListChanges = field(default_factory=ListChanges)
    orders: dict[str, RowOrder] = field(default_factory=dict)
    """Orders of the frame that were asked for before: sorting is the one slow part."""
    noted: dict[Notes, NotedRows] = field(default_factory=dict)
    """Rows of the frame with a note, of the notes that were asked for last."""

    @cached_property
    def total(self) -> int:
        """Customers that are there."""
        gone = sum(customer is None for customer in self.edits.values())
        new = sum(row >= len(self.frame) for row in self.edits)
        return len(self.frame) + new - gone

    @cached_property
    def edited(self) -> tuple[pl.Series, pl.DataFrame]:
        """CustomerRow numbers and rows of changed and new customers."""
        present = {row: customer for row, customer in self.edits.items() if customer is not None}
        return pl.Series(list(present), dtype=pl.UInt32), searchable(
            self.provider, frame_from(self.provider, present.values())
        )

    @cached_property
    def _ordered(self) -> dict[tuple[str, bool], pl.Series]:
        return {}

    @cached_property
    def _last_number(self) -> dict[str, int | None]:
        return {}

    @cached_property
    def plain(self) -> pl.DataFrame:
        """The frame without what is searched."""
        return self.frame.select(table_columns(self.provider))

    def at(self, numbers: Sequence[int]) -> list[Customer]:
        """Return the customers of row numbers; rows that were taken out are left out."""
        if isinstance(numbers, range) and not self.edits:
            return [self._customer(row) for row in self.plain[numbers.start : numbers.stop].rows()]
        read = [row for row in numbers if row not in self.edits]
        found = dict(zip(read, map(self._customer, self.plain[read].rows()), strict=True)) if read else {}
        both = (self.edits[row] if row in self.edits else found[row] for row in numbers)
        return [customer for customer in both if customer is not None]

    def _customer(self, row: CustomerRow) -> Customer:
        return customer_of(self.provider, row)

    def named(self, usernames: Collection[str]) -> dict[str, list[int]]:
        """Return the row numbers of usernames, ascending, by one pass over the column."""
        wanted = frozenset(usernames)
        column = self.frame[KEY]
        keys = texts(wanted)
        is_match = column == keys[0] if len(keys) == 1 else column.is_in(keys.implode())
        rows = is_match.arg_true() if wanted else pl.Series([], dtype=pl.UInt32)
        found: dict[str, list[int]] = {}
        for row, username in zip(rows.to_list(), column.gather(rows).to_list(), strict=True):
            if row not in self.edits:
                found.setdefault(username, []).append(row)
        for row, customer in self.edits.items():
            if customer is not None and customer.username in wanted:
                found.setdefault(customer.username, []).append(row)
        return {username: sorted(numbers) for username, numbers in found.items()}

    def number_of(self, username: str) -> int | None:
        """Return the first row number of a username. The last one is kept: the cursor's is asked for often."""
        if username not in self._last_number:
            self._last_number.clear()
            self._last_number[username] = next(iter(self.named([username]).get(username, ())), None)
        return self._last_number[username]

    def changed(self, changes: Sequence[tuple[str, Customer | None]]) -> "CustomerRows":
        """Return the rows with each customer in the place of a username: changed, renamed, new, or taken out (None)."""
        names = {username for username, _ in changes} | {new.username for _, new in changes if new is not None}
        found = self.named(names)
        edits = dict(self.edits)
        new = max(len(self.frame), *(row + 1 for row in edits), 0) if edits else len(self.frame)
        made: list[str] = []
        for username, customer in changes:
            numbers = found.setdefault(username, [])
            if not numbers and customer is not None:  # renamed, in a list that knows it already
                numbers = found.setdefault(customer.username, [])
            if not numbers and customer is not None:
                numbers.append(new)
                made.append(customer.username)
                new += 1
            if not numbers:
                continue
            edits[numbers[0]] = customer
            if customer is None:
                numbers.pop(0)
            elif numbers is not found.get(customer.username):
                row = numbers.pop(0)
                found[customer.username] = sorted([*found.get(customer.username, []), row])
        return replace(self, edits=edits, changes=self.changes.with_new(made) if made else self.changes)

    def noted_in(self, frame: pl.DataFrame, notes: Notes) -> NotedRows:
        """Return which rows have a note: of the frame, where they are kept, or of the few that changed since."""
        if frame is not self.frame:
            return noted_rows(self.provider, frame, notes)
        if notes not in self.noted:
            found = noted_rows(self.provider, frame, notes)
            self.noted.clear()
            self.noted[notes] = found
        return self.noted[notes]

    def by(self, field_: str, *, descending: bool) -> pl.Series:
        """Return all row numbers by a column. Kept both ways: to turn a million numbers round is felt, too."""
        if (field_, descending) not in self._ordered:
            if field_ not in self.orders:
                self.orders[field_] = row_order_of(self.frame, field_)
            order = with_edits(self.orders[field_], self.frame, field_, self.edits)
            self._ordered[field_, descending] = order.rows(descending=descending)
        return self._ordered[field_, descending]

    def folded(self) -> pl.DataFrame:
        """Return a frame with all changed and new rows in it; rows taken out are still there."""
        numbers, frame = self.edited
        if not len(numbers):
            return self.frame
        combined = pl.concat([self.frame, frame])
        count = max(len(self.frame), max(self.edits) + 1)
        place = pl.int_range(count, dtype=pl.UInt32, eager=True).clip(0, len(combined) - 1)  # holes: rows taken out
        behind = pl.int_range(len(self.frame), len(combined), dtype=pl.UInt32, eager=True)
        return combined[place.scatter(numbers, behind)]

    def folded_in(self) -> "CustomerRows":
        """Return the same rows with the changed ones in the frame; only rows that were taken out remain aside."""
        gone: dict[int, Customer | None] = {row: None for row, customer in self.edits.items() if customer is None}
        return CustomerRows(self.provider, self.folded(), gone, self.changes)

    def with_later(self, before: "CustomerRows", now: "CustomerRows") -> "CustomerRows":
        """Return folded rows with what changed while they were folded."""
        later = {row: customer for row, customer in now.edits.items() if before.edits.get(row, ...) is not customer}
        return replace(self, edits={**self.edits, **later})

    def compact(self) -> pl.DataFrame:
        """Return a frame of what is there now."""
        gone = pl.Series([row for row, customer in self.edits.items() if customer is None], dtype=pl.UInt32)
        frame = self.folded()
        if not len(gone):
            return frame
        rows = pl.int_range(len(frame), dtype=pl.UInt32, eager=True)
        return frame.filter(~rows.is_in(gone.implode()))
