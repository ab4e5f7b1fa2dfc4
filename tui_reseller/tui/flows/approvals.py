"""Four eyes on the screen: what is to be approved becomes a proposal, and proposals are looked at and judged."""

from collections.abc import Mapping

from tui_reseller.domain.approval import USUAL, Proposal, Standing, Verdict
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import RefusedHere, ResellerError
from tui_reseller.domain.fingerprint import UNKNOWN, seen_of
from tui_reseller.domain.operation import Call
from tui_reseller.domain.plan import Plan
from tui_reseller.services import plans
from tui_reseller.services.approval_ports import ApprovalsPort
from tui_reseller.services.plan_checks import Checking
from tui_reseller.services.requested import RequestedChange
from tui_reseller.tui.dialogs.form_spec import FormField, FormSpec
from tui_reseller.tui.dialogs.menu import Menu, Option
from tui_reseller.tui.dialogs.page import Page
from tui_reseller.tui.presenters import job as words
from tui_reseller.tui.presenters.approval import HEADS, proposal_line, proposal_lines
from tui_reseller.tui.presenters.header import count_text
from tui_reseller.tui.profile_context import ProfileContext

_NOBODY = "Nobody approves in a ledger of your own: it takes that of a team."
_LOOK = Option("l", "Look at all of them", "look")
_VOTES = (Option("a", "Approve of it ...", "approve"), Option("n", "Say no: it is denied for good ...", "deny"))


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
        raise RefusedHere(_NOBODY)
    context.services.plans.save(plan)
    found = await port.propose(plan, reason, USUAL)
    context.notify(
        f"Proposed as {found.number}: nothing was sent. Others look at it in the palette: Approvals.", "good"
    )


async def approvals(context: ProfileContext) -> None:
    """List the proposals of this account; open one."""
    port = context.services.approvals
    if port is None:
        context.notify(_NOBODY)
        return
    while True:
        try:
            found = await port.all(context.session.account)
            rows = [(str(one.number), proposal_line(one, context.now())) for one in found]
            chosen = await context.dialogs.ask(Page("Approvals", rows, empty="Nothing was proposed yet.", heads=HEADS))
            if chosen is None:
                return
            if await _open(context, port, int(chosen)):
                return
        except ResellerError as error:
            context.notify_error(error)
            return


async def _open(context: ProfileContext, port: ApprovalsPort, number: int) -> bool:
    """Show a proposal, and do what is chosen; return whether that leads away from the list."""
    found, plan = await port.get(number), await port.plan_of(number)
    if found is None:
        return False
    standing = found.standing(context.now())
    options = [_LOOK]
    options += _VOTES if standing in {Standing.OPEN, Standing.APPROVED} else ()
    options += [Option("s", "Start it ...", "start")] if standing is Standing.APPROVED else []
    lines = [*proposal_lines(found, context.now()), *words.plan_lines(context.provider, plan, marked=0, changed=0,
                                                                      now=context.now())]  # fmt: skip
    match await context.dialogs.ask(Menu(f"Proposal {number}", options, lines=lines)):
        case "look":
            await _look(context, plan)
        case "approve":
            await _vote(context, port, found, Verdict.APPROVE)
        case "deny":
            await _vote(context, port, found, Verdict.DENY)
        case "start":
            from tui_reseller.tui.flows.jobs import start_approved  # noqa: PLC0415 - it proposes, too

            await start_approved(context, plan)
            return True
    return False


async def _look(context: ProfileContext, plan: Plan) -> None:
    rows = [("", words.item_line(context.provider, item)) for item in plan.items]
    await context.dialogs.ask(Page(f"Plan: all {count_text(len(rows))}", rows, hint="/ filters   Esc back"))


async def _vote(context: ProfileContext, port: ApprovalsPort, found: Proposal, verdict: Verdict) -> None:
    """Ask why, and say so. What is voted on is the plan that was shown."""
    is_yes = verdict is Verdict.APPROVE
    spec = FormSpec(
        f"{'Approve of' if is_yes else 'Deny'} proposal {found.number}",
        context.profile_title,
        proposal_lines(found, context.now()),
        (FormField("why", "Reason", required=True, limit=200),),
        commit="Approve" if is_yes else "Deny",
    )
    answer = await context.dialogs.ask_form(spec)
    if answer is None:
        return
    voted = await port.review(found.number, verdict, found.digest, answer["why"])
    context.notify(f"Proposal {voted.number}: {voted.standing(context.now()).value}.", "good")
