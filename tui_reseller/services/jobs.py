"""Apply a plan as a job: first 1, then 10, then the rest; it stops itself, can be stopped, and goes on after anything
(reliability 4.4, O15-O17).

What became of each item stands in the audit log; the job only points there. So a kill at any moment leaves items that
were never begun, items with an outcome, and at most as many unknown ones as were in flight.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import (
    Conflict,
    CredentialsRefused,
    LedgerUnavailable,
    MissingCredentials,
    NotSent,
    RateLimited,
    RefusedHere,
    ResellerError,
)
from tui_reseller.domain.operation import SWITCHED, Call, Operation, Outcome
from tui_reseller.domain.plan import Job, JobItem, JobState
from tui_reseller.services import listing
from tui_reseller.services.job_passwords import Passwords
from tui_reseller.services.pace import Pace
from tui_reseller.services.ports import JobsPort
from tui_reseller.services.result import Result
from tui_reseller.services.session import Session
from tui_reseller.services.settle import settle
from tui_reseller.services.write import send, stopped, taken_in

STAGES = (1, 10, None)
REJECTED_IN_A_ROW = 3
REJECTED_SHARE = 0.02
MOST_UNKNOWN = 20
"""More open unknowns than this, and the service is not answering: nothing more is sent (reliability 4.4)."""
MOST_ATTEMPTS = 3
LAST = 200
"""So many of the newest results are kept at hand."""
ASKED_EVERY = 0.3
"""Seconds between two looks at what another process asks of the job, and between two updates of the list."""
_READ_BACK = frozenset({*SWITCHED, Operation.EMAIL} - {Operation.WEBSITE_ENABLE, Operation.WEBSITE_DISABLE})

Told = Callable[["JobRun"], None]


def nobody(_run: "JobRun") -> None:
    """Nobody watches."""


@dataclass
class JobRun:
    """A job while this process applies it. *Tell* is called in the event loop whenever there is something new.

    With *settling*, unknown outcomes are looked into at the end, too, which takes a minute. *Present* holds customers
    that were read one by one just now, where a few in a large account are not worth a whole list. Last holds the newest
    results; told counts all of them.
    """

    session: Session
    jobs: JobsPort
    job: Job
    passwords: Passwords | None = None
    tell: Told = nobody
    settling: bool = False
    counts: dict[Outcome | None, int] = field(default_factory=dict)
    present: Mapping[str, Customer] | None = None
    last: list[Result] = field(default_factory=list)
    told: int = 0
    doing: str = ""
    state: JobState = JobState.RUNNING
    why: str = ""
    sent: int = 0
    started: float = 0.0
    pace: Pace = field(init=False)
    _changes: list[tuple[str, Customer | None]] = field(default_factory=list)
    _rejected_in_a_row: int = 0
    _rejected: int = 0
    _locked: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.pace = Pace(self.session.clock)
        self.counts = dict(self.job.counts)

    @property
    def done(self) -> int:
        """Items that have an outcome."""
        return sum(count for outcome, count in self.counts.items() if outcome is not None)

    @property
    def rate(self) -> float:
        """Operations per second since this run began."""
        spent = self.session.clock.monotonic() - self.started
        return self.sent / spent if spent > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at this rate, if that can be said."""
        return (self.job.total - self.done) / self.rate if self.sent and self.rate else None

    def halted(self) -> bool:
        """Whether nothing more is sent."""
        return self.state is not JobState.RUNNING

    def pause(self, why: str = "paused by you") -> None:
        """Send nothing more; what is on its way is waited for."""
        self._halt(JobState.PAUSED, why)

    def stop(self, why: str = "stopped by you") -> None:
        """As pause: a stopped job can be resumed too, but does not look as if it would go on by itself."""
        self._halt(JobState.STOPPED, why)

    def _halt(self, state: JobState, why: str) -> None:
        if not self.halted():
            self.state, self.why = state, why

    async def run(self) -> Job:
        """Apply what is left; return the job as it is then. Raises RefusedHere if another process has it, and what
        keeps the list from being read. Cancelled, calls in flight become unknown.
        """
        with self.jobs.owning(self.job.number, self.session.operator):
            await self.jobs.want(self.job.number, "")
            await self.jobs.set_state(self.job.number, JobState.RUNNING)
            self.state = JobState.RUNNING
            ended = JobState.STOPPED, "ended by an error"
            try:
                async with self._asked():
                    goes_on = self.done > 0
                    await self._settle()
                    if self.present is None:
                        await listing.refresh_for_many(
                            self.session, renew=goes_on
                        )  # much may have happened since it began
                    self.doing = ""
                    self.started = self.session.clock.monotonic()
                    await self._work()
                    if self.settling:
                        await self._settle()
                ended = await self._end()
            except asyncio.CancelledError:
                ended = JobState.STOPPED, "the program was ended"
                raise
            except ResellerError as error:
                ended = JobState.PAUSED, error.message
                raise
            finally:
                await asyncio.shield(self._leave(*ended))
        found = await self.jobs.get(self.job.number)
        return found or self.job

    async def _leave(self, state: JobState, why: str) -> None:
        self.state, self.why = state, why
        await self._show_changes()
        await self.jobs.set_state(self.job.number, state, why)

    async def _end(self) -> tuple[JobState, str]:
        """Return what the job is when nothing more is sent by this run."""
        if self.halted():
            return self.state, self.why
        if not await self.jobs.waiting(self.job.number, -1, 1):
            return JobState.FINISHED, ""
        if self._locked:
            return JobState.PAUSED, f"{len(self._locked):,} customers wait for an outcome to be settled"
        return JobState.PAUSED, "some could not be sent"

    @asynccontextmanager
    async def _asked(self) -> AsyncIterator[None]:
        """While the job runs, look what other processes ask of it, and show changes in the list."""

        async def ask() -> None:
            while True:
                await self.session.clock.sleep(ASKED_EVERY)
                wanted = await self.jobs.wanted(self.job.number)
                if wanted == "pause":
                    self.pause("paused from another window")
                elif wanted == "stop":
                    self.stop("stopped from another window")
                await self._show_changes()

        task = asyncio.create_task(ask())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
            if not task.cancelled() and (error := task.exception()):
                raise error

    async def _show_changes(self) -> None:
        changes, self._changes = self._changes, []
        try:
            await self.session.keep(*changes)
        except asyncio.CancelledError:
            self._changes = [*changes, *self._changes]  # the snapshot may not have them yet; twice does no harm
            raise

    # What was left unknown, before anything new is sent

    async def _settle(self) -> None:
        await self.jobs.put_back_unsent(self.job.number, MOST_ATTEMPTS)
        fresh = await self.jobs.get(self.job.number)
        self.counts = dict(fresh.counts if fresh else self.job.counts)
        entries = await self.session.ledger.needs_you(self.session.account)
        ours = [entry for entry in entries if entry.batch == self.job.batch and entry.outcome is Outcome.UNKNOWN]
        if not ours:
            return
        found = await settle(self.session, ours, self._say)
        not_applied = {entry_id for entry_id, outcome in found.items() if outcome is Outcome.VERIFIED_NOT_APPLIED}
        by_entry = {item.entry: item async for item in self._all_items() if item.entry in found}
        back = [by_entry[e].seq for e in not_applied if e in by_entry and by_entry[e].attempts < MOST_ATTEMPTS]
        await self.jobs.put_back(self.job.number, back)
        for entry_id, outcome in found.items():
            self._count(Outcome.UNKNOWN, -1)
            is_back = entry_id in by_entry and by_entry[entry_id].seq in back
            self._count(None if is_back else outcome, 1)

    async def _all_items(self) -> AsyncIterator[JobItem]:
        after = -1
        while page := await self.jobs.items(self.job.number, after):
            for item in page:
                yield item
            after = page[-1].seq

    def _say(self, words: str) -> None:
        self.doing = words
        self.tell(self)

    def _count(self, outcome: Outcome | None, by: int) -> None:
        self.counts[outcome] = self.counts.get(outcome, 0) + by

    # The work

    async def _work(self) -> None:
        """Go over what waits, stage by stage; then again over what was put back, as long as that gets less."""
        stages = list(STAGES)
        while not self.halted():
            waiting = self._waiting()
            sent = self.sent
            while stages and not self.halted():
                if await self._stage(waiting, stages[0]):
                    break
                stages.pop(0)
            await waiting.aclose()
            stages = [None]
            if self.sent == sent or not await self.jobs.waiting(self.job.number, -1, 1) or self._locked:
                return

    async def _stage(self, waiting: AsyncGenerator[tuple[JobItem, Customer | None], None], size: int | None) -> bool:
        """Send so many, and wait for their answers; return whether nothing was left."""
        count = 0
        is_over = False
        async with asyncio.TaskGroup() as group:
            while not self.halted() and (size is None or count < size):
                found = await anext(waiting, None)
                if found is None:
                    is_over = True
                    break
                await self.pace.turn()
                if self.halted():
                    await self.pace.over(None)
                    break
                group.create_task(self._one(*found, read_back=size is not None))
                count += 1
        return is_over

    async def _waiting(self) -> AsyncGenerator[tuple[JobItem, Customer | None], None]:
        """Yield items that were not begun, each with its customer in the list."""
        after = -1
        while page := await self.jobs.waiting(self.job.number, after):
            names = {item.item.username for item in page}
            present = self.session.customers.named(names) if self.present is None else self.present
            for item in page:
                if item.seq not in self._locked:
                    yield item, present.get(item.item.username)
            after = page[-1].seq

    async def _one(self, item: JobItem, before: Customer | None, *, read_back: bool) -> None:
        error: ResellerError | None = None
        try:
            result = await self._carried_out(item, before)
            error = result.error
        finally:
            await self.pace.over(error)
        if read_back and result.outcome is Outcome.APPLIED and result.id:
            await self._read_back(item)
        await self._take(item, result, before)

    async def _carried_out(self, item: JobItem, before: Customer | None) -> Result:
        """Send one item; what keeps it from being sent is its result."""
        call, session = item.item.call, self.session
        if call.username in session.in_flight:
            return stopped(call, RefusedHere("refused: another change of it is still on its way"))
        session.in_flight.add(call.username)
        try:
            session.policy.check(call, self.job.reason)
            if moved := item.item.moved(before):
                return self._moved(call, item, moved)
            if item.item.needs_password:
                call = await self._with_password(call)
            where = (self.job.number, item.seq)
            return await send(
                session, call, before, reason=self._reason(item), batch=self.job.batch, item=where,
                heard=self.pace.heard,
            )  # fmt: skip
        except ResellerError as error:
            return stopped(call, error)
        finally:
            session.in_flight.discard(call.username)

    def _reason(self, item: JobItem) -> str:
        undoes = f"undo of {item.item.undoes}" if item.item.undoes else ""
        return f"{undoes} {self.job.reason}".strip()

    async def _with_password(self, call: Call) -> Call:
        if self.passwords is None:
            raise RefusedHere("refused: no password was given for it; nothing was sent")
        return replace(call, password=await self.passwords.of(call.username))

    @staticmethod
    def _moved(call: Call, item: JobItem, moved: tuple[object, ...]) -> Result:
        now = {getattr(change, "field", ""): getattr(change, "after", None) for change in moved}
        if moved and all(now.get(change.field, ...) == change.after for change in item.item.changes):
            return Result(call.username, call.operation, Outcome.APPLIED, "already so; nothing was sent")
        names = ", ".join(now)
        return stopped(call, Conflict(f"it was changed since the plan was made ({names}); nothing was sent"))

    async def _read_back(self, item: JobItem) -> None:
        """The first ones are read again: a success that cannot be seen stops the job (reliability 4.6, 5)."""
        if item.item.operation not in _READ_BACK or self.halted():
            return
        try:
            now = await self.session.find(item.item.username)
        except ResellerError:
            return  # says nothing either way
        wrong = now is None or any(now.value(change.field) != change.after for change in item.item.changes)
        if wrong:
            self.pause(f'the service said success, but "{item.item.username}" does not read so: look before going on')

    async def _take(self, item: JobItem, result: Result, before: Customer | None) -> None:
        number, error = self.job.number, result.error
        self._changes += taken_in(self.session, item.item.call, before, result.outcome)
        if isinstance(error, LedgerUnavailable | MissingCredentials):
            self.pause(error.message)
            return
        if result.id is None and isinstance(error, RefusedHere):
            self._locked.add(item.seq)
            self._tell(result)
            return
        if result.id is None:
            await self.jobs.refuse(number, item.seq, result.outcome, result.message)
        elif isinstance(error, CredentialsRefused | NotSent | RateLimited) and item.attempts + 1 < MOST_ATTEMPTS:
            await self.jobs.put_back(number, [item.seq])
            if isinstance(error, CredentialsRefused):
                self.pause(f"the service refuses our credentials: {error.message}")
            self._brake(result)
            return
        self.sent += 1
        self._count(None, -1)
        self._count(result.outcome, 1)
        self._brake(result)
        self._tell(result)

    def _tell(self, result: Result) -> None:
        self.last = [*self.last[-(LAST - 1) :], result]
        self.told += 1
        self.tell(self)

    def _brake(self, result: Result) -> None:
        if isinstance(result.error, CredentialsRefused):
            self.pause(f"the service refuses our credentials: {result.message}")
        if self.pace.broken_because:
            self.pause(f"paused by itself: {self.pace.broken_because}")
        is_bad = not result.outcome.is_applied and result.outcome is not Outcome.UNKNOWN
        self._rejected_in_a_row = self._rejected_in_a_row + 1 if is_bad else 0
        self._rejected += is_bad
        if self._rejected_in_a_row >= REJECTED_IN_A_ROW:
            self.pause(f"paused by itself: {REJECTED_IN_A_ROW} in a row were not applied")
        elif self._rejected > max(REJECTED_IN_A_ROW, REJECTED_SHARE * self.sent):
            self.pause(f"paused by itself: {self._rejected:,} of {self.sent:,} were not applied")
        elif self.counts.get(Outcome.UNKNOWN, 0) > MOST_UNKNOWN:
            self.pause(f"paused by itself: {self.counts[Outcome.UNKNOWN]:,} outcomes are unknown")


async def retry_rejected(jobs: JobsPort, job: Job) -> int:
    """Put back what was rejected or refused, and nothing else; return how many."""
    back: list[int] = []
    after = -1
    while page := await jobs.items(job.number, after):
        back += [item.seq for item in page if item.outcome in {Outcome.REJECTED, Outcome.NOT_SENT}]
        after = page[-1].seq
    await jobs.put_back(job.number, back)
    return len(back)
