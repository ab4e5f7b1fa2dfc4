"""Ids of operations: ten characters that sort by time and can be read aloud."""

import secrets
from datetime import datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Base 32 of Douglas Crockford: without i, l, o, u, which are taken for others."""
_LENGTH = 10
_EPOCH_MS = 1_735_689_600_000
"""2025-01-01 in milliseconds of Unix time."""


def new_entry_id(moment: datetime, last: str | None) -> str:
    """Return an id that sorts after the greatest one so far: milliseconds since 2025 and ten random bits, or the next
    number where a clock went back.
    """
    since = max(0, int(moment.timestamp() * 1000) - _EPOCH_MS)
    number = (since << 10 | secrets.randbits(10)) & (1 << 5 * _LENGTH) - 1
    if last is not None:
        number = max(number, _number_of(last) + 1)
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(_LENGTH)))


def typed_entry_id(text: str) -> str:
    """Return an id as it was given out, from what a person typed: in either case, with o for 0, i or l for 1."""
    return text.strip().lower().translate(str.maketrans("oil", "011"))


def _number_of(entry_id: str) -> int:
    number = 0
    for character in entry_id:
        number = number << 5 | _ALPHABET.index(character)
    return number
