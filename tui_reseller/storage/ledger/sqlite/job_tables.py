"""The tables of jobs and their items: making a job, counting, reading."""

from typing import TYPE_CHECKING

from tui_reseller.domain.audit import Operator, utc_text
from tui_reseller.domain.job import JobItem, JobState
from tui_reseller.domain.plan import Plan
from tui_reseller.domain.providers import provider_of
from tui_reseller.storage.ledger.encoding import compact, escaped
from tui_reseller.storage.ledger.job_rows import (
    ItemRow,
    job_body,
    read_item,
    refuse_applied_again,
    refuse_changed_items,
)
from tui_reseller.storage.ledger.sqlite.job_digest import digest_of
from tui_reseller.storage.ledger.statements import APPLIED, OUTCOME, OUTCOME_BODY, UNDONE_BY, placeholders

if TYPE_CHECKING:
    from tui_reseller.storage.ledger.sqlite.connection import LedgerConnection

IN_FLIGHT = "in flight"
"""What count_items() calls an item whose operation was begun and has no outcome; never the word of an outcome."""
_STATE = f"coalesce(i.outcome, {OUTCOME}, CASE WHEN i.entry IS NULL THEN NULL ELSE '{IN_FLIGHT}' END)"


def add_job(
    connection: "LedgerConnection", plan: Plan, digest: str, operator: Operator, reason: str, passwords_to: str
) -> int:
    """Make a job of a plan, and its row in the chain; return its number. Raises RefusedHere for a plan that was applied
    before.
    """
    with connection.transaction():
        refuse_applied(connection, digest)
        body = job_body(plan, operator, reason, passwords_to)
        moment = utc_text(connection.now())
        values = (digest, escaped(plan.account), moment, len(plan.items), body, JobState.STOPPED.value)
        insert = "INSERT INTO jobs (digest, account, time, total, body, state) VALUES (?, ?, ?, ?, ?, ?)"
        number = int(connection.database.execute(insert, values).lastrowid or 0)
        rows = ((number, seq, escaped(item.username), compact(item.as_dict())) for seq, item in enumerate(plan.items))
        connection.database.executemany("INSERT INTO job_items (job, seq, username, body) VALUES (?, ?, ?, ?)", rows)
        connection.append_note("job", f"job-{number}", {"digest": digest_of(connection.select, number)})
        return number


def refuse_applied(connection: "LedgerConnection", digest: str) -> None:
    """Raise RefusedHere if a plan with this digest was applied before."""
    for number, time in connection.select("SELECT number, time FROM jobs WHERE digest = ?", digest):
        refuse_applied_again(number, time)


def refuse_changed(connection: "LedgerConnection", number: int) -> None:
    """Raise RefusedHere if a job's items are not those that it was made of."""
    query = "SELECT body FROM rows WHERE kind = 'job' AND entry = ? ORDER BY number LIMIT 1"
    chained = next((body for (body,) in connection.select(query, f"job-{number}")), None)
    refuse_changed_items(number, chained, digest_of(connection.select, number))


def count_items(connection: "LedgerConnection", number: int) -> dict[str | None, int]:
    """Count items by the word of their outcome: IN_FLIGHT where an operation was begun and has none, None where none
    was begun.
    """
    query = f"SELECT {_STATE}, count(*) FROM job_items i WHERE i.job = ? GROUP BY 1"  # noqa: S608 - our own text
    return dict(connection.select(query, number))


def read_items(connection: "LedgerConnection", where: str, *values: object) -> list[JobItem]:
    """Return items `i` that a condition holds for, with what became of them."""
    query = (
        f"SELECT i.seq, i.body, i.entry, i.attempts, coalesce(i.outcome, {OUTCOME}), i.message, {OUTCOME_BODY} "  # noqa: S608
        f"FROM job_items i WHERE {where}"
    )
    return [read_item(ItemRow(*row)) for row in connection.select(query, *values)]


def is_undoable(connection: "LedgerConnection", account: str, batch: str) -> bool:
    """Whether something that a batch has done on an account can be taken back and was not yet."""
    actions = provider_of(account).actions.items()
    reversible = [operation.value for operation, action in actions if action.undo is not None]
    query = (
        "SELECT EXISTS (SELECT 1 FROM rows i WHERE i.kind = 'intent' AND i.batch = ? "  # noqa: S608 - our own text
        f"AND i.operation IN ({placeholders(reversible)}) AND {OUTCOME} IN ({APPLIED}) AND {UNDONE_BY} IS NULL)"
    )
    return bool(next(connection.select(query, batch, *reversible))[0])
