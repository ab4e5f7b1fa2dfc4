"""A new customer: form, review, one call."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tui_reseller.domain.errors import InvalidInput, ResellerError
from tui_reseller.domain.fields import Finding
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.password import PasswordState, generate_password
from tui_reseller.domain.provider import KEY, AtCreate, Provider
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import clean, quoted
from tui_reseller.domain.unnamed import name_for_now
from tui_reseller.services.creating import TWO_CALLS, split
from tui_reseller.services.job_passwords import state_after
from tui_reseller.services.new_names import why_odd
from tui_reseller.services.result import Result
from tui_reseller.services.validation import findings_for
from tui_reseller.tui.dialogs.customer_forms import create_form
from tui_reseller.tui.dialogs.form_spec import FormSpec
from tui_reseller.tui.dialogs.rows import typed_fields
from tui_reseller.tui.dialogs.texts import review_form
from tui_reseller.tui.flows.act import do_one, reason_required, typed_for_one
from tui_reseller.tui.flows.new_password import do_one_and_show
from tui_reseller.tui.presenters.outcome import result_note
from tui_reseller.tui.profile_context import ProfileContext
from tui_reseller.tui.view_state import Hint


@dataclass(slots=True)
class _Unsent:
    """What was typed for a customer that is not created yet."""

    values: dict[str, str] | None = None


async def create(context: ProfileContext) -> None:
    """Ask, review, send; what was typed stays until it is applied or left, and n brings it back."""
    unsent = context.memory(_Unsent)
    values, unsent.values = unsent.values, None
    problem, offered = "", await _offered(context)
    while True:
        form = create_form(context.provider, context.profile_title, values, problem, offered)
        values = await context.dialogs.ask_form(form)
        if values is None:
            return
        try:
            call = _call(context.provider, values)
        except InvalidInput as error:
            problem = error.message
            continue
        call, then = split(context.provider, call)
        calls = [call, *([then] if then else [])]
        findings = [finding for one in calls for finding in findings_for(context.provider, one)]
        problem = "; ".join(finding.message for finding in findings if not finding.warning)
        if problem:
            continue
        odd = await why_odd(context.session, call)
        answer = await context.dialogs.ask_form(_review(context, call, values, findings, odd))
        if answer is None:
            continue
        # Until it is applied, and also if the answer of the service never comes; that opens no dialog.
        unsent.values = {name: value for name, value in values.items() if name not in {"password", "again"}}
        send = do_one_and_show if values.get("how") == "generate" else do_one
        result = await send(context, call, None, answer, then)
        if state_after(result) is not PasswordState.REFUSED:
            unsent.values = None
            _go_there(context, result)
            return
        note = result_note(context.provider, result, context.now())
        context.show_note(replace(note, hints=(*note.hints, Hint("n", "brings back what you typed"))))
        return


def _go_there(context: ProfileContext, result: Result) -> None:
    """Put the cursor on the new customer; if the filter hides it, say so."""
    row = context.session.customers.row_of(result.username) if result.outcome.is_applied else None
    if row is not None:
        context.view.list.move(row)
    elif result.outcome.is_applied and context.filter:
        note = context.state.note
        context.show_note(replace(note, hints=(Hint("Esc", "shows it: the filter hides it"), *note.hints)))


async def _offered(context: ProfileContext) -> Mapping[str, Sequence[str]]:
    """Ask the service what it offers for a new customer; without an answer, everything is typed."""
    if not context.provider.offered_by_service:
        return {}
    try:
        return await context.session.offered()
    except ResellerError as error:
        context.notify_error(error)
        return {}


def _review(
    context: ProfileContext, call: Call, values: Mapping[str, str], findings: Sequence[Finding], odd: str
) -> FormSpec:
    """Show what a new customer will be, with the consequences; first why its username is odd, if it is."""
    provider, action = context.provider, context.provider.action(call.operation)
    lines = [f"! {odd}"] if odd else []
    names = [name for name in (*provider.create_fields, *provider.set_after_create) if values.get(name)]
    width = max(12, *(len(provider.label(name)) for name in names))
    lines += [f"{provider.label(name):<{width}} {clean(values[name], longest=100)}" for name in names]
    if action.needs_password:
        is_made = values["how"] == "generate"
        lines.append(f"{'Password':<{width}} {'generated, shown once afterwards' if is_made else 'as typed'}")
    lines += [f"note: {finding.message}" for finding in findings if finding.warning]
    if any(values.get(name) for name in provider.set_after_create):
        lines.append(TWO_CALLS)
    lines += action.consequence
    return review_form(
        f"Review {action.title.lower()}{'' if provider.names_customers else f' {quoted(call.username, 40)}'}",
        context.profile_title,
        lines,
        reason_required=reason_required(context, call.operation),
        commit=action.button,
        confirming=typed_fields(call.username, typed_for_one(context, call.operation, call.username)),
        grade=action.grade,
    )


def _call(provider: Provider, values: Mapping[str, str]) -> Call:
    """Return the call for what was typed. Raises InvalidInput for passwords that differ, or for none."""
    required = {name: values[name] for name in provider.at_create(AtCreate.REQUIRED) if name != KEY}
    offered = {name: values[name] for name in (*provider.offered_at_create, *provider.set_after_create) if values[name]}
    password = _password(values) if provider.action(Operation.CREATE).needs_password else None
    username = name_for_now() if provider.names_customers else values[KEY]
    return Call(Operation.CREATE, username, required | offered, password)


def _password(values: Mapping[str, str]) -> Secret:
    """Return the password. Raises InvalidInput if it was typed in two ways, or not at all."""
    if values["how"] == "generate":
        return generate_password(secrets.choice)
    if values["password"] != values["again"]:
        raise InvalidInput("the two passwords differ; nothing was sent", field="password")
    if not values["password"]:
        raise InvalidInput("a password is required", field="password")
    return Secret(values["password"])
