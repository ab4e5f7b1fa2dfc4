"""Cells of a row that its action does not take: they may say what is so already, and nothing else."""

import json

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.listing import EXTRA
from tui_reseller.domain.note import Note
from tui_reseller.domain.operation import Call, verb_of
from tui_reseller.domain.provider import Kind, Provider
from tui_reseller.domain.switch import Switch
from tui_reseller.domain.text import quoted

_WORDS = {
    **dict.fromkeys(("on", "true", "yes", "1"), Switch.ON),
    **dict.fromkeys(("off", "false", "no", "0"), Switch.OFF),
}


def why_not_so(provider: Provider, call: Call, name: str, cell: str, now: Customer | None) -> str:
    """Return why a cell stands against a row, or nothing if it says what is so already. Now is the customer as listed,
    None for a new one.
    """
    if now is None:
        now = Customer.of(provider, call.username, dict(provider.new_values))
    if name == EXTRA:
        is_so, has = _extra_of(cell) == dict(now.extra), "other ones"
    elif not now.has(name):
        return f"{call.operation.value} takes no {name}; --ignore-columns leaves it aside"
    elif provider.by_name[name].kind is Kind.SWITCH:
        word = cell.strip().lower()
        is_so = _WORDS.get(word, Switch.UNKNOWN if word == Switch.UNKNOWN.value else None) is now.switch(name)
        has = now.switch(name).value
    else:
        is_so, has = now.text(name) in {cell, cell.strip()}, quoted(now.text(name))
    if is_so:
        return ""
    other = provider.operation_for(name)
    way = f"; {verb_of(other)} changes it" if other is not None and provider.has(other) else ""
    return (
        f"{call.operation.value} does not change {name}, the customer has {has}{way}; --ignore-columns leaves it aside"
    )


def why_not_noted(call: Call, name: str, cell: str, note: Note | None) -> str:
    """Return why a cell of our own label or note stands against a row, or nothing if it says what is so already. The
    note is the one on the customer.
    """
    said = (note.value(name) if note is not None else None) or ""
    if said in {cell, cell.strip()}:
        return ""
    return (
        f"{call.operation.value} does not change {name}, which is ours: there is {quoted(said)}; note changes it; "
        "--ignore-columns leaves it aside"
    )


def _extra_of(cell: str) -> object:
    try:
        return json.loads(cell)
    except ValueError:
        return None
