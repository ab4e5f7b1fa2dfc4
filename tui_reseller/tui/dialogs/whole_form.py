"""The form of what is overwritten as a whole: credits, sending addresses, offerings; and its review. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from tui_reseller.domain.changes import Change
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.provider import Field, Provider
from tui_reseller.domain.text import clean
from tui_reseller.domain.whole import LISTS
from tui_reseller.tui.dialogs.form_spec import FormField, FormSpec
from tui_reseller.tui.dialogs.rows import customer_field
from tui_reseller.tui.dialogs.texts import who
from tui_reseller.tui.presenters.detail import NOT_GIVEN, shown

KIND = "kind"
"""The row in which is chosen what is done, where there is more than one thing."""
FEW = 6
"""Up to so many values that are offered are a choice; of more, as many are named."""
Offered = Mapping[str, Sequence[str]]


def whole_form(
    provider: Provider,
    operations: Sequence[Operation],
    customer: Customer,
    profile: str,
    offered: Offered,
    typed: Mapping[str, str] | None = None,
    problem: str = "",
) -> FormSpec:
    """Ask for all that the first operation overwrites, or for what a further one takes. Typed is what was typed before,
    offered what the service has for a field, the best first.
    """
    action = provider.action(operations[0])
    lines = [*_now(provider, action.takes, customer), *_offers(provider, offered)]
    rows = list(_rows(provider, operations, customer, offered, typed or {}))
    return FormSpec(
        action.title,
        profile,
        [*lines, "ctrl+s opens the review; nothing is sent before."],
        rows,
        commit="Review",
        asks_leave=True,
        problem=problem,
        who=who(provider, customer),
        first=rows[0].name,  # what is there now is there to be changed
    )


def _now(provider: Provider, taken: Sequence[str], customer: Customer) -> Iterator[str]:
    """Return what the customer has now of the group that the fields are of."""
    for name in provider.groups[provider.groups_of(taken)[0]]:
        field = provider.by_name[name]
        if name in taken or field.is_moving:
            yield f"{field.label:<18} {shown(field, customer)}"


def _offers(provider: Provider, offered: Offered) -> Iterator[str]:
    for name, values in offered.items():
        if values and (provider.by_name[name].check in LISTS or len(values) > FEW):
            more = f" and {len(values) - FEW} more" if len(values) > FEW else ""
            named = ", ".join(clean(value, longest=60) for value in values[:FEW])
            yield f"{provider.label(name)}, the best first: {named}{more}"


def _rows(
    provider: Provider,
    operations: Sequence[Operation],
    customer: Customer,
    offered: Offered,
    typed: Mapping[str, str],
) -> Iterator[FormField]:
    first, *others = operations
    action = provider.action(first)
    if not action.kinds:
        for name in action.takes:
            yield _row(provider.by_name[name], customer, offered, typed, required=name == action.takes[0])
        return
    head = provider.by_name[action.takes[0]]
    now = customer.text(head.name)
    options = [*((kind, kind) for kind in action.kinds), *((one.value, provider.action(one).title) for one in others)]
    start = typed.get(KIND, now if now in action.kinds else options[0][0])
    yield FormField(KIND, head.label, start, "choice", options=tuple((kind, words.lower()) for kind, words in options))
    for kind, names in action.kinds.items():
        for name in names:
            row = _row(provider.by_name[name], customer, offered, typed, required=True)
            yield replace(row, only_if=(KIND, kind))
    for one in others:
        for name in provider.action(one).takes:
            row = _row(provider.by_name[name], customer, offered, typed, required=True)
            yield replace(row, only_if=(KIND, one.value))


def _row(field: Field, customer: Customer, offered: Offered, typed: Mapping[str, str], *, required: bool) -> FormField:
    values = offered.get(field.name, ())
    if values and field.check not in LISTS and len(values) <= FEW:
        field = replace(field, choices=tuple(values))
    return customer_field(field, customer.text(field.name), typed, required=required)


def call_of(provider: Provider, operations: Sequence[Operation], username: str, values: Mapping[str, str]) -> Call:
    """Return the call for what was filled in."""
    first, *others = operations
    action = provider.action(first)
    if not action.kinds:
        return Call(first, username, {name: values[name] for name in action.takes})
    kind = values[KIND]
    for one in others:
        if kind == one.value:
            return Call(one, username, {name: values[name] for name in provider.action(one).takes})
    return Call(first, username, {action.takes[0]: kind, **{name: values[name] for name in action.kinds[kind]}})


def review_lines(
    provider: Provider, changes: Sequence[Change], taken_away: Sequence[str], notes: Sequence[str]
) -> list[str]:
    """Return what is to be read before it is sent: before -> after, and what goes with it."""
    lines: list[str] = []
    for change in changes:
        before = "" if change.before is None else f"{_said(change.before)} -> "
        lines.append(f"{provider.label(change.field):<18} {before}{_said(change.after)}")
    if taken_away:
        lines += ["The customer loses:", *(f"  {line}" for line in taken_away)]
    return [*lines, *(f"note: {note}" for note in notes)]


def _said(value: object) -> str:
    return clean(str(value), longest=300) if value not in {None, ""} else NOT_GIVEN
