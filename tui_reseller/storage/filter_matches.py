"""The rows of a frame that a filter matches. Another letter of its last word is looked for only among them."""

from dataclasses import dataclass

import polars as pl

from tui_reseller.domain.filters import Filter
from tui_reseller.domain.listing import ListQuery
from tui_reseller.domain.provider import Provider
from tui_reseller.storage.frames import BETWEEN, SEARCH
from tui_reseller.storage.matching import Beside, mask

FEW = 0.25
"""Up to this part of the list, the matches of the last query are searched instead of the whole."""


@dataclass
class FilterMatches:
    """Numbers of rows, ascending, and the query that they were found for."""

    provider: Provider
    frame: pl.DataFrame
    query: ListQuery
    rows: pl.Series
    _searched: pl.Series | None = None

    def prepare(self) -> None:
        """Bring together what the next letter will be looked for in. It takes longer than to look for it in a million
        customers, and then takes half as long (measured), so it is done while nobody waits.
        """
        last = self.query.filter.terms[-1]
        if self._are_few and last.kind == "word" and not last.negated:
            scattered = self._texts().to_frame()
            self._searched = scattered.select(pl.concat_str(SEARCH, pl.lit("")).alias(SEARCH)).to_series()

    def narrows_to(self, query: ListQuery) -> bool:
        """Whether every match of a query is one of these, and these are few: another letter of a word was typed."""
        terms, before = query.filter.terms, self.query.filter.terms
        is_same = len(terms) == len(before) and terms[:-1] == before[:-1] and query.context == self.query.context
        if not is_same or not self._are_few:
            return False
        new, old = terms[-1], before[-1]
        is_longer = new.kind == old.kind == "word" and not new.negated and not old.negated and old.text in new.text
        return is_longer and BETWEEN not in new.text  # which is looked for in every field by itself

    def narrowed(self, query: ListQuery, beside: Beside) -> "FilterMatches":
        """Return the matches of a query that these narrow to."""
        among = self._texts()
        is_match = mask(self.provider, among.to_frame(), Filter(terms=query.filter.terms[-1:]), beside)
        return FilterMatches(self.provider, self.frame, query, self.rows.filter(is_match), among.filter(is_match))

    @property
    def _are_few(self) -> bool:
        return len(self.rows) <= FEW * len(self.frame)

    def _texts(self) -> pl.Series:
        """Return what bare words are looked for in, of each match."""
        if self._searched is None:
            # Picked by a mask ten times as fast as one by one from a list in many pieces.
            return self.frame[SEARCH].filter(flags_of(len(self.frame), self.rows))
        return self._searched


def find_matches(
    provider: Provider, frame: pl.DataFrame, query: ListQuery, beside: Beside, last: FilterMatches | None
) -> FilterMatches:
    """Return what a filter matches; the last matches may help. Raises InvalidFilter."""
    if last is not None and last.frame is frame and last.narrows_to(query):
        return last.narrowed(query, beside)
    return FilterMatches(provider, frame, query, mask(provider, frame, query.filter, beside).arg_true().cast(pl.UInt32))


def flags_of(count: int, rows: pl.Series) -> pl.Series:
    """Return as many flags as there are rows, true for these."""
    found = pl.Series([False]).new_from_index(0, count)
    return found.scatter(rows, [True]) if len(rows) else found
