"""What the dialogs say, word by word (interaction.md section 6). Pure: values in, a FormSpec out."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.fields import Finding
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.password import GENERATED_LENGTH
from tui_reseller.domain.provider import AtCreate, Field
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.switch import Switch
from tui_reseller.domain.text import clean, quoted
from tui_reseller.services.time_input import local_text, read_end
from tui_reseller.services.validation import check_field
from tui_reseller.tui.dialogs.form import Check, FormField, FormSpec
from tui_reseller.tui.presenters.detail import NOT_GIVEN

WORDS = {
    Operation.ENABLE: "Start sending",
    Operation.DISABLE: "Stop sending",
    Operation.WEBSITE_ENABLE: "Website access on",
    Operation.WEBSITE_DISABLE: "Website access off",
    Operation.PASSWORD: "Reset password",
    Operation.SET: "Change details",
    Operation.EMAIL: "Change e-mail",
    Operation.RENAME: "Rename",
    Operation.DELETE: "Delete",
    Operation.CREATE: "New customer",
}
_CONSEQUENCE = {
    Operation.DISABLE: (
        "The customer's mail is refused from now on. Website access does not change.",
        "Undo starts sending again; do not count on mail refused meanwhile.",
    ),
    Operation.ENABLE: ("The customer may send mail again. Website access does not change.",),
    Operation.WEBSITE_DISABLE: ("The customer can no longer log in to the website. Sending goes on.",),
    Operation.WEBSITE_ENABLE: ("The customer may log in to the website. Sending does not change.",),
}
CONSEQUENCE_OF_MANY = {
    Operation.DISABLE: "Their mail is refused from now on. Website access does not change.",
    Operation.ENABLE: "They may send mail again. Website access does not change.",
    Operation.WEBSITE_DISABLE: "They can no longer log in to the website. Sending goes on.",
    Operation.WEBSITE_ENABLE: "They may log in to the website. Sending does not change.",
    Operation.PASSWORD: "Old passwords stop working at once, for SMTP and website.",
    Operation.RENAME: "SMTP and website log in only with the new names, at once.",
    Operation.DELETE: "The accounts are closed for ever; the usernames can never be used again.",
}
_SHORT = {
    Operation.ENABLE: "Start sending",
    Operation.DISABLE: "Stop sending",
    Operation.WEBSITE_ENABLE: "Switch on",
    Operation.WEBSITE_DISABLE: "Switch off",
}


def who(customer: Customer) -> str:
    """Name a customer in one line: username in quotes, name, place."""
    place = " ".join(part for part in (customer.text("city"), customer.text("country")) if part)
    about = ", ".join(part for part in (customer.joined(RESELLER_V2.name_fields), place) if part)
    return f"{quoted(customer.username)}  {clean(about, longest=60)}"


def reason_field(*, required: bool, value: str = "") -> FormField:
    """Return the field for the reason."""
    return FormField("reason", "Reason", value, required=required, limit=200, hint="required" if required else "")


def until_field(now: datetime) -> FormField:
    """Return the field for the end of a suspension. It may stay empty."""

    def check(text: str) -> Sequence[Finding]:
        try:
            end = read_end(text, now)
        except InvalidInput as error:
            return [Finding("until", error.message)]
        return [Finding("until", f"{local_text(end)}: then it is due", warning=True)]

    return FormField("until", "Until", check=check, limit=40, hint="3d, 2026-11-30T09:00")


def typed_field(label: str, must_be: str) -> FormField:
    """Return the field in which a name is typed as a confirmation."""
    return FormField("typed", label, kind="typed", must_be=must_be)


def confirming_field(usernames: Sequence[str], must_be: str) -> FormField:
    """Return the field in which a plan is confirmed: it shows what is to be typed, unless that is the username."""
    shown = "the username" if [must_be] == list(usernames) else clean(must_be)
    return typed_field(f"Type {shown}", must_be)


def typed_fields(username: str, must_be: str | None) -> tuple[FormField, ...]:
    """Return the field in which a change of one customer is confirmed, where that is asked for."""
    return () if must_be is None else (confirming_field([username], must_be),)


_ONLY_OURS = "Until is taken only for a stop of ours: at its end sending starts."
_ALREADY = {
    True: "if it still is when it is read again, nothing is sent.",
    False: "it will be sent all the same.",
}


def switch_form(
    operation: Operation,
    target: Customer,
    profile: str,
    *,
    read_at: str,
    typed: str | None,
    reason: str,
    reason_required: bool,
    now: datetime,
    warnings: Sequence[str] = (),
) -> FormSpec:
    """Sending or website access of one customer."""
    is_sending = operation in {Operation.ENABLE, Operation.DISABLE}
    after = "on" if operation in {Operation.ENABLE, Operation.WEBSITE_ENABLE} else "off"
    before = target.switch("sending" if is_sending else "website_access")
    known = f"({read_at}; read again before sending)"
    if not is_sending:
        known = "(never set here; the service never tells)" if before is Switch.UNKNOWN else "(as last set here)"
    label = "Sending  " if is_sending else "Website  "
    lines = [who(target), f"{label} {before.value} -> {after}     {known}"]
    if before.value == after:
        lines.append(f"It is {after} already, as far as is known; {_ALREADY[is_sending]}")
    fields = [reason_field(required=reason_required, value=reason)]
    if typed is not None:
        fields.append(confirming_field([target.username], typed))
    if operation is Operation.DISABLE:
        fields.append(until_field(now))
        lines += [_ONLY_OURS] if before is Switch.OFF else []
    return FormSpec(
        WORDS[operation], profile, [*lines, *warnings, *_CONSEQUENCE[operation]], fields, commit=_SHORT[operation]
    )


def delete_form(
    customer: Customer, profile: str, *, reason: str, reason_required: bool, warnings: Sequence[str] = ()
) -> FormSpec:
    """Close an account."""
    return FormSpec(
        "Delete customer - cannot be undone",
        profile,
        (
            f"{who(customer)}      sending {customer.switch('sending').value}",
            *warnings,
            'This closes the account at the end of its billing cycle. It is not "stop',
            'sending": until then mail may still go out, and the list may still show it.',
            "The username can never be used again.",
        ),
        (reason_field(required=reason_required, value=reason), typed_field("Type the username", customer.username)),
        commit="Delete",
    )


def rename_form(
    customer: Customer, profile: str, *, reason: str, reason_required: bool, warnings: Sequence[str] = ()
) -> FormSpec:
    """Change a username."""
    return FormSpec(
        "Rename - mail stops until the customer changes settings",
        profile,
        (
            who(customer),
            *warnings,
            "From now on SMTP and website log in only with the new name. Programs of the",
            "customer that send with the old name are refused until they are changed.",
            "Undo renames back, if the service accepts the old name again.",
        ),
        (
            FormField("username", "New username", required=True, limit=64, check=_check("username"), hint="3-64"),
            reason_field(required=reason_required, value=reason),
            typed_field("Type present name", customer.username),
        ),
        commit="Rename",
    )


def email_form(
    customer: Customer, profile: str, *, reason: str, reason_required: bool, typed: str | None = None
) -> FormSpec:
    """Change the contact address."""
    return FormSpec(
        "Change e-mail",
        profile,
        (
            who(customer),
            f"Now  {clean(customer.text('email')) if customer.value('email') is not None else NOT_GIVEN}",
            "This is the provider's contact address for the customer; it takes effect at once.",
            "Nobody checks it: no confirmation mail is sent.",
        ),
        (
            FormField("email", "New e-mail", required=True, limit=RESELLER_V2.limit("email"), check=_check("email")),
            reason_field(required=reason_required, value=reason),
            *typed_fields(customer.username, typed),
        ),
        commit="Change",
    )


def password_form(
    target: Customer, profile: str, *, typed: str, reason: str, reason_required: bool, warnings: Sequence[str] = ()
) -> FormSpec:
    """Set a new password."""
    lines = [
        who(target),
        *warnings,
        "The old password stops working at once, for SMTP and website: programs that",
        "send with it are refused. It cannot be read back; note it before closing.",
    ]
    options = (("generate", f"generate, {GENERATED_LENGTH} characters"), ("type", "type it twice"))
    fields = (
        FormField("how", "New password", "generate", "choice", options=options),
        FormField("password", "Password", kind="secret", only_if=("how", "type"), hint="at least 6"),
        FormField("again", "Once more", kind="secret", only_if=("how", "type")),
        reason_field(required=reason_required, value=reason),
        confirming_field([target.username], typed),
    )
    return FormSpec("Reset password - cannot be undone", profile, lines, fields, commit="Reset")


def create_form(profile: str, values: Mapping[str, str] | None = None, problem: str = "") -> FormSpec:
    """Enter a new customer."""
    given = values or {}
    fields = [
        FormField(
            name, RESELLER_V2.label(name), start=given.get(name), limit=_limit_of_new(name), required=True,
            check=_check(name, is_new=True),
        )
        for name in RESELLER_V2.at_create(AtCreate.REQUIRED)
    ]  # fmt: skip
    options = (("generate", f"generate, {GENERATED_LENGTH} characters"), ("type", "type it twice"))
    fields += [
        FormField("how", "Password", given.get("how", "generate"), "choice", options=options),
        FormField("password", "Password", kind="secret", only_if=("how", "type"), hint="at least 6"),
        FormField("again", "Once more", kind="secret", only_if=("how", "type")),
        *(
            FormField(
                name,
                RESELLER_V2.label(name),
                start=given.get(name),
                limit=255,
                check=_check(name, is_new=True),
                hint="if you have one",
            )
            for name in RESELLER_V2.at_create(AtCreate.ADVISED)
        ),
    ]
    return FormSpec(
        "New customer", profile, ("ctrl+s opens the review; nothing is sent before.",), fields,
        commit="Review", asks_leave=True, problem=problem,
    )  # fmt: skip


def _limit_of_new(name: str) -> int:
    field = RESELLER_V2.by_name[name]
    return field.limit_at_create or field.limit


def _check(name: str, *, is_new: bool = False) -> Check:
    field: Field = RESELLER_V2.by_name[name]
    return lambda value: check_field(field, value, is_new=is_new)


def editor_form(customer: Customer, profile: str, draft: Mapping[str, str] | None = None) -> FormSpec:
    """Edit details and e-mail."""
    typed = draft or {}
    fields = [
        FormField(
            name,
            RESELLER_V2.label(name),
            customer.text(name),
            limit=RESELLER_V2.limit(name),
            check=_check(name),
            start=typed.get(name),
        )
        for name in RESELLER_V2.action(Operation.SET).takes
    ]
    fields.append(
        FormField(
            "email",
            "E-mail",
            customer.text("email"),
            limit=RESELLER_V2.limit("email"),
            check=_check("email"),
            hint="separate call",
            start=typed.get("email"),
        )
    )
    return FormSpec(
        f"Edit {quoted(customer.username, 40)}", profile,
        (f"Username          {clean(customer.username)}   (x r renames)",), fields,
        commit="Review", asks_leave=True, marks_changes=True,
    )  # fmt: skip


def review_form(
    title: str,
    profile: str,
    lines: Sequence[str],
    *,
    reason: str,
    reason_required: bool,
    commit: str,
    confirming: Sequence[FormField] = (),
) -> FormSpec:
    """Show what will be sent, once more, before it is sent."""
    fields = (reason_field(required=reason_required, value=reason), *confirming)
    return FormSpec(title, profile, lines, fields, commit=commit)
