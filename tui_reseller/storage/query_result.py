"""What a query of the list finds: which rows, in which order. Computed beside the screen, from values that stay."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.filters import Filter
from tui_reseller.domain.listing import ListQuery, table_columns
from tui_reseller.domain.note import Notes
from tui_reseller.domain.provider import KEY
from tui_reseller.storage.customer_rows import CustomerRows
from tui_reseller.storage.filter_matches import FilterMatches, find_matches, flags_of
from tui_reseller.storage.frames import SEARCH, texts
from tui_reseller.storage.matching import Beside, Names, lowered_address, mask
from tui_reseller.storage.noted_rows import noted_rows


@dataclass(frozen=True)
class QueryResult:
    """The rows a query finds, by number in order; None stands for all rows in the order of the service. Matches are
    those of the frame alone, for the next query.
    """

    rows: CustomerRows
    query: ListQuery
    found: pl.Series | None
    matches: FilterMatches | None

    def __len__(self) -> int:
        return len(self.rows.frame) if self.found is None else len(self.found)

    def prepare(self) -> None:
        """Bring together what the next letter will be looked for in, while nobody waits."""
        if self.matches is not None:
            self.matches.prepare()
        if len(self.query.context.notes):
            self.rows.noted_in(self.rows.frame, self.query.context.notes)

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
        names = rows.folded()[KEY] if rows.edits else rows.frame[KEY]
        return names.head(len(self)) if self.found is None else names.gather(self.found)

    def table(
        self, usernames: Collection[str] | None = None, *, everything: bool = False, notes: Notes | None = None
    ) -> pl.DataFrame:
        """Return the found customers in order as columns; or those of these usernames, found or not; or all. With notes
        it ends with columns for our labels and notes.
        """
        frame = self._table(usernames, everything=everything)
        return frame if notes is None else frame.hstack(noted_rows(self.rows.provider, frame, notes).columns())

    def _table(self, usernames: Collection[str] | None, *, everything: bool) -> pl.DataFrame:
        if everything or usernames is not None:
            frame = self.rows.compact().select(table_columns(self.rows.provider))
            return frame if usernames is None else frame.filter(frame[KEY].is_in(texts(usernames).implode()))
        frame = self.rows.folded().select(table_columns(self.rows.provider))
        return frame.head(len(self)) if self.found is None else frame[self.found]

    def shows(self, usernames: Collection[str]) -> int:
        """Return how many of these usernames are found."""
        wanted = texts(usernames).implode()
        return int(self.usernames().filter(self.usernames().is_in(wanted)).n_unique())

    def on(self, rows: CustomerRows) -> "QueryResult":
        """Return the same result on folded rows, whose numbers are the same."""
        everything = pl.int_range(len(self), dtype=pl.UInt32, eager=True)
        return QueryResult(rows, self.query, everything if self.found is None else self.found, None)

    def after(self, rows: CustomerRows) -> "QueryResult":
        """Return the same result on rows that changed since: what was taken out is not found any more."""
        gone = [row for row, customer in rows.edits.items() if customer is None and row not in self.rows.edits]
        gone += [row for row, customer in self.rows.edits.items() if customer and rows.edits.get(row, ...) is None]
        found = self.found
        if gone:
            found = pl.int_range(len(self), dtype=pl.UInt32, eager=True) if found is None else found
            found = found.filter(~found.is_in(pl.Series(gone, dtype=pl.UInt32).implode()))
        return QueryResult(rows, self.query, found, self.matches)


def run_query(rows: CustomerRows, query: ListQuery, last: QueryResult | None = None) -> QueryResult:
    """Run a query; the last result may help. Raises InvalidFilter."""
    beside = Beside(_names(rows, query), lambda frame: rows.noted_in(frame, query.context.notes))
    before = last.matches if last is not None else None
    matches = find_matches(rows.provider, rows.frame, query, beside, before) if query.filter else None
    if not (query.sort or query.descending or rows.edits):
        return QueryResult(rows, query, None if matches is None else matches.rows, matches)
    found = rows.by(query.sort, descending=query.descending)
    if matches is not None:
        is_match = _mask(rows, query.filter, beside, matches.rows)
        found = found.filter(is_match.gather(found))
    return QueryResult(rows, query, found, matches)


def _mask(rows: CustomerRows, filter_: Filter, beside: Beside, matches: pl.Series) -> pl.Series:
    """Return for every row number, new customers included, whether the filter matches."""
    numbers, frame = rows.edited
    count = max(len(rows.frame), *(row + 1 for row in rows.edits), 0) if rows.edits else len(rows.frame)
    found = flags_of(count, matches)
    if rows.edits:
        found = found.scatter(list(rows.edits), [False])
        matching = numbers.filter(mask(rows.provider, frame, filter_, beside))
        found = found.scatter(matching, [True]) if len(matching) else found
    return found


def _names(rows: CustomerRows, query: ListQuery) -> Names:
    words = {term.text for term in query.filter.terms if term.kind == "is"}
    context = query.context
    names: dict[str, frozenset[str] | pl.Series] = {"marked": context.marked, "needs-you": context.needs_you}
    names |= {"suspended": context.suspended, "bouncing": context.bouncing, "silent": context.silent}
    names |= {"new": rows.changes.new, "changed": rows.changes.changed}
    if "duplicate-email" in words:
        names["duplicate-email"] = _duplicates(rows)
    return names


def _duplicates(rows: CustomerRows) -> pl.Series:
    """Return the addresses in lower case that more than one customer has."""
    emails = rows.frame.select(lowered_address(rows.provider).alias(SEARCH)).to_series()
    if rows.edits:
        kept = pl.int_range(len(emails), dtype=pl.UInt32, eager=True)
        emails = emails.filter(~kept.is_in(pl.Series(list(rows.edits), dtype=pl.UInt32).implode()))
        emails = emails.append(rows.edited[1].select(lowered_address(rows.provider).alias(SEARCH)).to_series())
    return emails.filter(emails.is_duplicated() & (emails != "")).unique()
