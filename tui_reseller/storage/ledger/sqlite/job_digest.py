"""What a job is made of in the file now, as one digest."""

from collections.abc import Callable, Iterator
from typing import Any

from tui_reseller.storage.ledger.job_rows import items_digest


def digest_of(select: Callable[[str, int], Iterator[tuple[Any, ...]]], number: int) -> str:
    """Return the digest of a job and its items as they are now. Select runs a query with one value."""
    job = next(select("SELECT account, body, total FROM jobs WHERE number = ?", number), None)
    query = "SELECT seq, step, username, body FROM job_items WHERE job = ? ORDER BY seq, step"
    return items_digest(job, select(query, number))
