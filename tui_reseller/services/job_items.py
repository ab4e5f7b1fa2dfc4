"""Items of a job: send one, unless it moved since the plan was made, and look whether a success can be seen; put back
what was rejected.
"""

from collections.abc import AsyncGenerator, Callable
from dataclasses import replace

from tui_reseller.domain.action import Effect
from tui_reseller.domain.changes import Change, wanted_by
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import Conflict, RefusedHere, ResellerError
from tui_reseller.domain.fingerprint import differing
from tui_reseller.domain.job import Job, JobItem
from tui_reseller.domain.operation import Call, Outcome
from tui_reseller.domain.plan import Item
from tui_reseller.domain.provider import Provider
from tui_reseller.services.door import Permit
from tui_reseller.services.job_passwords import Passwords
from tui_reseller.services.lag import filled_up_to_date, find_up_to_date
from tui_reseller.services.ledger_ports import JobsPort
from tui_reseller.services.reading_again import is_read_before_sending
from tui_reseller.services.result import Result
from tui_reseller.services.session import Session
from tui_reseller.services.undo import refuse_overtaken
from tui_reseller.services.write import Aim, already, is_already_so, refuse_state, send, stopped, touches_details

ONE_BY_ONE = "the old password is needed: passwords are changed one customer at a time"
UNTOLD = "the job is of an older version, which did not keep which customer was meant; nothing was sent"


async def carry_out(
    session: Session,
    job: Job,
    item: JobItem,
    before: Customer | None,
    passwords: Passwords | None,
    permit: Permit,
    heard: Callable[[ResellerError], None],
) -> Result:
    """Send one item; what keeps it from being sent is its result. Heard is told of each bad answer on the way."""
    call, wanted = item.item.call, item.item
    action = session.provider.action(call.operation)
    try:
        with session.desk.changing(call.username):
            session.policy.check(call, job.reason)
            session.policy.refuse_lowered(job.counts.get(None, job.total), session.customers.total)
            if before is not None and await _is_read_again(session, wanted, before):
                before = await find_up_to_date(session, call.username)  # the list may be ten minutes old
            if before is not None and touches_details(session.provider, call):
                before = await filled_up_to_date(session, before, wanted_by(session.provider, call))
            if before is not None:
                refuse_state(session.provider, call, before)
            if not (wanted.fingerprint or wanted.undoes or action.effect is Effect.CREATES):
                raise Conflict(UNTOLD, hint="make the plan again")
            if wanted.undoes:
                await refuse_overtaken(session, wanted.undoes)
            aim = Aim(reason=job.reason, batch=job.batch, undoes=wanted.undoes, item=(job.number, item.seq))
            if before is not None and is_already_so(session.provider, call, before) and not wanted.is_another(before):
                found = await already(session, call, before, aim)
                if found is not None:
                    return found
            if moved := wanted.moved(session.provider, before):
                return _moved(call, item, before, moved)
            if action.why_old_password:
                raise RefusedHere(f"refused: {ONE_BY_ONE}; nothing was sent")
            if action.needs_password:
                call = await _with_password(call, passwords)
            return await send(session, call, before, permit, aim, heard)
    except ResellerError as error:
        return stopped(call, error)


async def _is_read_again(session: Session, item: Item, listed: Customer) -> bool:
    """Whether a customer is read just before sending, also where nothing would be sent, and where the list is older
    than what another process of ours did: what it shows could later prove what was not so (R4).
    """
    if is_read_before_sending(session.provider, item):
        return True
    if is_already_so(session.provider, item.call, listed):
        return True
    for since in (session.held.since, session.held.behind_since):
        if since is not None and await session.ledger.is_touched_since(session.account, item.username, since):
            return True
    return False


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


def _shows_as_sent(provider: Provider, item: Item) -> bool:
    """Whether the list shows exactly what was sent: switches and addresses, which no service stores otherwise."""
    action = provider.action(item.operation)
    is_exact = all(provider.by_name[name].is_address for name in action.takes)
    return action.effect is Effect.CHANGES and action.is_checkable and is_exact


async def _with_password(call: Call, passwords: Passwords | None) -> Call:
    if passwords is None:
        raise RefusedHere("refused: no password was given for it; nothing was sent")
    return replace(call, password=await passwords.of(call.username))


def _moved(call: Call, item: JobItem, now: Customer | None, moved: tuple[Change, ...]) -> Result:
    if now is not None and item.item.is_another(now):
        return stopped(call, Conflict("another customer bears this name by now; nothing was sent"))
    names = ", ".join(change.field for change in moved)
    return stopped(call, Conflict(f"it was changed since the plan was made ({names}); nothing was sent"))


RETRIED = frozenset({Outcome.REJECTED, Outcome.NOT_SENT})
"""What is done again when the operator asks for it."""


async def retry_rejected(jobs: JobsPort, job: Job) -> int:
    """Put back what was rejected or refused, and nothing else; return how many."""
    back = [item.seq async for item in all_items(jobs, job.number) if item.outcome in RETRIED]
    await jobs.put_back(job.number, back)
    return len(back)


async def all_items(jobs: JobsPort, number: int) -> AsyncGenerator[JobItem, None]:
    """Yield all items of a job, in the order of the plan."""
    after = -1
    while page := await jobs.items(number, after):
        for item in page:
            yield item
        after = page[-1].seq
