"""Calls of a command as a plan: several are a job, and what others have to approve of is proposed."""

from collections.abc import Mapping, Sequence

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import NeedsApproval, RefusedHere
from tui_reseller.domain.operation import Call
from tui_reseller.domain.plan import Plan
from tui_reseller.domain.printed import command
from tui_reseller.services import plans
from tui_reseller.services.creating import joined
from tui_reseller.services.plan_checks import Checking
from tui_reseller.services.requested import RequestedChange
from tui_reseller.services.services import Services
from tui_reseller.services.session import Session

DIGITS = 12
"""So many characters of its digest name a plan in a printed command."""


async def plan_of(
    session: Session, calls: Sequence[Call], present: Mapping[str, Customer], then: Mapping[str, Call]
) -> Plan:
    """Return the plan of calls on customers that were just read, or of new ones, who may be given more then. Raises
    RefusedHere if one of them cannot be in it: nothing is sent then.
    """
    drafted = await plans.draft(
        session,
        [RequestedChange(joined(call, then.get(call.username))) for call in calls],
        origin="command line",
        present=present,
        checking=Checking(keep_already=True, allow_odd_names=True),
    )
    if drafted.refusals:
        more = f" and {len(drafted.refusals) - 1:,} more" if len(drafted.refusals) > 1 else ""
        raise RefusedHere(f"refused: {drafted.refusals[0].message}{more}; nothing was sent")
    return drafted.plan


def needs_proposal(error: NeedsApproval, services: Services, plan: Plan) -> NeedsApproval:
    """Keep a plan of what was refused, and return the refusal with the command that proposes it."""
    services.plans.save(plan)
    return NeedsApproval(
        f"{error.message}; a plan was made of it",
        hint=command("plan", "propose", plan.digest[:DIGITS], "--reason", "TEXT"),
    )
