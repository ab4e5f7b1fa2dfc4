"""The structure characters of a piece of JSON, by which it is known to be regular (fast_json.py), counted in all of it
at once.

numpy looks for one in a megabyte in 30 microseconds and lets other threads run meanwhile; as texts it took ten times as
long. Masks over all of it are quicker than indices and what stands there (measured), except for rare characters.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Octets = NDArray[np.uint8]
Indices = NDArray[np.intp]

_QUOTE, _COLON, _SPACE, _BACKSLASH, _BRACE = b'": \\}'
_LINE_SPACES = np.frombuffer(b"\t\r\n", np.uint8)
_BEFORE_A_SPACE = np.frombuffer(b'" \t\r\n', np.uint8)
_OF_HIGH = np.frombuffer(b"89abAB", np.uint8)
_OF_LOW = np.frombuffer(b"cdefCDEF", np.uint8)
_and = np.logical_and
_LENGTH = len(r"\ud83d")


class Structure(NamedTuple):
    """Where closing braces stand in a text; how often `":` does, and how often a text begins behind that, with or
    without one space; whether there may be a lone surrogate, and whether spaces may stand between a key and its colon.
    """

    braces: Indices
    keys: int
    texts: int
    may_have_lone_surrogate: bool
    may_have_spaced_colon: bool


def structure_of(body: bytes) -> Structure:
    """Return the structure of a text that begins and ends with a bracket."""
    octets = np.frombuffer(body, np.uint8)
    before, after = octets[:-2], octets[2:]
    # Two masks are used over and over: a new one takes longer to be given by the system than to be filled.
    colon, found = octets[1:-1] == _COLON, np.empty(len(before), np.bool_)
    behind_space = np.flatnonzero(_and(colon, np.less_equal(before, _SPACE, found), found)) + 1
    is_key = _and(colon, np.equal(before, _QUOTE, found), colon)
    keys = np.count_nonzero(is_key)
    texts = np.count_nonzero(_and(is_key, np.equal(after, _QUOTE, found), found))
    if texts != keys:
        spaced = octets[np.flatnonzero(_and(is_key, np.equal(after, _SPACE, found), found)) + 3]
        texts += np.count_nonzero(spaced == _QUOTE)
    braces = np.flatnonzero(np.equal(after, _BRACE, found)) + 2
    is_of_surrogate = np.equal(np.bitwise_or(after, 0x20, colon.view(np.uint8)), ord("d"), colon)
    of_surrogates = np.flatnonzero(_and(is_of_surrogate, np.equal(before, _BACKSLASH, found), found))
    surrogates = _may_have_lone_surrogate(octets, of_surrogates)
    return Structure(braces, int(keys), int(texts), surrogates, _may_have_spaced_colon(octets, behind_space))


def longest_record(structure: Structure, rows: int) -> int:
    """Return how many bytes a record may have, if a text holds so many: no fewer than the longest one."""
    braces = structure.braces
    within = len(braces) - rows  # a text may have braces, too: at worst, all of them are in one record
    return int((braces[1 + within :] - braces[: -1 - within]).max(initial=int(braces[within]) + 1))


def _may_have_spaced_colon(octets: Octets, behind_space: Indices) -> bool:
    """One space before a colon is common in texts, and only in texts."""
    before = octets[behind_space - 1]
    before_space = octets[behind_space[before == _SPACE] - 2]
    return bool(np.isin(before, _LINE_SPACES).any() or np.isin(before_space, _BEFORE_A_SPACE).any())


def _may_have_lone_surrogate(octets: Octets, escapes: Indices) -> bool:
    """Whether not each surrogate stands beside its other half. A backslash before one, which may mean that it is none,
    counts as if it did not.
    """
    escapes = escapes[octets[escapes + 1] == ord("u")]
    third = octets[np.minimum(escapes + 3, len(octets) - 1)]
    high, low = escapes[np.isin(third, _OF_HIGH)], escapes[np.isin(third, _OF_LOW)]
    if (octets[high - 1] == _BACKSLASH).any():
        return True
    return len(high) != len(low) or bool((high + _LENGTH != low).any())
