"""Edit details and e-mail: editor, review, then the calls it needs."""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial

from tui_reseller.domain.changes import calls_for
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.draft import Draft
from tui_reseller.domain.errors import BadConfig, ResellerError
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.text import clean
from tui_reseller.services.door import gravest
from tui_reseller.services.edit import conflict_with, save
from tui_reseller.services.result import Result
from tui_reseller.services.validation import findings_for
from tui_reseller.tui.dialogs.conflict import THEIRS, conflict_form
from tui_reseller.tui.dialogs.editor import Editor
from tui_reseller.tui.dialogs.form import FormSpec
from tui_reseller.tui.dialogs.texts import editor_form, review_form, typed_fields
from tui_reseller.tui.flows.act import admitted, reason_required, show_result, typed_for_one
from tui_reseller.tui.flows.targets import choose_one
from tui_reseller.tui.presenters.header import clock_text
from tui_reseller.tui.presenters.outcome import result_line
from tui_reseller.tui.stage import Stage


async def edit(stage: Stage) -> None:
    """Edit the customer under the cursor."""
    customer = await choose_one(stage)
    if customer is None:
        return
    draft = stage.drafted
    if draft is None or draft.username != customer.username:
        await edit_customer(stage, customer, None)
        return
    conflict = await conflict_with(stage.session, draft.loaded, customer, draft.fields)
    stage.drafted = None
    if conflict is None:
        await edit_customer(stage, customer, draft.fields)
        return
    answer = await stage.ask_form(conflict_form(customer, stage.profile_title, conflict))
    if answer is None:
        stage.drafted = draft
        stage.tell("What you typed is kept: Enter asks again.")
        return
    kept = {name: value for name, value in draft.fields.items() if answer.get(name) != THEIRS}
    await edit_customer(stage, customer, kept, is_decided=True)


async def edit_customer(
    stage: Stage, customer: Customer, draft: Mapping[str, str] | None, *, is_decided: bool = False
) -> None:
    """Show the editor until its changes are sent or left; the draft survives everything but leaving. One that was
    decided field by field begins with the review.
    """
    while True:
        if draft is None or not is_decided:
            # Only what was typed: a field that was not touched must not undo what somebody else changed meanwhile.
            spec = editor_form(customer, stage.profile_title, draft)
            editor = Editor(spec, stage.new_guard(), partial(_keep_draft, stage, customer))
            edited = await stage.ask(editor)
            if edited is None:
                _forget_draft(stage)
                return
            draft = {name: value for name, value in edited.items() if value != customer.text(name)}
        is_decided = False
        calls = calls_for(stage.session.provider, customer, draft)
        if not calls:
            _forget_draft(stage)
            stage.tell("Nothing is left to change, nothing was sent.")
            return
        answer = await stage.ask_form(_review(stage, customer, draft))
        if answer is None:
            continue
        try:
            permit = admitted(stage, calls, answer)
        except ResellerError as error:
            stage.drafted = Draft(customer, draft)
            stage.tell_error(error)
            return
        results = await save(stage.session, customer, draft, permit, reason=answer["reason"])
        for result in results:
            await show_result(stage, result)
        if all(result.outcome.is_so or result.outcome is Outcome.UNKNOWN for result in results):
            _forget_draft(stage)
            return
        _keep_unsent(stage, customer, draft, results)
        return


def _keep_draft(stage: Stage, customer: Customer, typed: Mapping[str, str]) -> None:
    """Keep what was typed; a disk that refuses costs only the draft."""
    try:
        stage.services.drafts.save(stage.session.account, Draft(customer, typed))
    except BadConfig as error:
        stage.tell(f"What you type is not kept as a draft: {error.message}", "warning")


def _forget_draft(stage: Stage) -> None:
    with suppress(BadConfig):  # it is offered again at the next start, which is no harm
        stage.services.drafts.clear(stage.session.account)


def _keep_unsent(stage: Stage, customer: Customer, draft: Mapping[str, str], results: list[Result]) -> None:
    """Keep what was typed for the next Enter on this customer: an answer of the service opens no dialog."""
    stage.drafted = Draft(customer, draft)
    problem = next(result for result in results if not result.outcome.is_so)
    if problem.outcome is Outcome.CONFLICT:
        what = f"{problem.outcome.word} {clock_text(stage.now(), stage.now())}  Enter decides: keep mine, take theirs"
        stage.tell(f"{what}  ({problem.message})", "bad")  # first what to do: a narrow line ends there
    else:
        line = stage.state.note.text if problem is results[-1] else result_line(problem, stage.now())
        stage.tell(f"{line}   Enter takes the edit up again", "bad")


def _review(stage: Stage, customer: Customer, edited: Mapping[str, str]) -> FormSpec:
    lines: list[str] = []
    calls = calls_for(stage.session.provider, customer, edited)
    for number, call in enumerate(calls, 1):
        lines.append(f"Call {number} of {len(calls)}: {'details' if call.operation is Operation.SET else 'e-mail'}")
        for name, value in call.fields.items():
            before, after = clean(customer.text(name), longest=100), clean(value, longest=100)
            lines += [f'  {RESELLER_V2.label(name):<12} "{before}"', f'            -> "{after}"']
        lines += [
            f"  note: {finding.message}" for finding in findings_for(stage.session.provider, call) if finding.warning
        ]
    if len(calls) > 1:
        lines.append("If the first is not applied, the second is not sent.")
    required = any(reason_required(stage, call.operation) for call in calls)
    typed = typed_for_one(stage, gravest(stage.session.provider, calls), customer.username)
    return review_form(
        f'Review changes of "{clean(customer.username, longest=40)}"', stage.profile_title, lines,
        reason=stage.reason, reason_required=required, commit="Send", confirming=typed_fields(customer.username, typed),
    )  # fmt: skip
