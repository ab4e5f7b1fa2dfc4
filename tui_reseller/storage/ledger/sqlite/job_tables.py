"""Making a job in the tables of SQLite."""

from typing import TYPE_CHECKING

from tui_reseller.domain.audit import Operator, utc_text
from tui_reseller.domain.job import JobState
from tui_reseller.domain.plan import Plan
from tui_reseller.storage.ledger.encoding import compact, escaped
from tui_reseller.storage.ledger.job_reader import digest_of, refuse_applied
from tui_reseller.storage.ledger.job_rows import job_body, placed_steps

if TYPE_CHECKING:
    from tui_reseller.storage.ledger.sqlite.connection import LedgerConnection


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
        rows = (
            (number, place, step, escaped(item.username), compact(item.as_dict()))
            for place, step, item in placed_steps(plan)
        )
        into = "INSERT INTO job_items (job, seq, step, username, body) VALUES (?, ?, ?, ?, ?)"
        connection.database.executemany(into, rows)
        connection.append_note("job", f"job-{number}", {"digest": digest_of(connection.select, number)})
        return number
