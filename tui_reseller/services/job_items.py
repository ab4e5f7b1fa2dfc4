"""Items of a job: send one, unless it moved since the plan was made, and look whether a success can be seen; put back
what was rejected.
"""

from collections.abc import AsyncGenerator, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from tui_reseller.domain.action import Effect
from tui_reseller.domain.changes import Change, wanted_by
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import (
    Conflict,
    CustomerNotFound,
    NeverSent,
    RefusedHere,
    ResellerError,
    TouchedSince,
)
from tui_reseller.domain.fingerprint import differing
from tui_reseller.domain.job import Job, JobItem
from tui_reseller.domain.leaving import IS_ONE_OF_MANY
from tui_reseller.domain.operation import Call, Outcome
from tui_reseller.domain.plan import Item
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.text import quoted
from tui_reseller.services.door import Permit
from tui_reseller.services.job_passwords import Passwords
from tui_reseller.services.lag import filled_of_same, filled_up_to_date, find_up_to_date
from tui_reseller.services.ledger_ports import JobsPort
from tui_reseller.services.reading_again import is_read_before_sending
from tui_reseller.services.result import Result
from tui_reseller.services.sending import Turn
from tui_reseller.services.session import Session
from tui_reseller.services.undo import refuse_overtaken
from tui_reseller.services.write import (
    Aim,
    already,
    is_already_so,
    listed_twice,
    refuse_state,
    send,
    stopped,
    touches_details,
)

ONE_BY_ONE = "the old password is needed: passwords are changed one customer at a time"
UNTOLD = "the job is of an older version, which did not keep which customer was meant; nothing was sent"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One item of a job that is to be sent, in its turn."""

    session: Session
    job: Job
    item: JobItem
    passwords: Passwords | None
    permit: Permit
    turn: Turn

    @property
    def call(self) -> Call:
        """What is sent, but for a password."""
        return self.item.item.call

    async def carry_out(self, listed: Customer | None, *, is_ambiguous: bool = False) -> Result:
        """Send the item, in a task of its own; what keeps it from being sent is its result. Listed is the customer as
        the list has it; ambiguous is a username that it has more than once.
        """
        IS_ONE_OF_MANY.set(True)  # of this task alone
        try:
            with self.session.desk.changing(self.call.username):
                self.session.policy.check(self.call, self.job.reason)
                waiting = self.job.counts.get(None, self.job.total)
                self.session.policy.refuse_lowered(waiting, self.session.customers.total)
                if is_ambiguous:
                    raise Conflict(f"{listed_twice(self.call.username)}; nothing was sent", hint="look at it first")
                return await self._by_list_or_reading(listed)
        except ResellerError as error:
            return stopped(self.call, error)

    async def _by_list_or_reading(self, listed: Customer | None) -> Result:
        """Go by the list, which may be ten minutes old, unless it must not be enough, or another process of ours has
        done something since: what it shows could later prove what was not so (R4).
        """
        if self.item.step:
            return await self._second(await find_up_to_date(self.session, self.call.username))
        if listed is None:
            return await self._send(None)
        provider = self.session.provider
        if not (is_read_before_sending(provider, self.item.item) or is_already_so(provider, self.call, listed)):
            as_of = self.session.held.as_of
            try:
                return await self._send(listed, as_of)
            except TouchedSince:
                pass
            except (Conflict, NeverSent):
                if not await self._is_touched(as_of):
                    raise
        return await self._send(await find_up_to_date(self.session, self.call.username))

    async def _second(self, now: Customer | None) -> Result:
        """Send the second call to a customer whom the first one has created, once it can be read."""
        if now is None:
            raise CustomerNotFound(f"there is no customer {quoted(self.call.username)} yet; nothing was sent")
        return await self._send(now)

    async def _is_touched(self, as_of: Iterable[int | datetime]) -> bool:
        session, username = self.session, self.call.username
        for since in as_of:
            if await session.ledger.is_touched_since(session.account, username, since):
                return True
        return False

    def _is_already_so(self, now: Customer) -> bool:
        return is_already_so(self.session.provider, self.call, now) and not self.item.item.is_another(now)

    async def _send(self, before: Customer | None, as_of: tuple[int | datetime, ...] = ()) -> Result:
        """Send it to a customer who is so *before*, unless that speaks against it; *as_of* are those of a list,
        none of a reading of just now. Raises TouchedSince if that is older than what was done.
        """
        session, call, wanted = self.session, self.call, self.item.item
        action = session.provider.action(call.operation)
        if before is not None and touches_details(session.provider, call):
            filled = filled_up_to_date if as_of and not action.asks_who else filled_of_same
            before = await filled(session, before, wanted_by(session.provider, call))
        if before is not None:
            refuse_state(session.provider, call, before)
        if not (wanted.fingerprint or wanted.undoes or self.item.step or action.effect is Effect.CREATES):
            raise Conflict(UNTOLD, hint="make the plan again")
        if wanted.undoes:
            await refuse_overtaken(session, wanted.undoes)
        item = self.job.number, self.item.seq
        aim = Aim(
            reason=self.job.reason, batch=self.job.batch, undoes=wanted.undoes, item=item, untouched_since=as_of
        )  # fmt: skip
        if before is not None and self._is_already_so(before):
            if await self._is_touched(as_of):
                raise TouchedSince("something was done since the list was read; nothing was sent")
            found = await already(session, call, before, aim)
            if found is not None:
                return found
        if moved := wanted.moved(session.provider, before):
            raise _conflict_of(wanted, before, moved)
        if action.why_old_password:
            raise RefusedHere(f"refused: {ONE_BY_ONE}; nothing was sent")
        if action.needs_password:
            call = await _with_password(call, self.passwords)
        return await send(session, call, before, self.permit, aim, self.turn)


async def reads_otherwise(session: Session, item: JobItem) -> bool:
    """Read an applied item again: whether the service shows another value than the one it said it took, or another
    customer.
    """
    changes = item.item.changes(session.provider)
    if not _shows_as_sent(session.provider, item.item):
        return False
    try:
        now = await find_up_to_date(session, item.item.username, [change.field for change in changes])
    except ResellerError:
        return False  # says nothing either way
    if now is None or any(now.value(change.field) != change.after for change in changes):
        return True
    changed = {change.field for change in changes}
    return not changed.issuperset(differing(item.item.fingerprint, now))


def otherwise(item: JobItem) -> str:
    """Say that a success cannot be seen."""
    return f"the service said success, but {quoted(item.item.username)} does not read so: look before going on"


def _shows_as_sent(provider: Provider, item: Item) -> bool:
    """Whether the list shows exactly what was sent: switches and addresses, which no service stores otherwise."""
    action = provider.action(item.operation)
    is_exact = all(provider.by_name[name].is_address for name in action.takes)
    return action.effect is Effect.CHANGES and action.is_checkable and is_exact


async def _with_password(call: Call, passwords: Passwords | None) -> Call:
    if passwords is None:
        raise RefusedHere("refused: no password was given for it; nothing was sent")
    return replace(call, password=await passwords.of(call.username))


def _conflict_of(wanted: Item, now: Customer | None, moved: tuple[Change, ...]) -> Conflict:
    if now is not None and wanted.is_another(now):
        return Conflict("another customer bears this name by now; nothing was sent")
    names = ", ".join(change.field for change in moved)
    return Conflict(f"it was changed since the plan was made ({names}); nothing was sent")


RETRIED = frozenset({Outcome.REJECTED, Outcome.NOT_SENT})
"""What is done again when the operator asks for it."""


async def left(jobs: JobsPort, job: Job, outcomes: Collection[Outcome | None]) -> AsyncGenerator[JobItem, None]:
    """Yield the items that are sent when those with these outcomes are: a second call only where the first one is
    among them, or applied.
    """
    is_first_so = False
    async for item in all_items(jobs, job.number):
        is_left = item.outcome in outcomes and not item.is_in_flight and (is_first_so or not item.step)
        is_first_so = is_left or (item.outcome is not None and item.outcome.is_applied)
        if is_left:
            yield item


async def retry_rejected(jobs: JobsPort, job: Job) -> int:
    """Put back what was rejected or refused, and nothing else; return of how many customers."""
    back = [item async for item in all_items(jobs, job.number) if item.outcome in RETRIED]
    await jobs.put_back(job.number, [item.seq for item in back])
    return len({item.item.username for item in back})


async def all_items(jobs: JobsPort, number: int) -> AsyncGenerator[JobItem, None]:
    """Yield all items of a job, in the order of the plan."""
    after = -1
    while page := await jobs.items(number, after):
        for item in page:
            yield item
        after = page[-1].seq
