"""Save what an editor holds: the calls it needs, one after the other; if one is not applied, the next is not sent."""

from collections.abc import Mapping

from tui_reseller.domain.changes import calls_for, collisions
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import Conflict
from tui_reseller.domain.fingerprint import seen_of
from tui_reseller.domain.operation import Outcome
from tui_reseller.services.attribution import conflict_of
from tui_reseller.services.door import Permit
from tui_reseller.services.result import Result
from tui_reseller.services.session import Session
from tui_reseller.services.write import Aim, carry_out


async def save(
    session: Session, loaded: Customer, edited: Mapping[str, str], permit: Permit, *, reason: str = ""
) -> list[Result]:
    """Carry out an edit; return a result for every call, also for those that were not sent."""
    results: list[Result] = []
    meant = seen_of(session.provider, loaded)
    for call in calls_for(session.provider, loaded, edited):
        if results and not results[-1].outcome.is_so:
            message = "not sent, because the call before it was not applied"
            results.append(Result(call.username, call.operation, Outcome.NOT_SENT, message))
            continue
        results.append(await carry_out(session, call, permit, Aim(loaded, meant, reason)))
        meant = {name: value for name, value in meant.items() if name not in call.fields}  # those are other ones now
    return results


async def conflict_with(
    session: Session, loaded: Customer, now: Customer, edited: Mapping[str, str]
) -> Conflict | None:
    """Return what somebody else changed since the edit was begun, and the edit changes too; None if there is nothing.

    What only one of the two changed needs no asking: it stands beside the other. Raises LedgerUnavailable.
    """
    found = collisions(session.provider, loaded, now, edited)
    return await conflict_of(session, loaded.username, found) if found else None
