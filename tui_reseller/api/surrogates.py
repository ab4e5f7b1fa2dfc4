"""Lone surrogates: code points that JSON and a shell can spell, and that no encoding can carry."""

import re

_SURROGATE = re.compile("[\ud800-\udfff]")


def has_surrogate(text: str) -> bool:
    """Whether a text holds a lone surrogate."""
    return not text.isascii() and _SURROGATE.search(text) is not None


def without_surrogates(text: str) -> str:
    """Return text with every lone surrogate replaced by U+FFFD, and each pair by its character (N46, D10)."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if has_surrogate(text) else text
