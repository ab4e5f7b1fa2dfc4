"""An operator who agrees to everything: what a test sends passes the real door."""

from tui_reseller.domain.audit import Entry
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.fingerprint import UNKNOWN, Fingerprint
from tui_reseller.domain.job import Job
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.services import lifting, sign_in, undo, write
from tui_reseller.services.door import Consent, Permit, admit
from tui_reseller.services.policy import confirming_text
from tui_reseller.services.result import Result
from tui_reseller.services.session import Session
from tui_reseller.services.suspensions import Suspension


def agreed(session: Session, *calls: Call, reason: str = "") -> Permit:
    """Return the permit of calls to which an operator has agreed, with all that has to be typed."""
    usernames = list(dict.fromkeys(call.username for call in calls))
    consent = Consent(agreed=True, typed=confirming_text(usernames, session.profile))
    return admit(session, calls, reason, session.customers.total, consent)


def for_job(session: Session, job: Job) -> Permit:
    """Return the permit of a job that was agreed to."""
    return Permit(session.account, job=job.number)


async def carry_out(
    session: Session,
    call: Call,
    *,
    loaded: Customer | None = None,
    reason: str = "",
    batch: str | None = None,
    meant: Fingerprint = UNKNOWN,
) -> Result:
    """Carry out one operation to which an operator has agreed."""
    try:
        permit = agreed(session, call, reason=reason)
    except ResellerError as error:
        return write.stopped(call, error)
    if call.operation is Operation.SIGN_IN:
        return await sign_in.ask_for_link(session, call, permit, reason)
    return await write.carry_out(session, call, permit, write.Aim(loaded, meant, reason, batch))


async def take_back(session: Session, entry: Entry, reason: str = "") -> Result:
    """Undo one operation."""
    call = undo.opposite(entry)
    assert call is not None
    return await undo.take_back(session, entry, agreed(session, call, reason=reason), reason)


async def lift(session: Session, suspension: Suspension, batch: str) -> Result:
    """Give sending back at the end of a suspension."""
    call = lifting.call_of(suspension)
    try:
        permit = agreed(session, call, reason="it has ended")
    except ResellerError as error:
        return write.stopped(call, error)
    return await lifting.lift(session, suspension, permit, batch)
