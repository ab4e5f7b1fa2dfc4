r"""Text in a cell of a CSV file of ours: no spreadsheet runs it, no terminal obeys it, and it is read back exactly.

What is not seen is written as an escape (exact_text.py); what would begin a formula gets a ``'`` in front. Where the
comma is the decimal sign, spreadsheets cut a CSV file at semicolons: a sign behind one that would begin a formula there
is written as an escape too. JSON in a cell stays JSON: there the same escape means the same to every reader of JSON.
"""

import re

from tui_reseller.domain.exact_text import read_back, spelt_out
from tui_reseller.domain.text import formula_restored, formula_safe

_BEHIND_SEMICOLON = re.compile('(;[\\s"\u200b-\u200d\u2060\ufe0e\ufe0f\ufeff]*)([=+\\-@\uff1d\uff0b\uff0d\uff20])')


def cell_of(text: str) -> str:
    """Return a text as a cell of ours has it; text_of() is its inverse."""
    return formula_safe(_without_later_formulas(spelt_out(text)))


def json_cell(text: str) -> str:
    """Return JSON in ASCII as a cell has it: the same JSON."""
    return _without_later_formulas(text)


def text_of(cell: str) -> str:
    """Return what cell_of() was given."""
    return read_back(formula_restored(cell))


def _without_later_formulas(text: str) -> str:
    return _BEHIND_SEMICOLON.sub(_escaped, text) if ";" in text else text


def _escaped(found: re.Match[str]) -> str:
    return f"{found[1]}\\u{ord(found[2]):04x}"
