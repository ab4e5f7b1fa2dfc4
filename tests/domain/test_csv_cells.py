"""Cells of a CSV file of ours: they run nowhere, whatever cuts the file, and are read back exactly."""

import csv
import io
import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.harness import hostile
from tui_reseller.domain.csv_cells import cell_of, json_cell, text_of
from tui_reseller.domain.text import clean

ODD = "\\;'\"=+-@\t\n\r ,\u200b\u202e\u0301\u00a0＝a1tnu0"
texts = st.one_of(st.text(st.characters(codec=None)), st.text(st.sampled_from(ODD)))
_BEGINS = re.compile('[\\s"\u00a0\ufeff\u200b-\u200d\u2060\ufe0e\ufe0f]*[=+\\-@＝＋－＠]')


@given(texts)
@example("x;=1")
@example("x;\\u003d1")
@example("x;'=1")
@example("'=x;=\\n\n")
def test_it_comes_back_and_runs_nowhere(text):
    cell = cell_of(text)
    assert text_of(cell) == text
    assert clean(cell, longest=len(cell) + 1) == cell
    assert not any(_BEGINS.match(part) for part in cell.split(";"))
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerow([cell, "end"])
    assert next(csv.reader(io.StringIO(file.getvalue()), strict=True)) == [cell, "end"]


@given(st.dictionaries(texts, texts, max_size=3))
@example({"address": "Str 1; -2"})
def test_json_stays_json(found):
    cell = json_cell(json.dumps(found))
    assert json.loads(cell) == found
    assert not any(_BEGINS.match(part) for part in cell.split(";"))


@pytest.mark.parametrize(("name", "text"), hostile.ALL, ids=lambda value: ascii(value)[:30])
def test_hostile_texts_come_back(name, text):
    assert text_of(cell_of(text)) == text


@pytest.mark.parametrize(
    ("text", "cell"),
    [("=1", "'=1"), ("+34 91", "'+34 91"), ("Str 1; -2", "Str 1; \\u002d2"), ("a;b", "a;b"), ("a\tb", "a\\tb")],
)
def test_what_is_written(text, cell):
    assert cell_of(text) == cell
