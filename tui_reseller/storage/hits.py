"""The rows of a frame that a filter matches. Another letter of its last word is looked for only among them."""

from dataclasses import dataclass

import polars as pl

from tui_reseller.domain.filters import Filter
from tui_reseller.domain.listing import ListQuery
from tui_reseller.domain.provider import Provider
from tui_reseller.storage.frames import BETWEEN, SEARCH
from tui_reseller.storage.matching import Names, mask

FEW = 0.25
"""Up to this part of the list, the hits of the last question are searched instead of the whole."""


@dataclass
class Hits:
    """Numbers of rows, ascending, and the question that they were found for."""

    provider: Provider
    frame: pl.DataFrame
    question: ListQuery
    rows: pl.Series
    _searched: pl.Series | None = None

    def prepare(self) -> None:
        """Bring together what the next letter will be looked for in. It takes longer than to look for it in a million
        customers, and then takes half as long (measured), so it is done while nobody waits.
        """
        last = self.question.filter.terms[-1]
        if self._is_few and last.kind == "word" and not last.negated:
            scattered = self._texts().to_frame()
            self._searched = scattered.select(pl.concat_str(SEARCH, pl.lit("")).alias(SEARCH)).to_series()

    def narrows_to(self, question: ListQuery) -> bool:
        """Whether every hit of a question is one of these, and these are few: another letter of a word was typed."""
        terms, before = question.filter.terms, self.question.filter.terms
        is_same = len(terms) == len(before) and terms[:-1] == before[:-1] and question.context == self.question.context
        if not is_same or not self._is_few:
            return False
        new, old = terms[-1], before[-1]
        is_longer = new.kind == old.kind == "word" and not new.negated and not old.negated and old.text in new.text
        return is_longer and BETWEEN not in new.text  # which is looked for in every field by itself

    def narrowed(self, question: ListQuery, names: Names) -> "Hits":
        """Return the hits of a question that these narrow to."""
        among = self._texts()
        is_hit = mask(self.provider, among.to_frame(), Filter(terms=question.filter.terms[-1:]), names)
        return Hits(self.provider, self.frame, question, self.rows.filter(is_hit), among.filter(is_hit))

    @property
    def _is_few(self) -> bool:
        return len(self.rows) <= FEW * len(self.frame)

    def _texts(self) -> pl.Series:
        """Return what bare words are looked for in, of each hit."""
        if self._searched is None:
            # Picked by a mask ten times as fast as one by one from a list in many pieces.
            return self.frame[SEARCH].filter(marked(len(self.frame), self.rows))
        return self._searched


def hits_of(provider: Provider, frame: pl.DataFrame, question: ListQuery, names: Names, last: Hits | None) -> Hits:
    """Return what a filter matches; the last hits may help. Raises InvalidFilter."""
    if last is not None and last.frame is frame and last.narrows_to(question):
        return last.narrowed(question, names)
    return Hits(provider, frame, question, mask(provider, frame, question.filter, names).arg_true().cast(pl.UInt32))


def marked(count: int, rows: pl.Series) -> pl.Series:
    """Return true for these of so many rows."""
    found = pl.Series([False]).new_from_index(0, count)
    return found.scatter(rows, [True]) if len(rows) else found
