"""Do a verb on its targets: one customer at once, several one after the other; then show what came of it."""

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.text import quoted
from tui_reseller.services.policy import GRADES
from tui_reseller.services.result import Result
from tui_reseller.services.write import carry_out
from tui_reseller.tui.presenters.detail import verb_of
from tui_reseller.tui.presenters.outcome import kind_of, result_line
from tui_reseller.tui.stage import Stage


def reason_required(stage: Stage, operation: Operation) -> bool:
    """Whether this profile wants a reason for this operation."""
    return stage.session.profile.protected and GRADES[operation] > 1 and not stage.session.policy.unlock_reason


async def do_one(stage: Stage, call: Call, loaded: Customer | None, reason: str) -> Result:
    """Carry out one write and show its outcome."""
    stage.tell(f"{verb_of(call.operation)} {quoted(call.username, 40)}: on its way ...")
    result = await carry_out(stage.session, call, loaded=loaded, reason=reason)
    await show_result(stage, result)
    return result


async def show_result(stage: Stage, result: Result) -> None:
    """Show an outcome: in the message line, in the list, in the header."""
    line = result_line(result, stage.now())
    if result.id:
        stage.summary.append(
            f"{result.outcome.word}: {verb_of(result.operation)} {quoted(result.username, 40)}  {result.id}"
        )
    await stage.requery()
    await stage.count_open()
    stage.tell(line, kind_of(result))
