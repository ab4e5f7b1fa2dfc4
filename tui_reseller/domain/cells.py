"""How many cells a text takes: for most scripts every terminal says the same, for some each says something else.

Vowel signs of India, pictures made of several characters, selectors and modifiers are one, two or more cells, by the
terminal, its version and its font (measured in tmux, and told by two libraries: three answers). Where such a text
stands in a row, what follows it is put at its column by the terminal itself.
"""

import re
import unicodedata

from tui_reseller.domain.text import JOINERS

_SETTLED = re.compile(
    "[\u0020-\u007e\u00a0-\u02ff\u0370-\u0482\u048a-\u0556\u0561-\u0587\u10a0-\u10ff\u1e00-\u1fff\u2010-\u2027"
    "\u2030-\u205e\u20a0-\u20bf\u2400-\u2426\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fff\uac00-\ud7a3\ufffd]*"
)
"""Scripts of which each character is as wide everywhere, and the signs that clean() writes."""


def is_disputed(text: str) -> bool:
    """Whether terminals differ in how many cells a clean text takes."""
    return not text.isascii() and not _SETTLED.fullmatch(text)


def most_cells(text: str) -> int:
    """Return how many cells a clean text takes where it takes most."""
    return sum(_most(char) for char in text)


def _most(char: str) -> int:
    if char == "\ufe0f":
        return 1  # makes a picture of two cells of a sign of one
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" or char >= "\U0001f000" else 1


def fitting(text: str, width: int) -> str:
    """Return the beginning of a clean text that takes at most a width everywhere."""
    taken = 0
    for at, char in enumerate(text):
        taken += _most(char)
        if taken > width:
            return text[:at]
    return text


def as_fits(text: str, width: int) -> str:
    """Return as much of a disputed text as fits everywhere; an ellipsis says that it is not all."""
    found = fitting(text, width)
    if found == text:
        return text
    return fitting(text, max(width - 1, 0)).rstrip(JOINERS) + "…"  # a joiner would take the ellipsis with it
