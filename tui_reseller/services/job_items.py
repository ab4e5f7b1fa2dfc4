"""One item of a job: send it, unless it moved since the plan was made, and look whether a success can be seen."""

from collections.abc import Callable
from dataclasses import replace

from tui_reseller.domain.changes import Change
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import Conflict, RefusedHere, ResellerError
from tui_reseller.domain.operation import SWITCHED, Call, Operation, Outcome
from tui_reseller.domain.plan import Job, JobItem
from tui_reseller.services.job_passwords import Passwords
from tui_reseller.services.result import Result
from tui_reseller.services.session import Session
from tui_reseller.services.write import send, stopped

_READ_BACK = frozenset({*SWITCHED, Operation.EMAIL} - {Operation.WEBSITE_ENABLE, Operation.WEBSITE_DISABLE})


async def carry_out(
    session: Session,
    job: Job,
    item: JobItem,
    before: Customer | None,
    passwords: Passwords | None,
    heard: Callable[[ResellerError], None],
) -> Result:
    """Send one item; what keeps it from being sent is its result. Heard is told of each bad answer on the way."""
    call = item.item.call
    if call.username in session.in_flight:
        return stopped(call, RefusedHere("refused: another change of it is still on its way"))
    session.in_flight.add(call.username)
    try:
        session.policy.check(call, job.reason)
        if moved := item.item.moved(before):
            return _moved(call, item, moved)
        if item.item.needs_password:
            call = await _with_password(call, passwords)
        where = (job.number, item.seq)
        reason = _reason(job, item)
        return await send(session, call, before, reason=reason, batch=job.batch, item=where, heard=heard)
    except ResellerError as error:
        return stopped(call, error)
    finally:
        session.in_flight.discard(call.username)


async def reads_otherwise(session: Session, item: JobItem) -> bool:
    """Read an applied item again: whether the service shows another value than the one it said it took."""
    if item.item.operation not in _READ_BACK:
        return False
    try:
        now = await session.find(item.item.username)
    except ResellerError:
        return False  # says nothing either way
    return now is None or any(now.value(change.field) != change.after for change in item.item.changes)


def _reason(job: Job, item: JobItem) -> str:
    undoes = f"undo of {item.item.undoes}" if item.item.undoes else ""
    return f"{undoes} {job.reason}".strip()


async def _with_password(call: Call, passwords: Passwords | None) -> Call:
    if passwords is None:
        raise RefusedHere("refused: no password was given for it; nothing was sent")
    return replace(call, password=await passwords.of(call.username))


def _moved(call: Call, item: JobItem, moved: tuple[Change, ...]) -> Result:
    now = {change.field: change.after for change in moved}
    if all(now.get(change.field, ...) == change.after for change in item.item.changes):
        return Result(call.username, call.operation, Outcome.APPLIED, "already so; nothing was sent")
    names = ", ".join(now)
    return stopped(call, Conflict(f"it was changed since the plan was made ({names}); nothing was sent"))
