"""Columns are compared as domain/searching.py compares one text; what that is, is stated here in plain words."""

import unicodedata
import zlib

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reseller.domain.searching import FOLDING, canonical, find_folded, folded
from tui_reseller.storage.folding import canonical_form, fold

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=20)
LIKELY = st.lists(
    st.text("aAäÄÅåéÉİıŁłßẞσΣςΌΐ\u0301\u0308\u0307\u0327йЙ\u3099かが가각\u1100\u1161\u11a8K\u2000ǅﬁǰ\x1f "), max_size=20
)


def _column(form, texts):
    frame = pl.DataFrame({"text": pl.Series(texts, dtype=pl.String)})
    return frame.select(form(pl.col("text"))).to_series().to_list()


@given(TEXTS | LIKELY)
def test_a_column_is_folded_as_each_text_is(texts):
    assert _column(fold, texts) == [folded(text) for text in texts]
    assert _column(canonical_form, texts) == [canonical(text) for text in texts]


def test_every_character_alone_and_after_a_letter():
    known = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) not in {"Cn", "Cs", "Co"}]
    for texts in (known, ["a" + char for char in known], [char + "\u0301" for char in known]):
        for form, of_one in ((fold, folded), (canonical_form, canonical)):
            found = _column(form, texts)
            differing = [(t, a) for t, a in zip(texts, found, strict=True) if a != of_one(t)]
            assert not differing, differing[:20]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("malaga", "Málaga"), ("málaga", "MALAGA"), ("ma\u0301laga", "M\u00e1laga"), ("izmir", "İzmir"),
        ("muller", "Müller"), ("lodz", "ŁÓDŹ"), ("strasse", "Straße"), ("οδοσ", "Οδός"), ("angstrom", "\u212bngström"),
    ],
)  # fmt: skip
def test_words_ignore_case_canonical_form_and_accents(typed, stored):
    assert folded(typed) == folded(stored)


@pytest.mark.parametrize(
    ("typed", "stored", "same"),
    [("MÁLAGA", "ma\u0301laga", True), ("malaga", "Málaga", False), ("i\u0307zmir", "İzmir", True), ("ü", "u", False)],
)
def test_equality_ignores_case_and_canonical_form_alone(typed, stored, same):
    assert (canonical(typed) == canonical(stored)) is same


@pytest.mark.parametrize(
    ("text", "word", "shown"),
    [
        ("Calle Málaga 3", "malaga", "Málaga"), ("Ma\u0301laga", "mala", "Ma\u0301la"),
        ("Straße 5", "strasse", "Straße"), ("abc", "b", "b"), ("cafe\u0301", "cafe", "cafe\u0301"),
    ],
)  # fmt: skip
def test_what_is_found_is_shown_whole(text, word, shown):
    found = find_folded(text, word)
    assert found is not None
    assert text[slice(*found)] == shown


def test_what_is_not_there_is_not_shown():
    assert find_folded("Málaga", "x") is find_folded("Malaga", "x") is None


def test_lists_on_disk_are_folded_again_when_the_rule_changes():
    known = (
        chr(code) for code in range(0x110000) if unicodedata.ucd_3_2_0.category(chr(code)) not in {"Cn", "Cs", "Co"}
    )
    made = zlib.crc32("\n".join(folded(char) for char in known).encode())
    assert (FOLDING, made) == (1, 2617341213), "count FOLDING up, and write down what folded() makes now"
