"""Do a verb on its targets: one customer at once, several one after the other; then show what came of it."""

from collections.abc import Mapping, Sequence

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.text import quoted
from tui_reseller.services.door import Consent, Permit, admit
from tui_reseller.services.policy import typed_text
from tui_reseller.services.result import Result
from tui_reseller.services.write import Aim, carry_out, stopped
from tui_reseller.tui.flows.checking import check_later
from tui_reseller.tui.presenters.detail import verb_of
from tui_reseller.tui.presenters.outcome import kind_of, result_line
from tui_reseller.tui.stage import Stage


def reason_required(stage: Stage, operation: Operation) -> bool:
    """Whether this profile wants a reason for this operation."""
    is_grave = stage.session.provider.action(operation).grade > 1
    return stage.session.profile.protected and is_grave and not stage.session.policy.unlock_reason


def typed_for_one(stage: Stage, operation: Operation, username: str) -> str | None:
    """Return what has to be typed for one customer, or None."""
    return typed_text(operation, [username], stage.session.profile, stage.session.customers.total)


async def do_one(stage: Stage, call: Call, loaded: Customer | None, answer: Mapping[str, str]) -> Result:
    """Carry out one write that a dialog agreed to, and show its outcome. Answer is what was given there."""
    stage.tell(f"{verb_of(call.operation)} {quoted(call.username, 40)}: on its way ...")
    try:
        permit = admitted(stage, [call], answer)
    except ResellerError as error:
        result = stopped(call, error)
    else:
        result = await carry_out(stage.session, call, permit, Aim(loaded, reason=answer["reason"]))
    await show_result(stage, result)
    return result


def admitted(stage: Stage, calls: Sequence[Call], answer: Mapping[str, str]) -> Permit:
    """Return the permit for what a dialog agreed to. Raises RefusedHere for what a rule forbids."""
    consent = Consent(agreed=True, typed=answer.get("typed"))
    return admit(stage.session, calls, answer["reason"], stage.session.customers.total, consent)


async def show_result(stage: Stage, result: Result, *, is_undo: bool = False) -> None:
    """Show an outcome: in the message line, in the list, in the header."""
    line = result_line(result, stage.now(), is_undo=is_undo)
    if result.id:
        stage.summary.append(
            f"{result.outcome.word}: {verb_of(result.operation)} {quoted(result.username, 40)}  {result.id}"
        )
    await stage.requery()
    await stage.count_open()
    if result.outcome is Outcome.UNKNOWN and stage.session.provider.action(result.operation).is_checkable:
        check_later(stage)
    stage.tell(line, kind_of(result))
