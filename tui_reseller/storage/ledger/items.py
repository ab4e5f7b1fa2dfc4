"""What a job was made of, as one digest: kept in the chain when the job is made, compared before it sends anything."""

import hashlib
import json
from typing import TYPE_CHECKING

from tui_reseller.domain.errors import RefusedHere

if TYPE_CHECKING:
    import sqlite3


def digest_of(connection: "sqlite3.Connection", number: int) -> str:
    """Return the SHA-256 of a job's account, description and items, as they are written."""
    row = connection.execute("SELECT account, body, total FROM jobs WHERE number = ?", (number,)).fetchone()
    found = hashlib.sha256(repr(row).encode("utf-8", "backslashreplace"))
    query = "SELECT seq, step, username, body FROM job_items WHERE job = ? ORDER BY seq, step"
    for item in connection.execute(query, (number,)):
        found.update(repr(item).encode("utf-8", "backslashreplace"))
    return found.hexdigest()


def refuse_changed(connection: "sqlite3.Connection", number: int) -> None:
    """Raise RefusedHere if a job is not what it was when it was made."""
    query = "SELECT body FROM rows WHERE kind = 'job' AND entry = ? ORDER BY number LIMIT 1"
    row = connection.execute(query, (f"job-{number}",)).fetchone()
    if row is None or json.loads(row[0]).get("digest") != digest_of(connection, number):
        raise RefusedHere(
            f"refused: the items of job {number} are not those that were reviewed: its file was changed; "
            "nothing was sent",
            hint="make the plan again; who can write to the ledger's folder?",
        )
