"""The texts of a column as a search compares them: what domain/searching.py says of one text, for a million.

Almost all texts are ASCII, where lower case is all. Of the others, nearly all hold only letters that each stand for
themselves, which one pass over a table of letters folds; taking them apart and putting them together again takes ten
times as long (measured), and is left to the few with combining marks or a script that needs it.
"""

from collections.abc import Callable, Mapping
from functools import cache

import polars as pl

from tui_reseller.domain.searching import ACCENTS, STROKES, canonical, folded

_EASY = (
    (0x80, 0x2FF), (0x370, 0x482), (0x48A, 0x52F), (0x5D0, 0x5EA), (0x620, 0x64A), (0x660, 0x66F), (0x671, 0x6D5),
    (0x1E00, 0x20CF), (0x3040, 0x3098), (0x309B, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0x1F300, 0x1FAFF),
)  # fmt: skip
"""First and last characters of blocks in which no character changes with the one before it."""
_TABLED = 0x3000
"""Below it, characters of these blocks may have another form; above it none has."""
_NOT_EASY = "[^\x00-\x7f" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _EASY) + "]"
_SAMPLE, _REPEATED = 2000, 1500
"""Of so many texts, fewer different ones are few enough to fold each of them once: names and towns are."""


def fold(column: pl.Expr) -> pl.Expr:
    """Return a column of texts without case, accents and differences of canonical form."""
    return column.map_batches(_folded_texts, return_dtype=pl.String)


def canonical_form(column: pl.Expr) -> pl.Expr:
    """Return a column of texts without case and differences of canonical form."""
    return column.map_batches(_canonical_texts, return_dtype=pl.String)


def fold_repeated(column: pl.Expr) -> pl.Expr:
    """Return the same as fold(), for a long column: texts that stand in it again and again are folded once."""
    return column.map_batches(_folded_once, return_dtype=pl.String)


def _folded_once(texts: pl.Series) -> pl.Series:
    if texts.head(_SAMPLE).n_unique() >= min(_REPEATED, len(texts)):
        return _folded_texts(texts)
    different = texts.unique()
    return texts.replace_strict(different, _folded_texts(different), return_dtype=pl.String)


def _folded_texts(texts: pl.Series) -> pl.Series:
    return _changed(texts, folded, _folded_exactly)


def _canonical_texts(texts: pl.Series) -> pl.Series:
    return _changed(texts, canonical, _canonical_exactly)


def _changed(texts: pl.Series, form: Callable[[str], str], exactly: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Return texts in another form. Accents go before capitals do: to make a text of ASCII lower-case is quick."""
    odd = _with_odd(texts)
    if not len(odd):
        return texts.str.to_lowercase()
    some, table = texts.gather(odd), _table(form)
    easy = some.str.replace_many(list(table), list(table.values()))
    left = _with_odd(easy)
    hard = left.gather(some.gather(left).str.contains(_NOT_EASY).arg_true())
    if len(hard):
        easy = easy.scatter(hard, exactly(some.gather(hard)))
    return texts.clone().scatter(odd, easy).str.to_lowercase()


def _with_odd(texts: pl.Series) -> pl.Series:
    """Return the numbers of texts that are not all ASCII."""
    return (texts.str.len_bytes() != texts.str.len_chars()).arg_true()


def _folded_exactly(texts: pl.Series) -> pl.Series:
    bare = texts.str.normalize("NFD").str.replace_all(ACCENTS, "").str.to_lowercase()
    return bare.str.replace_many(list(STROKES), list(STROKES.values())).str.normalize("NFC")


def _canonical_exactly(texts: pl.Series) -> pl.Series:
    return texts.str.normalize("NFD").str.to_lowercase().str.replace_all("ς", "σ", literal=True).str.normalize("NFC")


@cache
def _table(form: Callable[[str], str]) -> Mapping[str, str]:
    """Return the characters of the easy blocks that have another form, with it."""
    chars = [chr(code) for first, last in _EASY if first < _TABLED for code in range(first, last + 1)]
    return {char: form(char) for char in chars if form(char) != char}
