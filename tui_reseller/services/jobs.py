"""Apply a plan as a job: first 1, then 10, then the rest; it stops itself, can be stopped, and goes on after anything
(reliability 4.4, O15-O17).

What became of each item stands in the audit log; the job only points there. So a kill at any moment leaves items that
were never begun, items with an outcome, and at most as many unknown ones as were at work: 8 calls and 2 beside them.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import NoAnswer, RateLimited, ResellerError
from tui_reseller.domain.job import Job, JobItem, JobState
from tui_reseller.domain.operation import Outcome
from tui_reseller.services import job_items, listing
from tui_reseller.services.beside import Abandonable, every
from tui_reseller.services.door import Permit
from tui_reseller.services.failure_threshold import FailureThreshold
from tui_reseller.services.job_end import end_of
from tui_reseller.services.job_passwords import Passwords
from tui_reseller.services.job_queue import BLOCK, Items, JobQueue, Waiting, following, pausing
from tui_reseller.services.job_results import MOST_ATTEMPTS, Next, next_after, second_not_sent, why_hopeless
from tui_reseller.services.ledger_ports import JobsPort
from tui_reseller.services.list_updates import list_updates
from tui_reseller.services.progress import Progress
from tui_reseller.services.reconciliation import reconcile
from tui_reseller.services.result import Result
from tui_reseller.services.session import Session
from tui_reseller.services.throttle import MOST_IN_FLIGHT, Throttle, Turn

STAGES = (1, 10, None)
ASKED_EVERY = 0.3
"""Seconds between two looks at what another process asks of the job, and between two updates of the list."""
LOOKED_EVERY = 1.0
"""Seconds between two looks at whether workers have sent what they took."""
Told = Callable[["JobRun"], None]


def nobody(_run: "JobRun") -> None:
    """Nobody watches."""


@dataclass
class JobRun:
    """A job while this process applies it. *Tell* is called in the event loop whenever there is something new.

    With *settling*, unknown outcomes are looked into at the end, too, which takes a minute. *Reason* stands for that of
    the job from now on, if there is one. *Present* holds customers that were read one by one just now, where a few in a
    large account are not worth a whole list.
    """

    session: Session
    jobs: JobsPort
    job: Job
    permit: Permit
    passwords: Passwords | None = None
    tell: Told = nobody
    settling: bool = False
    reason: str = ""
    present: Mapping[str, Customer] | None = None
    state: JobState = JobState.RUNNING
    why: str = ""
    throttle: Throttle = field(init=False)
    progress: Progress = field(init=False)
    _lengthy: Abandonable = field(default_factory=Abandonable)
    _threshold: FailureThreshold = field(default_factory=FailureThreshold)
    _changes: list[tuple[str, Customer | None]] = field(default_factory=list)
    in_flight: int = MOST_IN_FLIGHT
    _queue: JobQueue = field(init=False)
    _firsts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.job = replace(self.job, reason=self.reason or self.job.reason)
        self.throttle = Throttle(self.session.clock, self.in_flight)
        self._queue = JobQueue(self.session, self.jobs, self.job.number, self.halted, self.present)
        calls = 1 + self.job.makes_two_calls
        self.progress = Progress(self.session.clock, self.job.total, dict(self.job.counts), calls)

    def halted(self) -> bool:
        """Whether nothing more is sent."""
        return self.state is not JobState.RUNNING

    def pause(self, why: str = "paused by you") -> None:
        """Send nothing more; what is on its way is waited for."""
        self._halt(JobState.PAUSED, why)

    def _pause_for_all(self, why: str) -> None:
        self.pause(why)

    def stop(self, why: str = "stopped by you") -> None:
        """As pause: a stopped job can be resumed too, but does not look as if it would go on by itself."""
        self._halt(JobState.STOPPED, why)

    def _halt(self, state: JobState, why: str) -> None:
        if not self.halted():
            self.state, self.why = state, why
            self._lengthy.give_up()

    async def run(self) -> Job:
        """Apply what is left; return the job as it is then. Raises RefusedHere if another process has it, and what
        keeps the list from being read. Cancelled, calls in flight become unknown.
        """
        async with self.jobs.owning(self.job.number, self.session.operator):
            await self.jobs.refuse_changed(self.job.number)
            await self.jobs.want(self.job.number, "")
            await self.jobs.set_state(self.job.number, JobState.RUNNING)
            ended = JobState.STOPPED, "ended by an error"
            try:
                async with every(ASKED_EVERY, self.session.clock, self.heed):
                    if not self.halted():
                        await self._lengthy.run(self._prepare())
                    self.progress.begin()
                    await self._work()
                    if self.settling and self.state is not JobState.STOPPED:
                        await self._lengthy.run(self._settle())
                ended = self.state, self.why
                if not self.halted():
                    ended = await end_of(self.session.ledger, self.jobs, self.job, len(self._queue.locked))
            except asyncio.CancelledError:
                ended = JobState.STOPPED, "the program was ended"
                raise
            except ResellerError as error:
                ended = JobState.PAUSED, error.message
                raise
            finally:
                await asyncio.shield(self._leave(*ended))
        return await self.jobs.get(self.job.number) or self.job

    async def _prepare(self) -> None:
        await self._settle()
        await self._settle_passwords()
        if self.present is None:
            await listing.refresh_for_many(self.session, renew=not self.job.is_new)  # much may have happened

    async def _leave(self, state: JobState, why: str) -> None:
        self.state, self.why = state, why
        await self._show_changes()
        await self.jobs.set_state(self.job.number, state, why)
        await self.jobs.give_back(self.job.number)
        await self._settle_passwords()

    async def _settle_passwords(self) -> None:
        """What became of each password follows from its item, whatever ended this run or the one before."""
        if self.passwords is not None:
            await self.passwords.settle(job_items.all_items(self.jobs, self.job.number))

    async def heed(self) -> None:
        """Do what another process asks of the job, and show changes in the list."""
        wanted = await self.jobs.wanted(self.job.number)
        if wanted == "pause":
            self.pause("paused from another window")
        elif wanted == "stop":
            self.stop("stopped from another window")
        await self._show_changes()

    async def _show_changes(self) -> None:
        changes, self._changes = self._changes, []
        try:
            await self.session.held.keep(*changes)
        except asyncio.CancelledError:
            self._changes = [*changes, *self._changes]  # the snapshot may not have them yet; twice does no harm
            raise

    # What was left unknown, before anything new is sent

    async def _settle(self) -> None:
        await self.session.desk.write_down()  # of a run before this one, if the ledger was away
        await self._put_back()
        entries = await self.session.ledger.needs_you(self.session.account)
        ours = [entry for entry in entries if entry.batch == self.job.batch and entry.outcome is Outcome.UNKNOWN]
        if ours:
            await reconcile(self.session, ours, self._say)
            await self._put_back()

    async def _put_back(self) -> None:
        """By what is written down, not by what this run found: the one before may have been killed in between."""
        await self.jobs.put_back_not_applied(self.job.number, MOST_ATTEMPTS)
        await self.jobs.refuse_orphans(self.job.number)
        await self._count_anew()

    async def _count_anew(self) -> None:
        fresh = await self.jobs.get(self.job.number)
        self.progress.counts = dict(fresh.counts if fresh else self.job.counts)

    def _say(self, words: str) -> None:
        self.progress.doing = words
        self.tell(self)

    # The work

    async def _work(self) -> None:
        """Go over what waits, stage by stage; then again over what was put back, as long as that gets less."""
        stages, number = list(STAGES), self.job.number
        while not self.halted():
            waiting = self._queue.items()
            sent = self.progress.sent
            while stages and not self.halted():
                if stages[0] is None and self.passwords is None and not self.job.makes_two_calls:
                    await self.jobs.open_to_others(number)
                if await self._block(waiting, stages[0]):
                    break
                stages = stages[1:] or [None]
            await waiting.aclose()
            stages = [None]
            if not self.halted() and await self.jobs.is_shared(number):
                await self._count_anew()
                self._say("others have what is left")
                await self.session.clock.sleep(LOOKED_EVERY)
            elif self.progress.sent == sent or self._queue.locked or not await self.jobs.waiting(number, -1, 1):
                return

    async def _block(self, waiting: Items, size: int | None) -> bool:
        """Send so many, and then the second calls of those that created a customer; return whether nothing was left."""
        self._firsts.clear()
        most = BLOCK if size is None and self.job.makes_two_calls else size
        is_over = await self._stage(waiting, most, read_back=size is not None)
        if self._firsts:
            await self._show_changes()  # the new ones are in the list
            seconds = self._queue.items(min(self._firsts), max(self._firsts) + 2)
            await self._stage(seconds, None)
            await seconds.aclose()
        return is_over

    async def _stage(self, waiting: Items, size: int | None, *, read_back: bool = False) -> bool:
        """Send so many, and wait for their answers, also where no more come; return whether nothing was left."""
        count, found = 0, None
        async with asyncio.TaskGroup() as group:
            while not self.halted() and (size is None or count < size):
                found = await following(waiting)
                if not isinstance(found, Waiting):
                    break
                await self.throttle.begin_item()
                if self.halted():
                    await self.throttle.end_item()
                    break
                self._firsts += [found.item.seq] if found.item.then else []
                group.create_task(self._one(found, read_back=read_back))
                count += 1
        if isinstance(found, ResellerError):
            raise found
        return found is None and not self.halted()

    async def _one(self, waiting: Waiting, *, read_back: bool) -> None:
        item, before, is_ambiguous = waiting
        turn = Turn(self.throttle, self.halted)
        try:
            attempt = job_items.Attempt(self.session, self.job, item, self.passwords, self.permit, turn)
            result = await attempt.carry_out(before, is_ambiguous=is_ambiguous)
        finally:
            await self.throttle.end_item()
        if result.id is None and isinstance(result.error, NoAnswer | RateLimited):  # of a reading before the call
            self.throttle.on_error(result.error)
        is_looked_at = read_back and result.outcome is Outcome.APPLIED and result.id and not self.halted()
        if is_looked_at and await job_items.reads_otherwise(self.session, item):  # (reliability 4.6, 5)
            self.pause(job_items.otherwise(item))
        with pausing(self.pause):
            await self._take(item, result, before)

    async def _take(self, item: JobItem, result: Result, before: Customer | None) -> None:
        number, error = self.job.number, result.error
        if self.passwords is not None and not item.step:
            await self.passwords.told(result)
        if before is not None or not item.step:
            done = replace(item.item.call, username=result.username)
            self._changes += list_updates(self.session, done, before, result)
        match next_after(item, result):
            case Next.HALTS:
                self.pause(error.message if error else "")
            case Next.LOCKED:
                self._queue.locked.add(item.seq)
                self._tell(result)
            case Next.AGAIN:
                await self.jobs.put_back(number, [item.seq])
                self._stop_where_hopeless(error)
            case Next.REFUSED:
                await self.jobs.refuse(number, item.seq, result.outcome, result.message)
                await self._over(item, result)
            case Next.OVER:
                await self._over(item, result)

    async def _over(self, item: JobItem, result: Result) -> None:
        self.progress.sent += 1
        if item.then is None or not result.outcome.is_applied:  # else the second call is still to come
            self.progress.move(None, result.outcome)
        self._stop_where_hopeless(result.error)
        if why := self._threshold.after(result, self.progress.sent, self.progress.unknown):
            self._pause_for_all(f"paused by itself: {why}")
        self._tell(result)
        if second := second_not_sent(item, result):
            await self.jobs.refuse(self.job.number, item.seq + 1, second.outcome, second.message)
            self._tell(second)

    def _tell(self, result: Result) -> None:
        self.progress.add(result)
        self.tell(self)

    def _stop_where_hopeless(self, error: ResellerError | None) -> None:
        if why := why_hopeless(error, self.throttle.broken_because):
            self.pause(why)
