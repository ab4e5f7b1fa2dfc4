"""Texts and values as the ledger stores them: ASCII only, so that every text survives, also a lone surrogate."""

import json
import re

_PLAIN = re.compile(r"[ !#-\[\]-~]*")
"""What is escaped as it is."""


def compact(value: object) -> str:
    """Return JSON in the one form that is hashed: without whitespace, ASCII only."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def escaped(text: str) -> str:
    """Return text in ASCII with the escapes of JSON. Two texts are equal exactly if their escaped forms are."""
    return json.dumps(text, ensure_ascii=True)[1:-1]


def unescaped(text: str) -> str:
    """Return the text that escaped() was given. Raises ValueError for anything else."""
    if _PLAIN.fullmatch(text):
        return text  # a name almost always, of which there are many
    return str(json.loads(f'"{text}"'))
