"""How any value survives in SQLite: ordinary text as text, everything else as a marked blob.

Hostile values are planted through the control endpoints: lone surrogates, which SQLite's UTF-8 text cannot hold, and
values that are no text at all, such as `null` or a number.
"""

from __future__ import annotations

import json
from typing import Any

# Any JSON value. What the imitated service itself writes is always text.
Value = Any

_TEXT, _JSON = b"T", b"J"


def to_cell(value: Value) -> str | bytes:
    """Encode a value for a column."""
    if not isinstance(value, str):
        return _JSON + json.dumps(value).encode("ascii")
    if value.isascii():
        return value
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return _TEXT + value.encode("utf-8", "surrogatepass")
    return value


def from_cell(cell: str | bytes) -> Value:
    """Decode what `to_cell` made."""
    if isinstance(cell, str):
        return cell
    if cell.startswith(_TEXT):
        return cell[1:].decode("utf-8", "surrogatepass")
    return json.loads(cell[1:])


def unpacked(value: Value) -> Any:
    """Return what a field holds that keeps JSON as its text; a test may plant it as it is."""
    return json.loads(value) if isinstance(value, str) else value
