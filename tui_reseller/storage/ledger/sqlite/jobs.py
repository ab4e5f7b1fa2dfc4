"""Jobs in the ledger's file: what is to be done, how far it is, who does it. What became of each item stands in the
audit log.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reseller.domain.audit import Operator
from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.domain.job import LAST, NOT_CREATED, Job, JobItem, JobState, Taken
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.plan import Plan
from tui_reseller.storage.ledger.encoding import escaped
from tui_reseller.storage.ledger.job_reader import (
    ALL,
    IN_FLIGHT,
    JOB,
    ORPHANED,
    PAGE,
    READY,
    WAITING,
    count_items,
    is_undoable,
    read_items,
    refuse_applied,
    refuse_changed,
    waiting_of,
)
from tui_reseller.storage.ledger.job_rows import JobRow, read_job
from tui_reseller.storage.ledger.sqlite.job_lock import JobLocks
from tui_reseller.storage.ledger.sqlite.job_tables import add_job
from tui_reseller.storage.ledger.sqlite.ledger import Ledger
from tui_reseller.storage.ledger.statements import OUTCOME, placeholders

if TYPE_CHECKING:
    from tui_reseller.storage.ledger.sqlite.connection import LedgerConnection


class Jobs:
    """Jobs of this account of the operating system. Every method may raise LedgerUnavailable."""

    def __init__(self, ledger: Ledger, folder: Path) -> None:
        self._ledger = ledger
        self._locks = JobLocks(folder)

    async def add(
        self, plan: Plan, operator: Operator, reason: str, passwords_to: str = "", *, digest: str = ""
    ) -> Job:
        """Make a job of a plan, durably. Digest is that of the plan as it was reviewed, if some items of it were left
        out since. Raises RefusedHere if that plan was applied before: by which job.
        """
        named = digest or plan.digest
        number = await self._ledger.run(
            lambda connection: add_job(connection, plan, named, operator, reason, passwords_to)
        )
        found = await self.get(number)
        if found is None:
            raise LedgerUnavailable(f"ledger: job {number} is not there any more")
        return found

    async def refuse_changed(self, number: int) -> None:
        """Raise RefusedHere if a job's items are not those that it was made of."""
        await self._ledger.run(lambda connection: refuse_changed(connection, number))

    async def refuse_applied(self, plan: Plan) -> None:
        """Raise RefusedHere if a plan was applied before."""
        await self._ledger.run(lambda connection: refuse_applied(connection, plan.digest))

    async def get(self, number: int) -> Job | None:
        """Return a job."""
        return await self._ledger.run(
            lambda connection: next(self._jobs(connection, " WHERE number = ?", number), None)
        )

    async def all(self, account: str | None = None, *, is_running: bool = False) -> list[Job]:
        """Return jobs, newest first; is_running for those alone that run, or were interrupted."""

        def work(connection: "LedgerConnection") -> list[Job]:
            names = [] if account is None else [escaped(name) for name in connection.accounts.names(account)]
            states = [JobState.RUNNING.value] * is_running
            asked = [f"account IN ({placeholders(names)})"] * bool(names) + ["state = ?"] * is_running
            where = f" WHERE {' AND '.join(asked)}" if asked else ""
            return list(self._jobs(connection, f"{where} ORDER BY number DESC", *names, *states))

        return await self._ledger.run(work)

    async def waiting(self, number: int, after: int, limit: int = PAGE) -> list[JobItem]:
        """Return items that were not begun, in order, after a place."""
        return await self._ledger.run(lambda connection: read_items(connection, WAITING, number, after, limit))

    async def take(self, number: int, after: int, before: int = LAST) -> Taken:
        """Return items that may be begun: only the one process that runs the job begins any."""
        values = number, after, before, PAGE
        return Taken(await self._ledger.run(lambda connection: read_items(connection, READY, *values)))

    async def give_back(self, number: int) -> None:
        """Nobody else could have any."""

    async def open_to_others(self, number: int) -> None:
        """There are no others."""

    async def is_open(self, number: int) -> bool:  # noqa: ARG002 - a port has this argument
        """One process runs a job alone."""
        return False

    async def is_shared(self, number: int) -> bool:  # noqa: ARG002 - as above
        """One process runs a job alone."""
        return False

    async def for_worker(self, account: str) -> int | None:  # noqa: ARG002 - as above
        """There are no workers."""
        return None

    async def items(self, number: int, after: int = -1, limit: int = PAGE) -> list[JobItem]:
        """Return items with what became of them, in order, after a place."""
        return await self._ledger.run(lambda connection: read_items(connection, ALL, number, after, limit))

    async def waiting_of(self, account: str, username: str) -> list[tuple[Job, JobItem]]:
        """Return what a customer still waits for in a few jobs that are not finished, the newest first."""

        def work(connection: "LedgerConnection") -> list[tuple[Job, JobItem]]:
            names = [escaped(name) for name in connection.accounts.names(account)]
            found = waiting_of(connection, names, escaped(username))
            jobs = ((item, self._jobs(connection, " WHERE number = ?", number)) for number, item in found)
            return [(job, item) for item, one in jobs for job in one]

        return await self._ledger.run(work)

    async def refuse(self, number: int, seq: int, outcome: Outcome, message: str) -> None:
        """Write down why an item was not sent, where no operation was begun."""
        query = "UPDATE job_items SET outcome = ?, message = ? WHERE job = ? AND seq = ? AND entry IS NULL"
        await self._change(query, outcome.value, escaped(message), number, seq)

    async def refuse_orphans(self, number: int) -> None:
        """Write down of second calls that they were not sent, where the first one certainly was not carried out."""
        query = f"UPDATE job_items AS i SET outcome = ?, message = ? WHERE job = ? AND {ORPHANED}"  # noqa: S608
        await self._change(query, Outcome.NOT_SENT.value, escaped(NOT_CREATED), number)

    async def put_back(self, number: int, seqs: Sequence[int]) -> None:
        """Let items be begun again: evidence, or the service's answer, proves that they were not carried out."""
        query = "UPDATE job_items SET entry = NULL, outcome = NULL, message = NULL WHERE job = ? AND seq = ?"

        def work(connection: "LedgerConnection") -> None:
            with connection.transaction():
                connection.database.executemany(query, [(number, seq) for seq in seqs])

        await self._ledger.run(work)

    async def put_back_not_applied(self, number: int, attempts: int) -> None:
        """Let items be begun again that never left or were found not applied, if they were begun less often than so
        many times.
        """
        query = (
            "UPDATE job_items AS i SET entry = NULL, outcome = NULL, message = NULL "  # noqa: S608 - our own text
            f"WHERE job = ? AND attempts < ? AND coalesce(outcome, {OUTCOME}) IN (?, ?)"
        )
        await self._change(query, number, attempts, Outcome.NOT_SENT.value, Outcome.VERIFIED_NOT_APPLIED.value)

    async def set_state(self, number: int, state: JobState, why: str = "") -> None:
        """Say what the job is doing, and why."""
        await self._change("UPDATE jobs SET state = ?, why = ? WHERE number = ?", state.value, escaped(why), number)

    async def want(self, number: int, wanted: str) -> None:
        """Ask the process that runs a job to "pause" or "stop"; "" takes it back."""
        await self._change("UPDATE jobs SET wanted = ? WHERE number = ?", wanted, number)

    async def wanted(self, number: int) -> str:
        """Return what was asked of a job: pause, stop or nothing."""
        query = "SELECT wanted FROM jobs WHERE number = ?"
        rows = await self._ledger.run(lambda connection: list(connection.select(query, number)))
        return str(rows[0][0]) if rows else ""

    @asynccontextmanager
    async def owning(self, number: int, operator: Operator) -> AsyncIterator[None]:
        """Be the one process that runs a job; death lets go of it. Raises RefusedHere naming the owner."""
        with self._locks.owning(number, operator):
            yield

    async def _change(self, query: str, *values: object) -> None:
        def work(connection: "LedgerConnection") -> None:
            with connection.transaction():
                connection.database.execute(query, values)

        await self._ledger.run(work)

    def _jobs(self, connection: "LedgerConnection", where: str, *values: object) -> Iterator[Job]:
        for row in [JobRow(*found) for found in connection.select(JOB + where, *values)]:
            counts = count_items(connection, row)
            in_flight = counts.pop(IN_FLIGHT, 0)
            outcomes = {Outcome.read(word) if word else None: count for word, count in counts.items()}
            job = read_job(row, outcomes, in_flight, self._locks.owner(row.number), connection.accounts.canonical)
            is_running = job.state is JobState.RUNNING  # then it is read again and again
            yield replace(job, is_undoable=not is_running and is_undoable(connection, job.account, job.batch))
