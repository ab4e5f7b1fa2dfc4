"""Operations that overwrite several fields at once (`Action.is_whole`): in one form, as words of a command."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tui_reseller.domain.action import Action
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.provider import Field, Provider
from tui_reseller.domain.text import quoted

LISTS = frozenset({"addresses", "addons"})
"""Rules of fields that hold several texts with commas between them."""
ONE = ":1"
"""Stands behind an add-on that is booked once, or does not."""


def fields_of_whole(action: Action, kind: str) -> tuple[str, ...] | None:
    """Return the fields that belong together by the value of the first of them; None for a value that is no kind."""
    if not action.kinds:
        return action.takes
    others = action.kinds.get(kind)
    return None if others is None else (action.takes[0], *others)


def booked_numbers(text: str) -> dict[str, int]:
    """Return how often each add-on of a list is booked."""
    parts = [part.strip().partition(":") for part in text.split(",") if part.strip()]
    return {name: int(number) if number.isascii() and number.isdigit() else 1 for name, _, number in parts}


def in_order(field: Field, text: str) -> str:
    """Return a list in the one form in which it is compared: each part once, in order, with commas between."""
    if field.check not in LISTS:
        return text.strip()
    parts = {part.strip() for part in text.split(",")} - {""}
    if field.check == "addons":
        parts = {part.removesuffix(ONE) for part in parts}
    return ",".join(sorted(parts))


def in_one_form(provider: Provider, call: Call, now: Customer | None = None) -> Call:
    """Return a call that overwrites several fields as it is sent and compared: lists in order, nothing that is empty
    where kinds say what goes with what, and without kinds what is not named as it is *now*. Other calls stay.
    """
    action = provider.action(call.operation)
    if not action.is_whole:
        return call
    fields = dict(call.fields)
    if now is not None and not action.kinds:
        fields = {name: now.text(name) for name in action.takes if now.value(name) is not None} | fields
    fields = {
        name: in_order(provider.by_name[name], text) if name in provider.by_name else text
        for name, text in fields.items()
    }
    if action.kinds:
        fields = {name: text for name, text in fields.items() if text}
    return replace(call, fields=fields)


def fields_from_words(provider: Provider, operation: Operation, words: Sequence[str]) -> dict[str, str]:
    """Return the fields that the words of a command stand for, in the order in which the operation takes them: a list
    at the end takes all that is left. Raises InvalidInput for a word too many.
    """
    action = provider.action(operation)
    names = fields_of_whole(action, words[0] if words else "") or action.takes[:1]
    is_list = provider.by_name[names[-1]].check in LISTS
    last = len(names) - 1
    if len(words) > len(names) and not is_list:
        taken = " ".join(provider.label(name).lower() for name in names[1:]) or "nothing more"
        raise InvalidInput(f"{words[0]} takes {taken}: {quoted(words[len(names)], 40)} is too much")
    return dict(zip(names, [*words[:last], ",".join(words[last:])] if is_list else words, strict=False))


def words_from_fields(provider: Provider, operation: Operation, fields: Mapping[str, str]) -> list[str]:
    """Return fields as the words of a command: what fields_from_words() reads."""
    action = provider.action(operation)
    names = fields_of_whole(action, fields.get(action.takes[0], "")) or action.takes[:1]
    words: list[str] = []
    for name in names:
        text = fields.get(name, "")
        words += [part for part in text.split(",") if part] if provider.by_name[name].check in LISTS else [text]
    return words


def call_back_to(provider: Provider, operation: Operation, username: str, before: Mapping[str, object]) -> Call | None:
    """Return the call that sets the fields of an operation as they were; None where that is not known."""
    action = provider.action(operation)
    names = fields_of_whole(action, _text(before.get(action.takes[0])))
    if names is None or any(before.get(name) is None for name in names):
        return None
    return Call(operation, username, {name: _text(before[name]) for name in names})


def _text(value: object) -> str:
    return "" if value is None else str(value)
