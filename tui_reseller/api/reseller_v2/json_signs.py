"""The signs by which a piece of JSON is known to be regular (quick_json.py), found in all of it at once.

numpy looks for one in a megabyte in 30 microseconds and lets other threads run meanwhile; as texts it took ten times as
long. Masks over all of it are quicker than places and what stands there (measured), except for rare signs.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Octets = NDArray[np.uint8]
Places = NDArray[np.intp]

_QUOTE, _COLON, _SPACE, _BACKSLASH, _BRACE = b'": \\}'
_LINE_BLANKS = np.frombuffer(b"\t\r\n", np.uint8)
_BEFORE_A_BLANK = np.frombuffer(b'" \t\r\n', np.uint8)
_OF_HIGH = np.frombuffer(b"89abAB", np.uint8)
_OF_LOW = np.frombuffer(b"cdefCDEF", np.uint8)
_and = np.logical_and
_LENGTH = len(r"\ud83d")


class Signs(NamedTuple):
    """Where closing braces stand in a text; how often `":` does, and how often a text begins behind that, with or
    without one blank; whether a half of a character may stand alone, and a colon apart from its key.
    """

    braces: Places
    keys: int
    texts: int
    halves: bool
    apart: bool


def signs_of(body: bytes) -> Signs:
    """Return the signs of a text that begins and ends with a bracket."""
    octets = np.frombuffer(body, np.uint8)
    before, after = octets[:-2], octets[2:]
    # Two masks are used over and over: a new one takes longer to be given by the system than to be filled.
    colon, found = octets[1:-1] == _COLON, np.empty(len(before), np.bool_)
    behind_blank = np.flatnonzero(_and(colon, np.less_equal(before, _SPACE, found), found)) + 1
    is_key = _and(colon, np.equal(before, _QUOTE, found), colon)
    keys = np.count_nonzero(is_key)
    texts = np.count_nonzero(_and(is_key, np.equal(after, _QUOTE, found), found))
    if texts != keys:
        spaced = octets[np.flatnonzero(_and(is_key, np.equal(after, _SPACE, found), found)) + 3]
        texts += np.count_nonzero(spaced == _QUOTE)
    braces = np.flatnonzero(np.equal(after, _BRACE, found)) + 2
    is_of_half = np.equal(np.bitwise_or(after, 0x20, colon.view(np.uint8)), ord("d"), colon)
    of_halves = np.flatnonzero(_and(is_of_half, np.equal(before, _BACKSLASH, found), found))
    halves, apart = _has_halves(octets, of_halves), _has_apart(octets, behind_blank)
    return Signs(braces, int(keys), int(texts), halves, apart)


def longest(signs: Signs, rows: int) -> int:
    """Return how many bytes a record may have, if a text holds so many: no fewer than the longest one."""
    within = len(signs.braces) - rows  # a text may have braces, too: at worst, all of them are in one record
    return int((signs.braces[1 + within :] - signs.braces[: -1 - within]).max(initial=int(signs.braces[within]) + 1))


def _has_apart(octets: Octets, behind_blank: Places) -> bool:
    """One blank before a colon is common in texts, and only in texts."""
    before = octets[behind_blank - 1]
    before_space = octets[behind_blank[before == _SPACE] - 2]
    return bool(np.isin(before, _LINE_BLANKS).any() or np.isin(before_space, _BEFORE_A_BLANK).any())


def _has_halves(octets: Octets, escapes: Places) -> bool:
    """Whether not each half of a character stands beside its other half. A backslash before one, which may mean that it
    is none, counts as if it did.
    """
    escapes = escapes[octets[escapes + 1] == ord("u")]
    third = octets[np.minimum(escapes + 3, len(octets) - 1)]
    high, low = escapes[np.isin(third, _OF_HIGH)], escapes[np.isin(third, _OF_LOW)]
    if (octets[high - 1] == _BACKSLASH).any():
        return True
    return len(high) != len(low) or bool((high + _LENGTH != low).any())
