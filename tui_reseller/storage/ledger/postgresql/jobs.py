"""Jobs in a team's ledger: one process runs a job at a time, on whatever machine; others see it, and may stop it."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui_reseller.domain.audit import Operator
from tui_reseller.domain.errors import LedgerUnavailable, RefusedHere, TakenElsewhere
from tui_reseller.domain.job import LAST, NOT_CREATED, Job, JobItem, JobState, Taken
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.plan import Plan
from tui_reseller.domain.printed import command
from tui_reseller.domain.text import clean
from tui_reseller.storage.ledger.encoding import compact, escaped
from tui_reseller.storage.ledger.job_reader import (
    ALL,
    IN_FLIGHT,
    JOB,
    PAGE,
    WAITING,
    count_items,
    is_undoable,
    read_items,
    refuse_applied,
    refuse_changed,
    waiting_of,
)
from tui_reseller.storage.ledger.job_rows import (
    ItemRow,
    JobRow,
    items_digest,
    job_body,
    placed_steps,
    read_item,
    read_job,
    refuse_applied_again,
)
from tui_reseller.storage.ledger.postgresql.ledger import TeamLedger

if TYPE_CHECKING:
    from tui_reseller.storage.ledger.postgresql.reader import TeamReader


MOST_ITEMS = 200_000
"""Of one job: it is told to the database as one statement, which must be answered within WRITE_SECONDS (100,000 took
three seconds, measured).
"""


CHUNK = 16
"""Items that are taken at once: twice as many as are on their way. Those of a process that is killed wait until its
session has ended.
"""


_JOB = JOB.replace(" FROM", ", role FROM")


class TeamJobs:
    """Jobs of a team. Every method may raise LedgerUnavailable."""

    def __init__(self, ledger: TeamLedger) -> None:
        self._ledger = ledger
        self._accounts: dict[int, str] = {}
        self._owned: set[int] = set()

    async def add(
        self, plan: Plan, operator: Operator, reason: str, passwords_to: str = "", *, digest: str = ""
    ) -> Job:
        """Make a job of a plan, durably. Digest is that of the plan as it was reviewed, if some items of it were left
        out since. Raises RefusedHere if that plan was applied before (by which job), or has more than MOST_ITEMS.
        """
        items = [(place, step, escaped(item.username), item.line_text) for place, step, item in placed_steps(plan)]
        if len(items) > MOST_ITEMS:
            what = "calls" if plan.makes_two_calls else "customers"
            raise RefusedHere(
                f"refused: a job in the ledger of a team has at most {MOST_ITEMS:,} {what}, this plan has "
                f"{len(items):,}; nothing was sent",
                hint="make several plans of it",
            )
        account, body = escaped(plan.account), job_body(plan, operator, reason, passwords_to)
        chained = {"digest": items_digest((account, body, len(plan.items)), items)}
        op = {"do": "add_job", "digest": digest or plan.digest, "body": body, "chained": compact(chained)}
        answer = await self._ledger.write(
            account, {**op, "items": [(username, content, step) for _place, step, username, content in items]}
        )
        if "unapproved" in answer:
            raise RefusedHere(
                "refused: this plan was not approved by as many as this account asks for; nothing was sent",
                hint=command("plan", "propose", (digest or plan.digest)[:12], "--reason", "TEXT"),
            )
        if "applied" in answer:
            refuse_applied_again(int(answer["applied"]), str(answer["time"]))
        found = await self.get(int(answer["job"]))
        if found is None:
            raise LedgerUnavailable(f"ledger: job {answer['job']} is not there any more")
        return found

    async def refuse_changed(self, number: int) -> None:
        """Raise RefusedHere if a job's items are not those that it was made of."""
        await self._ledger.run(lambda reader: refuse_changed(reader, number))

    async def refuse_applied(self, plan: Plan) -> None:
        """Raise RefusedHere if a plan was applied before."""
        await self._ledger.run(lambda reader: refuse_applied(reader, plan.digest))

    async def get(self, number: int) -> Job | None:
        """Return a job."""
        return await self._ledger.run(lambda reader: next(_jobs(reader, " WHERE number = ?", number), None))

    async def all(self, account: str | None = None, *, is_running: bool = False) -> list[Job]:
        """Return jobs, newest first; is_running for those alone that run, or were interrupted."""
        asked = {"account": escaped(account)} if account is not None else {}
        asked |= {"state": JobState.RUNNING.value} if is_running else {}
        where = f" WHERE {' AND '.join(f'{name} = ?' for name in asked)}" if asked else ""
        values = asked.values()
        return await self._ledger.run(lambda reader: list(_jobs(reader, f"{where} ORDER BY number DESC", *values)))

    async def waiting(self, number: int, after: int, limit: int = PAGE) -> list[JobItem]:
        """Return items that were not begun, in order, after a place."""
        return await self._ledger.run(lambda reader: read_items(reader, WAITING, number, after, limit))

    async def take(self, number: int, after: int, before: int = LAST) -> Taken:
        """Take items that may be begun, after a place, and places for them in the rate that all machines share."""
        told = await self._change(number, {"change": "take", "behind": after, "before": before, "most": CHUNK})
        items = [
            read_item(ItemRow(seq, body, None, attempts, None, None, None, step))
            for seq, body, attempts, step in told["items"]
        ]
        return Taken(items, float(told["wait"]), float(told["gap"]))

    async def give_back(self, number: int) -> None:
        """Let others have what we took and have not begun."""
        await self._change(number, {"change": "give_back"})

    async def open_to_others(self, number: int) -> None:
        """Let other processes join a job that we run."""
        await self._change(number, {"change": "open"})

    async def is_open(self, number: int) -> bool:
        """Whether a job is being run, is not asked to halt, and may be joined."""
        query = "SELECT is_open AND state = 'running' AND wanted = '' AND lives(owner) FROM jobs WHERE number = ?"
        rows = await self._ledger.run(lambda reader: list(reader.select(query, number)))
        return bool(rows and rows[0][0])

    async def is_shared(self, number: int) -> bool:
        """Whether others that live have taken or begun items that they have not brought to an end."""
        return bool((await self._change(number, {"change": "shared"}))["shared"])

    async def for_worker(self, account: str) -> int | None:
        """Return the oldest job that may be joined, or was being run by a process that is gone: not one whose passwords
        are in a file of one machine.
        """
        query = (
            "SELECT number FROM jobs WHERE account = ? AND state = 'running' AND wanted = '' "
            """AND strpos(body, '"passwords_to":""') > 0 AND (is_open OR NOT lives(owner)) ORDER BY number LIMIT 1"""
        )
        rows = await self._ledger.run(lambda reader: list(reader.select(query, escaped(account))))
        return int(rows[0][0]) if rows else None

    async def items(self, number: int, after: int = -1, limit: int = PAGE) -> list[JobItem]:
        """Return items with what became of them, in order, after a place."""
        return await self._ledger.run(lambda reader: read_items(reader, ALL, number, after, limit))

    async def waiting_of(self, account: str, username: str) -> list[tuple[Job, JobItem]]:
        """Return what a customer still waits for in a few jobs that are not finished, the newest first."""

        def work(reader: "TeamReader") -> list[tuple[Job, JobItem]]:
            found = waiting_of(reader, [escaped(account)], escaped(username))
            return [(job, item) for number, item in found for job in _jobs(reader, " WHERE number = ?", number)]

        return await self._ledger.run(work)

    async def refuse(self, number: int, seq: int, outcome: Outcome, message: str) -> None:
        """Write down why an item was not sent, where no operation was begun."""
        said = {"outcome": outcome.value, "message": escaped(message)}
        await self._change(number, {"change": "refuse", "seq": seq, **said})

    async def refuse_orphans(self, number: int) -> None:
        """Write down of second calls that they were not sent, where the first one certainly was not carried out."""
        await self._change(number, {"change": "refuse_orphans", "message": escaped(NOT_CREATED)})

    async def put_back(self, number: int, seqs: Sequence[int]) -> None:
        """Let items be begun again. The database leaves alone whatever may have been carried out."""
        await self._change(number, {"change": "put_back", "seqs": list(seqs)})

    async def put_back_not_applied(self, number: int, attempts: int) -> None:
        """Let items be begun again that never left or were found not applied, if they were begun less often than so
        many times.
        """
        await self._change(number, {"change": "put_back", "below": attempts})

    async def set_state(self, number: int, state: JobState, why: str = "") -> None:
        """Say what the job is doing, and why."""
        await self._change(number, {"change": "state", "state": state.value, "why": escaped(why)})

    async def want(self, number: int, wanted: str) -> None:
        """Ask the process that runs a job to "pause" or "stop"; "" takes it back."""
        await self._change(number, {"change": "want", "wanted": wanted})

    async def wanted(self, number: int) -> str:
        """Return what was asked of a job: pause, stop or nothing."""
        query = "SELECT wanted FROM jobs WHERE number = ?"
        rows = await self._ledger.run(lambda reader: list(reader.select(query, number)))
        return str(rows[0][0]) if rows else ""

    @asynccontextmanager
    async def owning(self, number: int, operator: Operator) -> AsyncIterator[None]:  # noqa: ARG002 - the database knows who
        """Be the one process that runs a job; its end lets go of it. Raises TakenElsewhere naming the owner."""
        if number in self._owned:
            raise _is_run_by(number, "this process")
        self._owned.add(number)
        try:
            answer = await self._change(number, {"change": "own"})
            if "owner" in answer:
                raise _is_run_by(number, _described(answer["owner"]))
            try:
                yield
            finally:
                with suppress(LedgerUnavailable):  # the end of the session lets go of it as well
                    await asyncio.shield(self._change(number, {"change": "let_go"}))
        finally:
            self._owned.discard(number)

    async def _change(self, number: int, what: Mapping[str, object]) -> dict[str, Any]:
        account = self._accounts.get(number)
        if account is None:
            query = "SELECT account FROM jobs WHERE number = ?"
            rows = await self._ledger.run(lambda reader: list(reader.select(query, number)))
            if not rows:
                raise LedgerUnavailable(f"ledger {self._ledger.team.place}: it has no job {number}")
            account = self._accounts[number] = str(rows[0][0])
        return await self._ledger.write(account, {"do": "job", "job": number, **what})


def _jobs(reader: "TeamReader", where: str, *values: object) -> Iterator[Job]:
    for row in [JobRow(*found) for found in reader.select(_JOB + where, *values)]:
        counts = count_items(reader, row)
        in_flight = counts.pop(IN_FLIGHT, 0)
        outcomes = {Outcome.read(word) if word else None: count for word, count in counts.items()}
        ((owner,),) = reader.select("SELECT job_owner(?)", row.number)
        job = read_job(row, outcomes, in_flight, _described(owner), {})
        is_running = job.state is JobState.RUNNING  # then it is read again and again
        yield replace(job, is_undoable=not is_running and is_undoable(reader, job.account, job.batch))


def _described(owner: object) -> str:
    """Return who runs a job in words; empty if nobody does."""
    if not isinstance(owner, dict):
        return ""
    return clean(f"{owner.get('role')} on {owner.get('host')} (process {owner.get('pid')})", longest=120)


def _is_run_by(number: int, owner: str) -> TakenElsewhere:
    return TakenElsewhere(
        f"job {number} is being run by {owner or 'another process'}",
        hint=f"watch it: {command('job', 'watch', str(number))}",
    )
