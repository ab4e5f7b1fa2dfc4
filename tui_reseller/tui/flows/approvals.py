"""Four eyes on the screen: proposals are looked at, judged, and started."""

from tui_reseller.domain.approval import Proposal, Standing, Verdict
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.plan import Plan
from tui_reseller.services.approval_ports import ApprovalsPort
from tui_reseller.tui.dialogs.form_spec import FormField, FormSpec
from tui_reseller.tui.dialogs.menu import Menu, Option
from tui_reseller.tui.dialogs.page import Page
from tui_reseller.tui.flows.jobs import start_approved
from tui_reseller.tui.flows.proposing import NOBODY
from tui_reseller.tui.presenters import job as words
from tui_reseller.tui.presenters.approval import HEADS, proposal_line, proposal_lines
from tui_reseller.tui.presenters.header import count_text
from tui_reseller.tui.profile_context import ProfileContext

_LOOK = Option("l", "Look at all of them", "look")
_VOTES = (Option("a", "Approve of it ...", "approve"), Option("n", "Say no: it is denied for good ...", "deny"))


async def approvals(context: ProfileContext) -> None:
    """List the proposals of this account; open one."""
    port = context.services.approvals
    if port is None:
        context.notify(NOBODY)
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
    is_mine = found.role == context.session.operator.role
    options += _VOTES if standing in {Standing.OPEN, Standing.APPROVED} and not is_mine else ()
    options += [Option("s", "Start it ...", "start")] if standing is Standing.APPROVED else []
    lines = [
        *proposal_lines(found, context.now(), is_mine=is_mine),
        *words.plan_lines(context.provider, plan, marked=0, changed=0, now=context.now()),
    ]
    match await context.dialogs.ask(Menu(f"Proposal {number}", options, lines=lines)):
        case "look":
            await _look(context, plan)
        case "approve":
            await _vote(context, port, found, Verdict.APPROVE)
        case "deny":
            await _vote(context, port, found, Verdict.DENY)
        case "start":
            await start_approved(context, plan)
            return True
    return False


async def _look(context: ProfileContext, plan: Plan) -> None:
    rows = [("", words.item_line(context.provider, item)) for item in plan.items]
    await context.dialogs.ask(
        Page(
            f"Plan: all {count_text(len(rows))}",
            rows,
            hint="/ filters   Esc back",
            heads=words.item_heads(context.provider),
        )
    )


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
