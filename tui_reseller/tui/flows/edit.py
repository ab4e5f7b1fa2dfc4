"""Edit details and e-mail: editor, review, then the calls it needs."""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial

from tui_reseller.domain.changes import calls_for
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import BadConfig, ResellerError
from tui_reseller.domain.fields import LABELS
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.text import clean
from tui_reseller.services.edit import save
from tui_reseller.services.result import Result
from tui_reseller.services.validation import findings_for
from tui_reseller.tui.dialogs.editor import Editor
from tui_reseller.tui.dialogs.form import FormSpec
from tui_reseller.tui.dialogs.texts import editor_form, review_form
from tui_reseller.tui.flows.act import reason_required, show_result
from tui_reseller.tui.flows.targets import choose_one
from tui_reseller.tui.presenters.outcome import result_line
from tui_reseller.tui.stage import Stage


async def edit(stage: Stage) -> None:
    """Edit the customer under the cursor."""
    customer = await choose_one(stage)
    if customer is not None:
        draft, stage.drafted = stage.drafted, None
        await edit_customer(stage, customer, draft[1] if draft and draft[0] == customer.username else None)


async def edit_customer(stage: Stage, customer: Customer, draft: dict[str, str] | None) -> None:
    """Show the editor until its changes are sent or left; the draft survives everything but leaving."""
    while True:
        # Only what was typed: a field that was not touched must not undo what somebody else changed meanwhile.
        spec = editor_form(customer, stage.profile_title, draft)
        editor = Editor(spec, stage.new_guard(), partial(_keep_draft, stage, customer.username))
        edited = await stage.ask(editor)
        if edited is None:
            _forget_draft(stage)
            return
        draft = {name: value for name, value in edited.items() if value != customer.text(name)}
        calls = calls_for(customer, draft)
        if not calls:
            _forget_draft(stage)
            stage.tell("Nothing was changed, nothing was sent.")
            return
        answer = await stage.ask_form(_review(stage, customer, draft))
        if answer is None:
            continue
        results = await save(stage.session, customer, draft, reason=answer["reason"])
        for result in results:
            await show_result(stage, result)
        if all(result.outcome in {Outcome.APPLIED, Outcome.UNKNOWN} for result in results):
            _forget_draft(stage)
            return
        await _keep_unsent(stage, customer.username, draft, results)
        return


def _keep_draft(stage: Stage, username: str, fields: Mapping[str, str]) -> None:
    """Keep what was typed; a disk that refuses costs only the draft."""
    try:
        stage.services.drafts.save(stage.session.account, username, fields)
    except BadConfig as error:
        stage.tell(f"What you type is not kept as a draft: {error.message}", "warning")


def _forget_draft(stage: Stage) -> None:
    with suppress(BadConfig):  # it is offered again at the next start, which is no harm
        stage.services.drafts.clear(stage.session.account)


async def _keep_unsent(stage: Stage, username: str, draft: dict[str, str], results: list[Result]) -> None:
    """Keep what was typed for the next Enter on this customer: an answer of the service opens no dialog."""
    stage.drafted = (username, draft)
    line = stage.state.note.text
    problem = next(result for result in results if not result.outcome.is_applied)
    if problem is not results[-1]:
        line = result_line(problem, stage.now())
    if problem.outcome is Outcome.CONFLICT:
        try:
            fresh = await stage.session.find(username)
        except ResellerError as error:
            stage.tell_error(error)
            return
        if fresh is not None:
            await stage.session.keep((username, fresh))
            await stage.requery()
    stage.tell(f"{line}   Enter takes the edit up again", "bad")


def _review(stage: Stage, customer: Customer, edited: dict[str, str]) -> FormSpec:
    lines: list[str] = []
    calls = calls_for(customer, edited)
    for number, call in enumerate(calls, 1):
        lines.append(f"Call {number} of {len(calls)}: {'details' if call.operation is Operation.SET else 'e-mail'}")
        for name, value in call.fields.items():
            before, after = clean(customer.text(name), longest=100), clean(value, longest=100)
            lines += [f'  {LABELS[name]:<12} "{before}"', f'            -> "{after}"']
        lines += [f"  note: {finding.message}" for finding in findings_for(call) if finding.warning]
    if len(calls) > 1:
        lines.append("If the first is not applied, the second is not sent.")
    required = any(reason_required(stage, call.operation) for call in calls)
    return review_form(
        f'Review changes of "{clean(customer.username, longest=40)}"', stage.profile_title, lines,
        reason=stage.reason, reason_required=required, commit="Send",
    )  # fmt: skip
