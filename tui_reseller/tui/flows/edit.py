"""Edit details and e-mail: editor, review, then the calls it needs."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from tui_reseller.domain.changes import calls_for
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.draft import Draft
from tui_reseller.domain.errors import BadConfig, Conflict, ResellerError
from tui_reseller.domain.fingerprint import Likeness, likeness, seen_of
from tui_reseller.domain.grading import gravest
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.text import clean, quoted
from tui_reseller.services.edit import conflict_with, save
from tui_reseller.services.result import Result
from tui_reseller.services.validation import findings_for
from tui_reseller.tui.dialogs.conflict import THEIRS, conflict_form
from tui_reseller.tui.dialogs.customer_forms import editor_form
from tui_reseller.tui.dialogs.editor import Editor
from tui_reseller.tui.dialogs.form_spec import FormSpec
from tui_reseller.tui.dialogs.rows import typed_fields
from tui_reseller.tui.dialogs.texts import review_form
from tui_reseller.tui.flows.act import admitted, do_one, reason_required, show_result, typed_for_one
from tui_reseller.tui.flows.colleagues import tell
from tui_reseller.tui.flows.details import read_now
from tui_reseller.tui.flows.targets import choose_one
from tui_reseller.tui.presenters.colleagues import editing_line
from tui_reseller.tui.presenters.header import clock_text
from tui_reseller.tui.presenters.outcome import result_note
from tui_reseller.tui.profile_context import ProfileContext
from tui_reseller.tui.view_state import Hint, Note


@dataclass(slots=True)
class _Unsent:
    """An edit that was not sent: the next Enter on its customer takes it up again."""

    draft: Draft | None = None
    was_looked_for: bool = False


async def offer_draft(context: ProfileContext) -> None:
    """Say once that an edit was left unfinished; that customer's editor brings it back, also at a later start."""
    draft = _unsent(context).draft
    if draft is not None and not draft.was_told:
        with suppress(BadConfig):  # then it is said again, which is no harm
            context.services.drafts.save(context.session.account, replace(draft, was_told=True))
        note = f"An edit of {quoted(draft.username, 40)} was not sent."
        hints = (Hint("Enter", "on that customer takes it up again"), Hint(":draft", "drops it"))
        context.show_note(Note(note, "warning", hints))


def _unsent(context: ProfileContext) -> _Unsent:
    """Return what was not sent; the first time also what an earlier start has left."""
    unsent = context.memory(_Unsent)
    if not unsent.was_looked_for:
        unsent.was_looked_for = True
        unsent.draft = unsent.draft or context.services.drafts.load(context.session.account)
    return unsent


async def drop_draft(context: ProfileContext) -> None:
    """Forget what was typed for a customer and not sent."""
    unsent = _unsent(context)
    draft, unsent.draft = unsent.draft, None
    _forget_draft(context)
    name = quoted(draft.username, 40) if draft is not None else ""
    context.notify(f"Dropped: the edit of {name} that was not sent." if name else "No edit was left unsent.")


async def edit(context: ProfileContext) -> None:
    """Edit the customer under the cursor."""
    chosen = await choose_one(context)
    customer = await read_now(context, chosen) if chosen is not None else None
    if customer is None:
        return
    unsent = _unsent(context)
    draft = unsent.draft
    if draft is not None and draft.username == customer.username and _is_another(context, draft, customer):
        unsent.draft = draft = None
        _forget_draft(context)
        name = quoted(customer.username, 40)
        context.notify(f"Another customer bears the name {name} by now: what you typed for the former is dropped.")
    if draft is None or draft.username != customer.username:
        await edit_customer(context, customer, None)
        return
    conflict = await conflict_with(context.session, draft.loaded, customer, draft.fields)
    unsent.draft = None
    if conflict is None:
        await edit_customer(context, customer, draft.fields)
        return
    answer = await context.dialogs.ask_form(conflict_form(context.provider, customer, context.profile_title, conflict))
    if answer is None:
        unsent.draft = draft
        context.notify("What you typed is kept: Enter asks again.")
        return
    kept = {name: value for name, value in draft.fields.items() if answer.get(name) != THEIRS}
    await edit_customer(context, customer, kept, is_decided=True)


def _is_another(context: ProfileContext, draft: Draft, customer: Customer) -> bool:
    return likeness(seen_of(context.provider, draft.loaded), customer) is Likeness.ANOTHER


async def edit_customer(
    context: ProfileContext, customer: Customer, draft: Mapping[str, str] | None, *, is_decided: bool = False
) -> None:
    """Show the editor until its changes are sent or left; the draft survives everything but leaving. One that was
    decided field by field begins with the review. Meanwhile the list shows whole columns beside it.
    """
    tell(context, customer.username)
    context.show(edited=True)
    try:
        await _edit_until_sent(context, customer, draft, is_decided=is_decided)
    finally:
        context.show(edited=False)
        tell(context)


async def _edit_until_sent(
    context: ProfileContext, customer: Customer, draft: Mapping[str, str] | None, *, is_decided: bool
) -> None:
    while True:
        if draft is None or not is_decided:
            # Only what was typed: a field that was not touched must not undo what somebody else changed meanwhile.
            spec = context.dialogs.announced(editor_form(context.provider, customer, context.profile_title, draft))
            if said := editing_line(context.state.here, customer.username, context.now()):
                spec = replace(spec, lines=(*spec.lines, f"! {said}"))
            editor = Editor(spec, context.host.new_guard(), partial(_keep_draft, context, customer))
            edited = await context.dialogs.ask(editor)
            if edited is None:
                _forget_draft(context)
                return
            draft = {name: value for name, value in edited.items() if value != customer.text(name)}
        is_decided = False
        calls = calls_for(context.provider, customer, draft)
        if not calls:
            _forget_draft(context)
            context.notify("Nothing is left to change, nothing was sent.")
            return
        answer = await context.dialogs.ask_form(_review(context, customer, draft), is_beside=True)
        if answer is None:
            continue
        if context.session.policy.approvals and len(calls) == 1:
            await do_one(context, calls[0], customer, answer)
            _forget_draft(context)
            return
        try:
            permit = admitted(context, calls, answer)
        except ResellerError as error:
            context.memory(_Unsent).draft = Draft(customer, draft)
            context.notify_error(error)
            return
        results = await save(context.session, customer, draft, permit, reason=answer["reason"])
        for result in results:
            await show_result(context, result)
        if all(result.outcome.is_so or result.outcome is Outcome.UNKNOWN for result in results):
            _forget_draft(context)
            return
        _keep_unsent(context, customer, draft, results)
        return


def _keep_draft(context: ProfileContext, customer: Customer, typed: Mapping[str, str]) -> None:
    """Keep what was typed; a disk that refuses costs only the draft."""
    try:
        context.services.drafts.save(context.session.account, Draft(customer, typed))
    except BadConfig as error:
        context.notify(f"What you type is not kept as a draft: {error.message}", "warning")


def _forget_draft(context: ProfileContext) -> None:
    with suppress(BadConfig):  # it is offered again at the next start, which is no harm
        context.services.drafts.clear(context.session.account)


def _keep_unsent(context: ProfileContext, customer: Customer, draft: Mapping[str, str], results: list[Result]) -> None:
    """Keep what was typed for the next Enter on this customer: an answer of the service opens no dialog."""
    context.memory(_Unsent).draft = Draft(customer, draft)
    problem = next(result for result in results if not result.outcome.is_so)
    if isinstance(problem.error, Conflict) and problem.error.collisions:
        time = clock_text(context.now(), context.now())
        what = f"{time}  Enter decides: keep mine, take theirs"  # first what to do: a narrow line ends there
        context.show_note(Note(f"{what}  ({problem.message})", "bad", chip=problem.outcome.word))
    else:
        note = result_note(context.provider, problem, context.now())
        context.show_note(replace(note, kind="bad", hints=(*note.hints, Hint("Enter", "takes the edit up again"))))


def _review(context: ProfileContext, customer: Customer, edited: Mapping[str, str]) -> FormSpec:
    lines: list[str] = []
    calls = calls_for(context.provider, customer, edited)
    for number, call in enumerate(calls, 1):
        lines.append(f"Call {number} of {len(calls)}: {context.provider.action(call.operation).title.lower()}")
        for name, value in call.fields.items():
            before, after = clean(customer.text(name), longest=100), clean(value, longest=100)
            lines += [f'  {context.provider.label(name):<12} "{before}"', f'            -> "{after}"']
        lines += [f"  note: {finding.message}" for finding in findings_for(context.provider, call) if finding.warning]
    if len(calls) > 1:
        lines.append("If the first is not applied, the second is not sent.")
    required = any(reason_required(context, call.operation) for call in calls)
    typed = typed_for_one(context, gravest(context.provider, calls).operation, customer.username)
    return review_form(
        f"Review changes of {quoted(customer.username, 40)}", context.profile_title, lines,
        reason_required=required, commit="Send",
        confirming=typed_fields(customer.username, typed),
    )  # fmt: skip
