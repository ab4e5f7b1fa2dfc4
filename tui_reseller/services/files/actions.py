"""Which columns a file of changes may have: those of the actions of a service."""

from tui_reseller.domain.action import Effect
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.nearest import did_you_mean
from tui_reseller.domain.operation import WRITES, Operation
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.domain.text import clean

ACTION, PASSWORD, NEW_KEY = "action", "password", f"new_{KEY}"


def columns_of(provider: Provider, operation: Operation) -> tuple[str, ...]:
    """Return the columns that an action takes beside the username."""
    action = provider.action(operation)
    taken = (NEW_KEY,) if action.effect is Effect.RENAMES else action.takes
    if action.effect is Effect.CREATES:
        taken = (*taken, *provider.set_after_create)
    return (*taken, PASSWORD) if action.needs_password else taken


def all_columns(provider: Provider) -> tuple[str, ...]:
    """Return all columns that an action of a service takes."""
    taken = (name for operation in provider.actions for name in columns_of(provider, operation))
    first = (
        (ACTION, KEY, NEW_KEY) if any(a.effect is Effect.RENAMES for a in provider.actions.values()) else (ACTION, KEY)
    )
    return tuple(dict.fromkeys((*first, *provider.create_fields, *(n for n in taken if n != PASSWORD), PASSWORD)))


def action_of(provider: Provider, text: str) -> Operation:
    """Return the operation that a word names: as in the audit log, with dashes or in capitals too."""
    name = text.strip().lower().replace("-", "_").replace(" ", "_")
    known = {operation.value: operation for operation in provider.actions if operation in WRITES}
    if name not in known:
        hint = did_you_mean(name, known, f"actions: {', '.join(known)}")
        raise InvalidInput(f"no action {clean(text, longest=40)!r}", field=ACTION, hint=hint)
    return known[name]
