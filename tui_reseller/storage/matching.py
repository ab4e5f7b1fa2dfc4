"""Which rows a filter matches, as one expression for all of them: regexes run in time linear to the text."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import polars as pl

from tui_reseller.domain.errors import InvalidFilter
from tui_reseller.domain.filters import DETAILS_UNKNOWN, Filter, Term
from tui_reseller.domain.provider import DETAILS_READ, KEY, Provider
from tui_reseller.domain.switch import Switch
from tui_reseller.storage.folding import canonical_form, fold
from tui_reseller.storage.frames import BETWEEN, SEARCH, schema_of, texts
from tui_reseller.storage.noted_rows import NotedRows

Names = Mapping[str, AbstractSet[str] | pl.Series]
"""For each is: word that is a set of usernames: the set. For duplicate-email: addresses in lower case."""


@dataclass(frozen=True)
class Beside:
    """What a filter asks beside the columns: names for the is: words, and which rows of a frame have a note."""

    names: Names
    noted: Callable[[pl.DataFrame], NotedRows]


def mask(provider: Provider, frame: pl.DataFrame, filter_: Filter, beside: Beside) -> pl.Series:
    """Return for each row whether a filter matches it. Raises InvalidFilter for a regex that cannot be used."""
    found = pl.Series([True]).new_from_index(0, len(frame))
    for term in filter_.terms:
        try:
            if term.is_of_notes:
                holds = beside.noted(frame).flags(term)
            else:
                holds = frame.select(_holds(provider, term, beside.names)).to_series()
            found &= ~holds if term.negated else holds
        except pl.exceptions.ComputeError:
            raise InvalidFilter(
                "this regex cannot be used: it is too large, or holds something that a filter has not", place=term.start
            ) from None
    return found


def _holds(provider: Provider, term: Term, names: Names) -> pl.Expr:
    match term.kind:
        case "word" if BETWEEN in term.text:
            return pl.any_horizontal(
                [fold(_text(provider, name)).str.contains(term.text, literal=True) for name in provider.searched]
            )
        case "word":
            return pl.col(SEARCH).str.contains(term.text, literal=True)
        case "contains":
            return fold(_text(provider, term.field)).str.contains(term.text, literal=True)
        case "equals":
            return canonical_form(_text(provider, term.field)) == term.text
        case "regex":
            return _text(provider, term.field).str.contains(f"(?i){term.text}")
        case "state":
            return _is_switched(provider, term.field, term.text)
        case _:
            return _is(provider, term.text, names)


def _is_switched(provider: Provider, name: str, word: str) -> pl.Expr:
    """Whether a switch is on, off or unknown; words for a million switches would take ten times as long (measured)."""
    if schema_of(provider)[name] != pl.Boolean:
        return _text(provider, name) == word
    column = pl.col(name)
    return {
        Switch.ON.value: column.fill_null(value=False),
        Switch.OFF.value: ~column.fill_null(value=True),
        Switch.UNKNOWN.value: column.is_null(),
    }[word]


def _is(provider: Provider, word: str, names: Names) -> pl.Expr:
    if word == "missing-data":
        if not provider.expected:
            return pl.lit(value=False)
        return pl.any_horizontal([_text(provider, name) == "" for name in provider.expected])
    if word == DETAILS_UNKNOWN:
        return pl.col(DETAILS_READ).is_null() if provider.details else pl.lit(value=False)
    among = names.get(word, frozenset())
    values = among if isinstance(among, pl.Series) else texts(among)
    column = lowered_address(provider) if word == "duplicate-email" else pl.col(KEY)
    return column.is_in(values.implode())


def lowered_address(provider: Provider) -> pl.Expr:
    """The e-mail address in lower case, empty where there is none."""
    return _text(provider, provider.address_field).str.to_lowercase() if provider.address_field else pl.lit("")


def _text(provider: Provider, name: str) -> pl.Expr:
    return text_of(name, schema_of(provider)[name])


def text_of(name: str, kind: pl.DataType) -> pl.Expr:
    """Return a column as the texts that Customer.text() gives: a switch as its word, a missing value as empty."""
    if kind == pl.Float64:
        whole = pl.col(name).cast(pl.Int64, strict=False)
        is_whole = whole == pl.col(name)
        return pl.when(is_whole).then(whole.cast(pl.String)).otherwise(pl.col(name).cast(pl.String)).fill_null("")
    if kind != pl.Boolean:
        return pl.col(name).fill_null("")
    on, off = pl.lit(Switch.ON.value), pl.lit(Switch.OFF.value)
    known = pl.when(pl.col(name)).then(on).otherwise(off)
    return pl.when(pl.col(name).is_null()).then(pl.lit(Switch.UNKNOWN.value)).otherwise(known)
