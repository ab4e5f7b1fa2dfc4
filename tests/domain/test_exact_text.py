"""Text in files of ours: harmless to look at, and exactly what it was made of when it is read back."""

import csv
import io
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui_reseller.domain.exact_text import exactly_quoted, read_back, spelt_out
from tui_reseller.domain.text import clean, formula_restored, formula_safe

ODD = "\t\n\r\x00\x1b\x7f\x85\u2028\u200b\u200c\u200d\ufe0f\u202e\u0301\U000e0041\ud800\U0001f468\u0646#1"
JOINED = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
PARTS = ("\\", "\\\\", "t", "n", "u202e", "u20", "U000e0041", "Uffffffff", "x")
texts = st.one_of(
    st.text(st.characters(codec=None)),
    st.text(st.sampled_from("\\tnrub0123456789aU" + ODD)),
    st.lists(st.sampled_from([*ODD, *PARTS])).map("".join),
)


@given(texts)
@example("\\\t")
@example("\\t")
@example("\\\\n\n")
@example("\r\u200d\u2764")
@example("e\u0301\u0301\u0301\u0301\u0301\ufe0f")
def test_it_is_read_back_exactly_and_shows_everything(text):
    written = spelt_out(text)
    assert read_back(written) == text
    assert clean(written, longest=len(written) + 1) == written


@given(texts)
def test_with_the_mark_of_formulas_it_survives_a_csv_file(text):
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerow([formula_safe(spelt_out(text)), "end"])
    assert file.getvalue().count("\n") == 1
    (cell, _end) = next(csv.reader(io.StringIO(file.getvalue()), strict=True))
    assert read_back(formula_restored(cell)) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("garcia.mail", "garcia.mail"),
        (f"Zoë Ł {JOINED}", f"Zoë Ł {JOINED}"),
        ("a\tb\nc\rd", "a\\tb\\nc\\rd"),
        ("a\\tb", "a\\\\tb"),
        ("a\\\tb", "a\\\\\\tb"),
        ("C:\\mail\\x", "C:\\mail\\x"),
        ("zero\u200bw\u202e\U000e0041", "zero\\u200bw\\u202e\\U000e0041"),
        ("ann\u200c", "ann\\u200c"),
    ],
)  # fmt: skip
def test_what_is_written(text, written):
    assert spelt_out(text) == written


LOOK_ALIKE = ["ann", "ann\u202e", "ann\u200b", "ann\ufffd", 'ann"', 'ann\\"', "ann\\", "ann\\u202e", "ann\\\\", "ann\n"]
LOOK_ALIKE += ["ann\\n", 'ann" by "boss', "ann ", "ann\u00a0", "ann\ufe0f", "ann\u200d"]


def test_no_two_names_are_quoted_alike_and_none_ends_its_quotation():
    told = [exactly_quoted(name) for name in LOOK_ALIKE]
    assert len(set(told)) == len(LOOK_ALIKE)
    for text in told:
        assert re.fullmatch(r'"(?:[^"\\]|\\.)*"', text), text
        assert clean(text) == text


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_two_names_are_quoted_differently(one, other):
    assert (exactly_quoted(one) == exactly_quoted(other)) == (one == other)
