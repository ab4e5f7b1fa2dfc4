"""Rows that several forms have: a reason, an end, a confirmation, a password, a field of a customer."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.fields import Finding
from tui_reseller.domain.password import GENERATED_LENGTH, MIN_LENGTH
from tui_reseller.domain.provider import KEY, AtCreate, Field, Provider
from tui_reseller.domain.text import clean
from tui_reseller.services.time_input import local_text, read_end
from tui_reseller.services.validation import check_field
from tui_reseller.tui.dialogs.form_spec import Check, FormField

LONGEST_REASON = 200


def reason_field(*, required: bool) -> FormField:
    """Return the row for the reason."""
    return FormField("reason", "Reason", required=required, limit=LONGEST_REASON, is_prose=True)


def until_field(now: datetime) -> FormField:
    """Return the row for the end of a suspension. It may stay empty."""

    def check(text: str) -> Sequence[Finding]:
        try:
            end = read_end(text, now)
        except InvalidInput as error:
            return [Finding("until", error.message)]
        return [Finding("until", f"{local_text(end)}: then it is due", warning=True)]

    return FormField("until", "Until", check=check, limit=40, hint="3d, 2026-11-30T09:00")


def typed_field(label: str, must_be: str) -> FormField:
    """Return the row in which a name is typed as a confirmation."""
    return FormField("typed", label, kind="typed", must_be=must_be)


def confirming_field(usernames: Sequence[str], must_be: str, called: str = "the username") -> FormField:
    """Return the row in which a plan is confirmed: it shows what is to be typed, unless that is the username, which is
    called so.
    """
    shown = called if [must_be] == list(usernames) else clean(must_be)
    return typed_field(f"Type {shown}", must_be)


def typed_fields(username: str, must_be: str | None, called: str = "the username") -> tuple[FormField, ...]:
    """Return the row in which a change of one customer is confirmed, where that is asked for."""
    return () if must_be is None else (confirming_field([username], must_be, called),)


def key_words(provider: Provider) -> str:
    """Return what a service calls the name of a customer, for such a row."""
    return f"the {provider.label(KEY).lower()}"


def password_fields(label: str, how: str = "generate") -> tuple[FormField, ...]:
    """Return the rows for a new password: generated, or typed twice."""
    options = (("generate", f"generate, {GENERATED_LENGTH} characters"), ("type", "type it twice"))
    return (
        FormField("how", label, how, "choice", options=options),
        FormField(
            "password", "Password", kind="secret", only_if=("how", "type"), required=True,
            hint=f"at least {MIN_LENGTH}",
        ),
        FormField("again", "Once more", kind="secret", only_if=("how", "type"), same_as="password"),
    )  # fmt: skip


def customer_field(
    field: Field,
    value: str = "",
    typed: Mapping[str, str] | None = None,
    *,
    label: str = "",
    required: bool = False,
    is_new: bool = False,
    hint: str = "",
) -> FormField:
    """Return the row for a field of a customer, with the limit, the choices and the check of the service's table.

    Typed is what was typed before, by names of fields. Is_new: for a customer that is not there yet.
    """
    start = (typed or {}).get(field.name)
    if field.choices:
        nothing = "the service's choice" if is_new else "none"
        return _choice(field, value, start, label=label or field.label, required=required, nothing=nothing)
    return FormField(
        field.name,
        label or field.label,
        value,
        limit=(field.limit_at_create if is_new else None) or field.limit,
        required=required,
        check=_check(field, is_new=is_new),
        hint=hint,
        start=start,
    )


def _choice(field: Field, value: str, start: str | None, *, label: str, required: bool, nothing: str) -> FormField:
    """Return a row of choices. What is there now is one of them, also where the table does not know it; nothing is one
    where a customer may be without, and called so.
    """
    can_be_empty = not required and (not value or field.at_create is not AtCreate.REQUIRED)
    names = dict.fromkeys([""] * can_be_empty + [value] * bool(value) + list(field.choices))
    options = tuple((name, clean(name) or nothing) for name in names)
    return FormField(field.name, label, value, "choice", start=start, options=options)


def _check(field: Field, *, is_new: bool) -> Check:
    return lambda value: check_field(field, value, is_new=is_new)
