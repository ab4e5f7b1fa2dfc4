"""What counts as the same text where a person searches. Usernames as identity are never compared in these ways.

A filter's words and `field:` ignore case, canonical form and accents; `field=` ignores case and canonical form. The
list does the same with its columns (storage/folding.py); a test holds both equal.
"""

import re
import unicodedata

ACCENTS = "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
"""Combining marks of Latin, Greek and Cyrillic letters; vowel signs of other scripts are letters to their readers."""
STROKES = {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "ς": "σ"}
"""Letters with a stroke or of two letters, which Unicode does not take apart, and the sigma at the end of a word."""
FOLDING = 1
"""Which folded() this is. To be counted up with every change of what it returns: the lists on disk hold folded text."""
_ACCENTS = re.compile(ACCENTS)
_STROKES = str.maketrans(STROKES)


def folded(text: str) -> str:
    """Return a text without case, accents and differences of canonical form."""
    if text.isascii():
        return text.lower()
    bare = _ACCENTS.sub("", unicodedata.normalize("NFD", text)).lower()
    return unicodedata.normalize("NFC", bare.translate(_STROKES))


def canonical(text: str) -> str:
    """Return a text without case and differences of canonical form."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).lower().replace("ς", "σ"))


def find_folded(text: str, wanted: str) -> tuple[int, int] | None:
    """Return from where to where a folded text stands in one that is shown, or None."""
    if text.isascii():
        at = text.lower().find(wanted)
        return None if at < 0 else (at, at + len(wanted))
    parts = [folded(char) for char in text]
    at = "".join(parts).find(wanted)
    if at < 0:
        return None
    places = [place for place, part in enumerate(parts) for _ in part]
    end = places[at + len(wanted) - 1] + 1 if wanted else places[at]
    while end < len(text) and not parts[end]:  # the accent belongs to the letter before it
        end += 1
    return places[at], end
