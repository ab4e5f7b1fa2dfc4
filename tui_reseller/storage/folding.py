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
    (0x80, 0x2FF), (0x370, 0x482), (0x48A, 0x52F), (0x1E00, 0x20CF), (0x3040, 0x3098), (0x309B, 0x30FF),
    (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0x1F300, 0x1FAFF),
)  # fmt: skip
"""First and last characters of blocks in which no character changes with the one before it."""
_TABLED = 0x3000
"""Below it, characters of these blocks may have another form; above it none has."""
_NOT_EASY = "[^\x00-\x7f" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _EASY) + "]"


def fold(column: pl.Expr) -> pl.Expr:
    """Return a column of texts without case, accents and differences of canonical form."""
    return column.map_batches(_folded_texts, return_dtype=pl.String)


def canonical_form(column: pl.Expr) -> pl.Expr:
    """Return a column of texts without case and differences of canonical form."""
    return column.map_batches(_canonical_texts, return_dtype=pl.String)


def _folded_texts(texts: pl.Series) -> pl.Series:
    return _changed(texts, _table(folded), _folded_exactly)


def _canonical_texts(texts: pl.Series) -> pl.Series:
    return _changed(texts, _table(canonical), _canonical_exactly)


def _changed(texts: pl.Series, table: Mapping[str, str], exactly: Callable[[pl.Series], pl.Series]) -> pl.Series:
    lowered = texts.str.to_lowercase()
    odd = (texts.str.len_bytes() != texts.str.len_chars()).arg_true()
    if not len(odd):
        return lowered
    easy = lowered.gather(odd).str.replace_many(list(table), list(table.values()))
    hard = texts.gather(odd).str.contains(_NOT_EASY).arg_true()
    if len(hard):
        easy = easy.scatter(hard, exactly(texts.gather(odd.gather(hard))))
    return lowered.scatter(odd, easy)


def _folded_exactly(texts: pl.Series) -> pl.Series:
    bare = texts.str.normalize("NFD").str.replace_all(ACCENTS, "").str.to_lowercase()
    return bare.str.replace_many(list(STROKES), list(STROKES.values())).str.normalize("NFC")


def _canonical_exactly(texts: pl.Series) -> pl.Series:
    return texts.str.normalize("NFD").str.to_lowercase().str.replace_all("ς", "σ", literal=True).str.normalize("NFC")


@cache
def _table(form: Callable[[str], str]) -> Mapping[str, str]:
    """Return the lower-case characters of the easy blocks that have another form, with it."""
    chars = (chr(code) for first, last in _EASY if first < _TABLED for code in range(first, last + 1))
    lowered = {char.lower() for char in chars} | {"ς"}
    return {text: form(text) for text in sorted(lowered) if form(text) != text}
