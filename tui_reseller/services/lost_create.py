"""A create whose answer was lost, where the service gives the key: which customer it opened, if that can be told.

Others may open customers at the same time, from elsewhere. So one is taken for ours only if it is the only one that was
opened around that time and is not known here, and shows all that was asked for, its e-mail address among it. Everything
else is for a person to look at: nothing is guessed.
"""

from dataclasses import dataclass
from datetime import timedelta

from tui_reseller.domain.audit import AuditQuery, Entry
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import CustomerNotFound
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.text import clean, quoted
from tui_reseller.services.observations import same
from tui_reseller.services.session import Session
from tui_reseller.services.whole_list import whole_list

AROUND = timedelta(minutes=2)
"""So long a call may take; the service's clock is told by its answers."""
NAMED = 5
"""So many are named."""
UNSEEN = "it would be listed under an id that nobody knows"


@dataclass(frozen=True, slots=True)
class Sought:
    """What was found: an outcome, words for it, and the customer that was opened, if that is certain."""

    outcome: Outcome
    words: str
    customer: Customer | None = None


async def look_for(session: Session, entry: Entry) -> Sought:
    """Look for the customer that an operation opened. Reads the whole list, and at most one customer; both once more
    where nobody was found and readings may have been behind.

    Raises ResellerError.
    """
    lag = session.provider.reads_lag
    may_be_behind = lag > 0 and session.clock.now() - entry.time < AROUND
    sought = await _look(session, entry)
    if sought.customer is None and may_be_behind:
        await session.clock.sleep(lag)
        sought = await _look(session, entry)
    return sought


async def _look(session: Session, entry: Entry) -> Sought:
    incoming = await whole_list(session)
    ahead = (await session.service()).ahead()
    began = entry.time + (ahead or timedelta(0))
    found = await incoming.opened_between(began - AROUND, began + AROUND)
    ours = await session.ledger.entries(AuditQuery(session.account, operation=entry.operation))
    given = {other.given for other in ours}
    left = [key for key in found if key not in given]
    by = "by the service's clock" if ahead is not None else "the service's time against ours"
    within = f"within {AROUND.total_seconds() / 60:.0f} minutes of it, {by}"
    if not left:
        who = f"in the whole list of {len(incoming):,} customers nobody was opened {within}, but for those known here"
        return Sought(Outcome.UNVERIFIABLE, f"{UNSEEN}; {who}")
    more = f" and {len(left) - NAMED:,} more" if len(left) > NAMED else ""
    who = f"opened {within}, and not known here: {', '.join(quoted(key, 60) for key in left[:NAMED])}{more}"
    if len(left) > 1:
        return Sought(Outcome.UNVERIFIABLE, f"{UNSEEN}; {who}")
    customer, why = await _compared(session, entry, left[0])
    if why:
        return Sought(Outcome.UNVERIFIABLE, f"{UNSEEN}; {who}, {why}")
    return Sought(Outcome.VERIFIED_APPLIED, f"{who}, with the e-mail address and all else that was asked for", customer)


async def _compared(session: Session, entry: Entry, key: str) -> tuple[Customer, str]:
    """Return a customer as it is now, and why it may be another one than was asked for, or nothing."""
    provider = session.provider
    asked = {change.field: change.after for change in entry.changes if change.after not in {None, ""}}
    customer = Customer.of(provider, key)
    address = next((value for name, value in asked.items() if provider.by_name[name].is_address), None)
    if address is None:
        return customer, "but no e-mail address was asked for that it could be told by"
    try:
        customer = await session.filled(customer, provider.details)
        told = await session.email_of(key)
    except CustomerNotFound:
        return customer, "but there is no such customer any more"
    if told is None:
        return customer, "but the service does not tell its e-mail address"
    name = next(name for name in asked if provider.by_name[name].is_address)
    if not same(provider, name, told, address):
        return customer, f"but its e-mail address is {quoted(clean(told), 60)}"
    other = [
        one for one in asked if one in provider.details and not same(provider, one, customer.value(one), asked[one])
    ]
    return customer, f"but it shows another {', '.join(other)}" if other else ""
