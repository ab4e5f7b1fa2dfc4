"""Reading jobs and their items, on whatever database has them: what they are made of, counting, what became of them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tui_reseller.domain.action import Effect
from tui_reseller.domain.job import JobItem, JobState
from tui_reseller.domain.providers import provider_of
from tui_reseller.storage.ledger.job_rows import (
    ItemRow,
    JobRow,
    items_digest,
    read_item,
    refuse_applied_again,
    refuse_changed_items,
)
from tui_reseller.storage.ledger.note_reader import NoteReader
from tui_reseller.storage.ledger.statements import (
    APPLIED,
    FIRST_OUTCOME,
    NOT_APPLIED,
    OUTCOME,
    OUTCOME_BODY,
    SETTLED,
    UNDONE_BY,
    placeholders,
)

PAGE = 1000
"""So many items are read at once."""
MOST_WAITING = 3
"""In so many jobs a customer is looked for at most."""
JOB = "SELECT number, digest, account, time, total, body, state, why FROM jobs"
"""The columns of a JobRow (job_rows.py)."""
_NOT_BEGUN = "i.job = ? AND i.seq > ? AND i.entry IS NULL AND i.outcome IS NULL"
WAITING = f"{_NOT_BEGUN} ORDER BY i.seq LIMIT ?"
"""Items that were not begun, of a job, after a place, at most so many."""
IS_READY = f"(i.step = 0 OR {FIRST_OUTCOME} IN ({SETTLED}))"
"""Whether an item may be begun: a second call not before the first one is settled."""
READY = f"{_NOT_BEGUN} AND i.seq < ? AND {IS_READY} ORDER BY i.seq LIMIT ?"
"""Those of them that may be begun, before another place."""
_REFUSED = "EXISTS (SELECT 1 FROM job_items f WHERE f.job = i.job AND f.seq = i.seq - 1 AND f.outcome IS NOT NULL)"
ORPHANED = (
    f"i.step > 0 AND i.entry IS NULL AND i.outcome IS NULL AND ({_REFUSED} OR {FIRST_OUTCOME} IN ({NOT_APPLIED}))"
)
"""Whether an item is a second call whose first one certainly was not carried out."""
ALL = "i.job = ? AND i.seq > ? ORDER BY i.seq LIMIT ?"
IN_FLIGHT = "in flight"
"""What count_items() calls an item whose operation was begun and has no outcome; never the word of an outcome."""
_HAS_SECOND = "EXISTS (SELECT 1 FROM job_items n WHERE n.job = i.job AND n.seq = i.seq + 1 AND n.step = 1)"
_SPEAKS = (
    f"CASE WHEN i.step > 0 THEN coalesce({FIRST_OUTCOME}, '') IN ({SETTLED}) "
    f"ELSE NOT (coalesce(i.outcome, {OUTCOME}, '') IN ({SETTLED}) AND {_HAS_SECOND}) END"
)
"""Whether an item speaks for its customer: of two calls the second one, once the first is settled."""
_STATE = f"coalesce(i.outcome, {OUTCOME}, CASE WHEN i.entry IS NULL THEN NULL ELSE '{IN_FLIGHT}' END)"


def digest_of(select: Callable[[str, int], Iterator[tuple[Any, ...]]], number: int) -> str:
    """Return the digest of a job and its items as they are now. Select runs a query with one value."""
    job = next(select("SELECT account, body, total FROM jobs WHERE number = ?", number), None)
    query = "SELECT seq, step, username, body FROM job_items WHERE job = ? ORDER BY seq, step"
    return items_digest(job, select(query, number))


def refuse_applied(reader: NoteReader, digest: str) -> None:
    """Raise RefusedHere if a plan with this digest was applied before."""
    for number, time in reader.select("SELECT number, time FROM jobs WHERE digest = ?", digest):
        refuse_applied_again(number, time)


def refuse_changed(reader: NoteReader, number: int) -> None:
    """Raise RefusedHere if a job's items are not those that it was made of."""
    query = "SELECT body FROM rows WHERE kind = 'job' AND entry = ? ORDER BY number LIMIT 1"
    chained = next((body for (body,) in reader.select(query, f"job-{number}")), None)
    refuse_changed_items(number, chained, digest_of(reader.select, number))


def count_items(reader: NoteReader, job: JobRow) -> dict[str | None, int]:
    """Count customers by the word of their outcome: IN_FLIGHT where an operation was begun and has none, None where
    none was begun.
    """
    of_two = f" AND {_SPEAKS}" if job.makes_two_calls else ""
    query = f"SELECT {_STATE}, count(*) FROM job_items i WHERE i.job = ?{of_two} GROUP BY 1"  # noqa: S608 - our own text
    return dict(reader.select(query, job.number))


def read_items(reader: NoteReader, where: str, *values: object) -> list[JobItem]:
    """Return items `i` that a condition holds for, with what became of them."""
    query = (
        f"SELECT i.seq, i.body, i.entry, i.attempts, coalesce(i.outcome, {OUTCOME}), i.message, {OUTCOME_BODY}, i.step "  # noqa: S608
        f"FROM job_items i WHERE {where}"
    )
    return [read_item(ItemRow(*row)) for row in reader.select(query, *values)]


def waiting_of(reader: NoteReader, accounts: Sequence[str], username: str) -> list[tuple[int, JobItem]]:
    """Return what a customer still waits for in jobs of an account, by all its spellings: numbers of jobs, the newest
    first, and items. A finished job waits for nothing.
    """
    item = f"i.username = ? AND i.outcome IS NULL AND {OUTCOME} IS NULL"
    query = (
        f"SELECT j.number FROM jobs j WHERE j.account IN ({placeholders(accounts)}) AND j.state != ? "  # noqa: S608
        f"AND EXISTS (SELECT 1 FROM job_items i WHERE i.job = j.number AND {item}) ORDER BY j.number DESC LIMIT ?"
    )
    numbers = [number for (number,) in reader.select(query, *accounts, JobState.FINISHED.value, username, MOST_WAITING)]
    where = f"i.job = ? AND {item} ORDER BY i.step LIMIT 1"
    return [(number, found) for number in numbers for found in read_items(reader, where, number, username)]


def is_undoable(reader: NoteReader, account: str, batch: str) -> bool:
    """Whether something that a batch has done on an account can be taken back and was not yet. What gave a new customer
    its details is part of creating it.
    """
    actions = provider_of(account).actions.items()
    reversible = [operation.value for operation, action in actions if action.undo is not None]
    creating = [operation.value for operation, action in actions if action.effect is Effect.CREATES] or [""]
    if not reversible:
        return False
    query = (
        "SELECT EXISTS (SELECT 1 FROM rows i WHERE i.kind = 'intent' AND i.batch = ? "  # noqa: S608 - our own text
        f"AND i.operation IN ({placeholders(reversible)}) AND {OUTCOME} IN ({APPLIED}) AND {UNDONE_BY} IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM rows c WHERE c.kind = 'intent' AND c.batch = i.batch AND c.account = i.account "
        f"AND c.username = i.username AND c.operation IN ({placeholders(creating)})))"
    )
    return bool(next(reader.select(query, batch, *reversible, *creating))[0])
