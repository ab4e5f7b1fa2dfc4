"""What the dialogs of single verbs say (interaction.md section 6): from the service's table to a FormSpec. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from tui_reseller.domain.action import Effect
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.fields import MIN_USERNAME
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.provider import Field, Provider, Told
from tui_reseller.domain.switch import Switch
from tui_reseller.domain.text import clean, quoted
from tui_reseller.tui.dialogs.form_spec import FormField, FormSpec
from tui_reseller.tui.dialogs.rows import (
    confirming_field,
    customer_field,
    key_words,
    password_fields,
    reason_field,
    typed_field,
    typed_fields,
    until_field,
)
from tui_reseller.tui.presenters.detail import shown, switch_note

_ONLY_OURS = "Until is taken only for a stop of ours: at its end that is taken back."
_ALREADY = {
    True: "if it still is when it is read again, nothing is sent.",
    False: "it will be sent all the same.",
}


def who(provider: Provider, customer: Customer) -> str:
    """Name a customer in one line: username in quotes, name, place."""
    parts = (customer.joined(provider.name_fields), customer.joined(provider.place_fields))
    return f"{quoted(customer.username)}  {clean(', '.join(filter(None, parts)), longest=60)}"


def switch_form(
    provider: Provider,
    operation: Operation,
    target: Customer,
    profile: str,
    *,
    read_at: str,
    typed: str | None,
    reason_required: bool,
    now: datetime,
    warnings: Sequence[str] = (),
) -> FormSpec:
    """Turn a switch of one customer."""
    action = provider.action(operation)
    field = provider.by_name[action.switch]
    before, after = target.switch(field.name).value, Switch.from_bool(action.sets[field.name]).value
    is_told = field.told is not Told.NEVER
    known = switch_note(field, target, read_at)
    if is_told:
        known += "; read again before sending"
    elif target.switch(field.name) is Switch.UNKNOWN:
        known += "; the service never tells"
    new = (after, "off" if after == Switch.OFF.value else "new")
    change = ((f"{field.label:<9} {before} -> ", ""), new, (f"     ({known})", "soft"))
    lines: list[str] = []
    if before == after:
        lines.append(f"It is {after} already, as far as is known; {_ALREADY[is_told]}")
    fields = [reason_field(required=reason_required)]
    if typed is not None:
        fields.append(confirming_field([target.username], typed, key_words(provider)))
    if action.takes_end:
        fields.append(until_field(now))
        lines += [_ONLY_OURS] if before == after else []
    return FormSpec(
        action.heading,
        profile,
        [*lines, *warnings, *action.consequence],
        fields,
        commit=action.button,
        grade=action.grade,
        who=who(provider, target),
        change=change,
    )


def delete_form(
    provider: Provider,
    customer: Customer,
    profile: str,
    *,
    reason_required: bool,
    warnings: Sequence[str] = (),
) -> FormSpec:
    """Close an account."""
    action = provider.action(Operation.DELETE)
    told = [name for name in provider.switches if name not in provider.untold]
    switches = ", ".join(f"{provider.label(name).lower()} {customer.text(name)}" for name in told)
    return FormSpec(
        action.heading,
        profile,
        (*warnings, *action.consequence),
        (
            reason_field(required=reason_required),
            typed_field(f"Type {key_words(provider)}", customer.username),
        ),
        commit=action.button,
        grade=action.grade,
        who=f"{who(provider, customer)}      {switches}",
    )


def one_field_form(
    provider: Provider,
    operation: Operation,
    customer: Customer,
    profile: str,
    *,
    typed: str | None,
    reason_required: bool,
    warnings: Sequence[str] = (),
) -> FormSpec:
    """Change the one field that an operation takes: e-mail, or the username."""
    action = provider.action(operation)
    field = provider.by_name[action.takes[0]]
    is_key = action.effect is Effect.RENAMES
    now = () if is_key else (f"Now  {shown(field, customer)}",)
    confirming = (typed_field("Type present name", customer.username),) if is_key and typed is not None else ()
    return FormSpec(
        action.heading,
        profile,
        (*warnings, *now, *action.consequence),
        (
            _new_value(field, customer),
            *(confirming or typed_fields(customer.username, typed)),
            reason_field(required=reason_required),
        ),
        commit=action.button,
        grade=action.grade,
        who=who(provider, customer),
        first=field.name,
    )


def _new_value(field: Field, customer: Customer) -> FormField:
    """Return the row of a new value: the present one stands there, to be changed or to be written over."""
    hint = f"{MIN_USERNAME}-{field.limit}" if field.check == "username" else ""
    label = f"New {field.label[:1].lower()}{field.label[1:]}"
    row = customer_field(field, customer.text(field.name), label=label, required=True, hint=hint)
    return replace(row, is_replaced=True)


def password_form(
    provider: Provider,
    target: Customer,
    profile: str,
    *,
    typed: str,
    reason_required: bool,
    warnings: Sequence[str] = (),
) -> FormSpec:
    """Set a new password."""
    action = provider.action(Operation.PASSWORD)
    why_old = (f"Without the old one: {action.why_old_password}.",) if action.why_old_password else ()
    last = "It cannot be read back; note it before closing."
    lines = (*warnings, *action.consequence, *why_old, last)
    old = (FormField("old", "Old password", kind="secret", required=True),) if why_old else ()
    fields = (
        *old,
        *password_fields("New password"),
        reason_field(required=reason_required),
        confirming_field([target.username], typed),
    )
    # Where a password that is typed too early lands is no field whose text is kept.
    first = "old" if old else "typed"
    return FormSpec(
        action.heading, profile, lines, fields,
        commit=action.button, grade=action.grade, who=who(provider, target), first=first,
    )  # fmt: skip


def review_form(
    title: str,
    profile: str,
    lines: Sequence[str],
    *,
    reason_required: bool,
    commit: str,
    confirming: Sequence[FormField] = (),
    grade: int = 1,
) -> FormSpec:
    """Show what will be sent, once more, before it is sent."""
    fields = (reason_field(required=reason_required), *confirming)
    return FormSpec(title, profile, lines, fields, commit=commit, grade=grade)
