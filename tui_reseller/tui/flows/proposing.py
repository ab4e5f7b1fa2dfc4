"""What others must approve of becomes a proposal, instead of being sent."""

from collections.abc import Mapping

from tui_reseller.domain.approval import USUAL
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.fingerprint import UNKNOWN, seen_of
from tui_reseller.domain.operation import Call
from tui_reseller.domain.plan import Plan
from tui_reseller.services import plans
from tui_reseller.services.plan_checks import Checking
from tui_reseller.services.requested import RequestedChange
from tui_reseller.tui.profile_context import ProfileContext

NOBODY = "Nobody approves in a ledger of your own: it takes that of a team."


async def propose_call(context: ProfileContext, call: Call, seen: Customer | None, reason: str) -> None:
    """Propose one change that a dialog agreed to, as a plan of one. Raises RefusedHere for what cannot be in one."""
    meant = UNKNOWN if seen is None else seen_of(context.provider, seen)
    present: Mapping[str, Customer] = {} if seen is None else {seen.username: seen}
    drafted = await plans.draft(
        context.session, [RequestedChange(call, meant=meant)], origin="screen", present=present,
        checking=Checking(keep_already=True, allow_odd_names=True),
    )  # fmt: skip
    if drafted.refusals:
        raise RefusedHere(f"refused: {drafted.refusals[0].message}; nothing was proposed")
    await propose_plan(context, drafted.plan, reason)


async def propose_plan(context: ProfileContext, plan: Plan, reason: str) -> None:
    """Propose a plan, and say so. It is kept, so that it can be applied by its digest."""
    port = context.services.approvals
    if port is None:
        raise RefusedHere(NOBODY)
    context.services.plans.save(plan)
    found = await port.propose(plan, reason, USUAL)
    context.notify(
        f"Proposed as {found.number}: nothing was sent. Others look at it in the palette: Approvals.", "good"
    )
