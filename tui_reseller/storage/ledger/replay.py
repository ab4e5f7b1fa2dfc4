"""What we last set of fields that the service never tells: the operations of an account, replayed in their order."""

from collections.abc import Iterable

from tui_reseller.domain.action import Effect
from tui_reseller.domain.audit import Entry
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.domain.value import Value


def replayed(provider: Provider) -> tuple[Operation, ...]:
    """Return the operations that bear on it: those that set such a field, and those that change whose it is."""
    return tuple(
        operation
        for operation, action in provider.actions.items()
        if action.changes_who or not provider.untold.isdisjoint((*action.sets, *action.takes))
    )


def last_set(provider: Provider, entries: Iterable[Entry]) -> dict[str, dict[str, Value]]:
    """Return values by present username and field; None where an outcome is open, or was closed with a note. Entries
    are those of one account, oldest first. A customer who is created or deleted has nothing from before.
    """
    found: dict[str, dict[str, Value]] = {}
    for entry in entries:
        action = provider.action(entry.operation)
        if action.effect is Effect.CHANGES:
            _set(provider, entry, found)
        elif entry.outcome is not None and entry.outcome.is_applied:
            known = found.pop(entry.username, None)
            new = next((str(change.after) for change in entry.changes if change.field == KEY), entry.username)
            found.pop(new, None)
            if action.effect is Effect.RENAMES and known is not None:
                found[new] = known
    return found


def _set(provider: Provider, entry: Entry, found: dict[str, dict[str, Value]]) -> None:
    values: dict[str, Value] = {
        **provider.action(entry.operation).sets,
        **{change.field: change.after for change in entry.changes},
    }
    untold = {name: value for name, value in values.items() if name in provider.untold}
    if entry.outcome is None or entry.outcome.needs_you or entry.outcome is Outcome.RESOLVED:
        found.setdefault(entry.username, {}).update(dict.fromkeys(untold))
    elif entry.outcome.is_applied:
        found.setdefault(entry.username, {}).update(untold)
