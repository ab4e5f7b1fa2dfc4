"""Changes since a snapshot was read, one JSON line each: what one write changed costs one line, not a new snapshot."""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.provider import Provider
from tui_reseller.storage.rows import checked_row, customer_of, row_of

SnapshotChange = tuple[str, Customer | None]
"""A username, and the customer who bears it now, or None."""


def append(path: Path, provider: Provider, changes: Sequence[SnapshotChange]) -> None:
    """Add changes. It is a cache: nothing waits for the disk. Raises OSError."""
    lines = b"".join(_line(provider, username, customer) for username, customer in changes)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "r+b", buffering=0) as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(0, end - 1))
        # A line torn by a kill must not swallow the next one.
        file.write(lines if not end or file.read(1) == b"\n" else b"\n" + lines)


def _line(provider: Provider, username: str, customer: Customer | None) -> bytes:
    found = {"u": username, "c": None if customer is None else row_of(provider, customer)}
    return json.dumps(found, separators=(",", ":")).encode("ascii") + b"\n"


def read(provider: Provider, content: bytes) -> Iterator[SnapshotChange]:
    """Return the changes in order. A torn line is a change that was never finished: it is left out."""
    for line in content.split(b"\n"):
        try:
            found = json.loads(line)
            username, row = found["u"], found["c"]
            customer = None if row is None else customer_of(provider, checked_row(provider, row))
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
        if isinstance(username, str):
            yield username, customer
