"""One question to the list: which rows, in which order. Computed beside the screen, from values that stay."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import polars as pl

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.filters import Filter
from tui_reseller.domain.listing import ListQuery, table_columns
from tui_reseller.domain.provider import Provider
from tui_reseller.storage.frames import SEARCH, frame_from, searchable, texts
from tui_reseller.storage.hits import Hits, hits_of, marked
from tui_reseller.storage.list_changes import ListChanges
from tui_reseller.storage.matching import Names, lowered_address, mask
from tui_reseller.storage.ordering import Order, order_of, with_edits
from tui_reseller.storage.rows import Row, customer_of


@dataclass(frozen=True)
class Rows:
    """All rows at one moment: the list as it was read, and the rows that are another customer since, or none."""

    provider: Provider
    frame: pl.DataFrame
    edits: Mapping[int, Customer | None] = field(default_factory=dict)
    changes: ListChanges = field(default_factory=ListChanges)
    orders: dict[str, Order] = field(default_factory=dict)
    """Orders of the frame that were asked for before: sorting is the one slow part."""

    @cached_property
    def total(self) -> int:
        """Customers that are there."""
        gone = sum(customer is None for customer in self.edits.values())
        new = sum(row >= len(self.frame) for row in self.edits)
        return len(self.frame) + new - gone

    @cached_property
    def edited(self) -> tuple[pl.Series, pl.DataFrame]:
        """Row numbers and rows of changed and new customers."""
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

    def _customer(self, row: Row) -> Customer:
        return customer_of(self.provider, row)

    def named(self, usernames: Collection[str]) -> dict[str, list[int]]:
        """Return the row numbers of usernames, ascending, by one pass over the column."""
        wanted = frozenset(usernames)
        column = self.frame["username"]
        keys = texts(wanted)
        is_hit = column == keys[0] if len(keys) == 1 else column.is_in(keys.implode())
        rows = is_hit.arg_true() if wanted else pl.Series([], dtype=pl.UInt32)
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

    def changed(self, changes: Sequence[tuple[str, Customer | None]]) -> "Rows":
        """Return the rows with each customer in the place of a username: changed, renamed, new, or taken out (None)."""
        names = {username for username, _ in changes} | {new.username for _, new in changes if new is not None}
        found = self.named(names)
        edits = dict(self.edits)
        new = max(len(self.frame), *(row + 1 for row in edits), 0) if edits else len(self.frame)
        for username, customer in changes:
            numbers = found.setdefault(username, [])
            if not numbers and customer is not None:  # renamed, in a list that knows it already
                numbers = found.setdefault(customer.username, [])
            if not numbers and customer is not None:
                numbers.append(new)
                new += 1
            if not numbers:
                continue
            edits[numbers[0]] = customer
            if customer is None:
                numbers.pop(0)
            elif numbers is not found.get(customer.username):
                row = numbers.pop(0)
                found[customer.username] = sorted([*found.get(customer.username, []), row])
        return replace(self, edits=edits)

    def by(self, field_: str, *, descending: bool) -> pl.Series:
        """Return all row numbers by a column. Kept both ways: to turn a million numbers round is felt, too."""
        if (field_, descending) not in self._ordered:
            if field_ not in self.orders:
                self.orders[field_] = order_of(self.frame, field_)
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

    def settled(self) -> "Rows":
        """Return the same rows with the changed ones in the frame; only rows that were taken out remain aside."""
        gone: dict[int, Customer | None] = {row: None for row, customer in self.edits.items() if customer is None}
        return Rows(self.provider, self.folded(), gone, self.changes)

    def with_later(self, before: "Rows", now: "Rows") -> "Rows":
        """Return settled rows with what changed while they were settled."""
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


@dataclass(frozen=True)
class Answer:
    """The rows a question finds, by number in order; none stands for all as the service listed them. Hits are those
    of the frame alone, for the next question.
    """

    rows: Rows
    question: ListQuery
    found: pl.Series | None
    hits: Hits | None

    def __len__(self) -> int:
        return len(self.rows.frame) if self.found is None else len(self.found)

    def window(self, start: int, stop: int) -> list[Customer]:
        """Return found customers from start up to but not including stop."""
        start, stop = max(0, start), max(0, min(stop, len(self)))
        if self.found is not None:
            return self.rows.at(self.found[start:stop].to_list())
        return self.rows.at(range(start, stop))

    def place_of(self, username: str) -> int | None:
        """Return where a username is found; of several, the first customer's place. The last one is kept, as above."""
        if username not in self._last_place:
            number = self.rows.number_of(username)
            place = number if number is None or self.found is None else self.found.index_of(number)
            self._last_place.clear()
            self._last_place[username] = place
        return self._last_place[username]

    @cached_property
    def _last_place(self) -> dict[str, int | None]:
        return {}

    def usernames(self) -> pl.Series:
        """Return all found usernames in order."""
        rows = self.rows
        names = rows.folded()["username"] if rows.edits else rows.frame["username"]
        return names.head(len(self)) if self.found is None else names.gather(self.found)

    def table(self, usernames: Collection[str] | None = None, *, everything: bool = False) -> pl.DataFrame:
        """Return the found customers in order as columns; or those of these usernames, found or not; or all."""
        if everything or usernames is not None:
            frame = self.rows.compact().select(table_columns(self.rows.provider))
            return frame if usernames is None else frame.filter(frame["username"].is_in(texts(usernames).implode()))
        frame = self.rows.folded().select(table_columns(self.rows.provider))
        return frame.head(len(self)) if self.found is None else frame[self.found]

    def shows(self, usernames: Collection[str]) -> int:
        """Return how many of these usernames are found."""
        wanted = texts(usernames).implode()
        return int(self.usernames().filter(self.usernames().is_in(wanted)).n_unique())

    def on(self, rows: Rows) -> "Answer":
        """Return the same answer on settled rows, whose numbers are the same."""
        everything = pl.int_range(len(self), dtype=pl.UInt32, eager=True)
        return Answer(rows, self.question, everything if self.found is None else self.found, None)

    def after(self, rows: Rows) -> "Answer":
        """Return the same answer on rows that changed since: what was taken out is not found any more."""
        gone = [row for row, customer in rows.edits.items() if customer is None and row not in self.rows.edits]
        gone += [row for row, customer in self.rows.edits.items() if customer and rows.edits.get(row, ...) is None]
        found = self.found
        if gone:
            found = pl.int_range(len(self), dtype=pl.UInt32, eager=True) if found is None else found
            found = found.filter(~found.is_in(pl.Series(gone, dtype=pl.UInt32).implode()))
        return Answer(rows, self.question, found, self.hits)


def answer(rows: Rows, question: ListQuery, last: Answer | None = None) -> Answer:
    """Answer a question; the last answer may help. Raises InvalidFilter."""
    names = _names(rows, question)
    before = last.hits if last is not None else None
    hits = hits_of(rows.provider, rows.frame, question, names, before) if question.filter else None
    if not (question.sort or question.descending or rows.edits):
        return Answer(rows, question, None if hits is None else hits.rows, hits)
    found = rows.by(question.sort, descending=question.descending)
    if hits is not None:
        is_hit = _mask(rows, question.filter, names, hits.rows)
        found = found.filter(is_hit.gather(found))
    return Answer(rows, question, found, hits)


def _mask(rows: Rows, filter_: Filter, names: Names, hits: pl.Series) -> pl.Series:
    """Return for every row number, new customers included, whether the filter matches."""
    numbers, frame = rows.edited
    count = max(len(rows.frame), *(row + 1 for row in rows.edits), 0) if rows.edits else len(rows.frame)
    found = marked(count, hits)
    if rows.edits:
        found = found.scatter(list(rows.edits), [False])
        matching = numbers.filter(mask(rows.provider, frame, filter_, names))
        found = found.scatter(matching, [True]) if len(matching) else found
    return found


def _names(rows: Rows, question: ListQuery) -> Names:
    words = {term.text for term in question.filter.terms if term.kind == "is"}
    context = question.context
    names: dict[str, frozenset[str] | pl.Series] = {"marked": context.marked, "needs-you": context.needs_you}
    names |= {"new": rows.changes.new, "changed": rows.changes.changed}
    if "duplicate-email" in words:
        names["duplicate-email"] = _duplicates(rows)
    return names


def _duplicates(rows: Rows) -> pl.Series:
    """Return the addresses in lower case that more than one customer has."""
    emails = rows.frame.select(lowered_address(rows.provider).alias(SEARCH)).to_series()
    if rows.edits:
        kept = pl.int_range(len(emails), dtype=pl.UInt32, eager=True)
        emails = emails.filter(~kept.is_in(pl.Series(list(rows.edits), dtype=pl.UInt32).implode()))
        emails = emails.append(rows.edited[1].select(lowered_address(rows.provider).alias(SEARCH)).to_series())
    return emails.filter(emails.is_duplicated() & (emails != "")).unique()
