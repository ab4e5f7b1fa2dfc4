"""The forms of a whole customer: a new one, and the editor. Their rows are those of the service's table."""

from collections.abc import Iterator, Mapping, Sequence

from tui_reseller.domain.action import Effect
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.provider import KEY, AtCreate, Field, Provider
from tui_reseller.domain.text import clean, quoted
from tui_reseller.tui.dialogs.form_spec import FormSpec
from tui_reseller.tui.dialogs.rows import customer_field, password_fields

NOTHING_OFFERED: Mapping[str, Sequence[str]] = {}
SHOWN = 2
"""So many other values that the service offers are named beside a field."""


def create_form(
    provider: Provider,
    profile: str,
    values: Mapping[str, str] | None = None,
    problem: str = "",
    offered: Mapping[str, Sequence[str]] = NOTHING_OFFERED,
) -> FormSpec:
    """Enter a new customer. Values are what was typed before, offered what the service has for a field, the best first:
    that stands there at first.
    """
    typed, action = values or {}, provider.action(Operation.CREATE)
    fields = [
        customer_field(
            provider.by_name[name],
            next(iter(offered.get(name, ())), ""),
            typed,
            required=True,
            is_new=True,
            hint=_also(offered.get(name, ())),
        )
        for name in provider.at_create(AtCreate.REQUIRED)
    ]
    if action.needs_password:
        fields += password_fields("Password", typed.get("how", "generate"))
    fields += [
        customer_field(provider.by_name[name], typed=typed, is_new=True, hint="if you have one")
        for name in provider.offered_at_create
    ]
    fields += [customer_field(provider.by_name[name], typed=typed) for name in provider.set_after_create]
    return FormSpec(
        action.title,
        profile,
        ("ctrl+s opens the review; nothing is sent before.",),
        fields,
        commit="Review",
        asks_leave=True,
        problem=problem,
    )


def _also(offered: Sequence[str]) -> str:
    """Return a hint that names what else may be chosen."""
    others = offered[1 : 1 + SHOWN]
    return f"or {', '.join(clean(other, longest=20) for other in others)}" if others else ""


def edited_by(provider: Provider) -> Iterator[tuple[Operation, Field]]:
    """Yield the fields that an editor changes, with the operation that sends them, in the order of the table. What is
    overwritten as a whole has a form of its own, which reads first what is there.
    """
    for operation, action in provider.actions.items():
        if action.effect is Effect.CHANGES and not action.is_whole:
            for name in action.takes:
                yield operation, provider.by_name[name]


def editor_form(
    provider: Provider, customer: Customer, profile: str, draft: Mapping[str, str] | None = None
) -> FormSpec:
    """Edit what can be edited. Fields that the first call does not carry say that they are sent by one of their own."""
    rows = list(edited_by(provider))
    fields = [
        customer_field(field, customer.text(field.name), draft, hint="" if operation is rows[0][0] else "separate call")
        for operation, field in rows
    ]
    renames = "   (x r renames)" if provider.has(Operation.RENAME) else ""
    return FormSpec(
        f"Edit {quoted(customer.username, 40)}",
        profile,
        (f"{provider.label(KEY):<17} {clean(customer.username)}{renames}",),
        fields,
        commit="Review",
        asks_leave=True,
        marks_changes=True,
    )
