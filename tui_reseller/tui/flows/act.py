"""Do a verb on its targets: one customer at once, several one after the other; then show what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import NeedsApproval, ResellerError
from tui_reseller.domain.grading import NOT_SEEN, Seen, seen_values
from tui_reseller.domain.operation import Call, Operation, Outcome, verb_of
from tui_reseller.domain.text import quoted
from tui_reseller.services.approvals import why_single
from tui_reseller.services.creating import batch_for, carry_out_then, joined
from tui_reseller.services.door import Consent, Permit, admit
from tui_reseller.services.policy import typed_text
from tui_reseller.services.result import Result
from tui_reseller.services.write import Aim, carry_out, stopped
from tui_reseller.tui.flows.checking import check_later
from tui_reseller.tui.flows.proposing import propose_call
from tui_reseller.tui.presenters.outcome import result_note
from tui_reseller.tui.profile_context import ProfileContext


def reason_required(context: ProfileContext, operation: Operation) -> bool:
    """Whether this profile wants a reason for this operation."""
    is_grave = context.provider.action(operation).grade > 1
    return context.session.profile.protected and is_grave and not context.session.policy.unlock_reason


def typed_for_one(context: ProfileContext, operation: Operation, username: str, level: int | None = None) -> str | None:
    """Return what has to be typed for one customer, or None. Level is the grade where it is another than the usual."""
    level = context.provider.action(operation).grade if level is None else level
    return typed_text(level, [username], context.session.profile, context.session.customers.total)


async def do_one(
    context: ProfileContext,
    call: Call,
    loaded: Customer | None,
    answer: Mapping[str, str],
    then: Call | None = None,
) -> Result:
    """Carry out one write that a dialog agreed to, and show its outcome; and then another one on a customer that it has
    created. Answer is what was given there. Returns what became of the first.
    """
    if context.session.policy.approvals:
        return await _proposed(context, call, loaded, answer["reason"], then)
    context.notify(f"{verb_of(call.operation)} {quoted(call.username, 40)}: on its way ...")
    try:
        seen = seen_values([loaded]) if loaded is not None else NOT_SEEN
        permit = admitted(context, [call, *([then] if then else [])], answer, seen)
    except ResellerError as error:
        result = stopped(call, error)
        await show_result(context, result)
        return result
    reason, batch = answer["reason"], batch_for(then)
    aim = replace(Aim.at(context.provider, loaded, reason), batch=batch)
    result = await carry_out(context.session, call, permit, aim)
    await show_result(context, result, until=call.until)
    if then is not None and result.outcome.is_applied:
        await show_result(context, await carry_out_then(context.session, call, result, then, permit, reason, batch))
    return result


async def _proposed(
    context: ProfileContext, call: Call, seen: Customer | None, reason: str, then: Call | None
) -> Result:
    """Propose what others have to approve of first; return that it was not sent."""
    try:
        await propose_call(context, joined(call, then), seen, reason)
    except ResellerError as error:
        context.notify_error(error)
    return stopped(call, NeedsApproval(f"{why_single(context.session.policy)}; nothing was sent"))


def admitted(
    context: ProfileContext,
    calls: Sequence[Call],
    answer: Mapping[str, str],
    seen: Seen = NOT_SEEN,
    *,
    as_plan: bool = False,
) -> Permit:
    """Return the permit for what a dialog agreed to, with customers as they were seen there. Raises RefusedHere for
    what a rule forbids.
    """
    consent, total = Consent(agreed=True, typed=answer.get("typed")), context.session.customers.total
    return admit(context.session, calls, answer["reason"], total, consent, seen, as_plan=as_plan)


async def show_result(
    context: ProfileContext, result: Result, *, is_undo: bool = False, until: datetime | None = None
) -> None:
    """Show an outcome: in the message line, in the list, in the header."""
    note = result_note(context.provider, result, context.now(), is_undo=is_undo, until=until)
    if result.id:
        what = f"{verb_of(result.operation)} {quoted(result.username, 40)}"
        context.host.leave_line(f"{result.outcome.word}: {what}  {result.id}")
    await context.requery()
    await context.count_open()
    if result.outcome is Outcome.UNKNOWN and context.provider.action(result.operation).is_checkable:
        check_later(context)
    context.show_note(note)
    context.view.follow()  # not all that is done changes the row: the last change is another one now
