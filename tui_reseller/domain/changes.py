"""Changes: what a field was and what it is to be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tui_reseller.domain.action import Effect
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.operation import Call
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.domain.value import Value, value_of


@dataclass(frozen=True, slots=True)
class Change:
    """One field, before and after, as JSON output has the values."""

    field: str
    before: Value
    after: Value


def as_object(changes: Iterable[Change]) -> dict[str, dict[str, Value]]:
    """Return changes as every output and the ledger write them."""
    return {change.field: {"before": change.before, "after": change.after} for change in changes}


def from_object(found: Mapping[str, Mapping[str, object]]) -> tuple[Change, ...]:
    """Read what as_object wrote. Raises TypeError for a value that no field can have."""
    return tuple(
        Change(name, value_of(pair.get("before")), value_of(pair.get("after"))) for name, pair in found.items()
    )


def wanted_by(provider: Provider, call: Call) -> dict[str, Value]:
    """Return the fields a call is to leave behind, as far as the list of the service can show them."""
    action = provider.action(call.operation)
    fields = {name: provider.value(name, text) for name, text in call.fields.items()}
    wanted: dict[str, Value] = {**fields, **action.sets, **action.leaves}
    is_named = action.effect is Effect.CREATES and not provider.names_customers
    return wanted | {KEY: call.username} if is_named else wanted


def changes_of(provider: Provider, call: Call, before: Customer | None) -> tuple[Change, ...]:
    """Return what a call changes on a customer read just before."""
    return tuple(
        Change(name, before.value(name) if before else None, after)
        for name, after in wanted_by(provider, call).items()
        if before is None or not before.has(name) or before.value(name) != after
    )


def unread_of(provider: Provider, customer: Customer) -> frozenset[str]:
    """Return the columns that are told for one customer at a time and have not been read of this one."""
    return frozenset(
        name for moment, names in provider.groups.items() if customer.value(moment) is None for name in names
    )


@dataclass(frozen=True, slots=True)
class Collision:
    """A field that is no longer what it was when the operator looked."""

    field: str
    before: Value
    now: Value
    wanted: Value


def collisions(
    provider: Provider, loaded: Customer, now: Customer, wanted: Mapping[str, Value]
) -> tuple[Collision, ...]:
    """Return wanted fields that somebody else changed since they were loaded, unless to the wanted value. What the
    service never tells cannot be seen to change, nor can details that were not read by then, nor what changes by
    itself, nor a switch of which nobody knew how it stood.
    """
    unseen = {*provider.untold, *provider.moving, *unread_of(provider, loaded)}
    unseen.update(name for name in provider.switches if loaded.value(name) is None)
    return tuple(
        Collision(name, loaded.value(name), now.value(name), value)
        for name, value in wanted.items()
        if now.has(name) and name not in unseen and loaded.value(name) != now.value(name) and now.value(name) != value
    )


def conflicts_of(provider: Provider, call: Call, loaded: Customer, now: Customer) -> tuple[Collision, ...]:
    """Return what somebody else changed since it was loaded, and this call would overwrite or take away.

    A call that changes fields meets only those. One that hits the whole account (delete, rename, password) must find
    the person the operator saw: a username can have been given to another customer meanwhile.
    """
    found = collisions(provider, loaded, now, wanted_by(provider, call))
    if not provider.action(call.operation).hits_whole_account:
        return found
    return found + tuple(
        Collision(name, loaded.value(name), now.value(name), loaded.value(name))
        for name in provider.identity
        if loaded.value(name) is not None and loaded.value(name) != now.value(name)
    )


def calls_for(provider: Provider, loaded: Customer, edited: Mapping[str, str]) -> tuple[Call, ...]:
    """Return the calls that an edit needs, in the order in which the service's table has their operations.

    Only fields that differ are sent. The key and switches have verbs of their own and are not accepted here.
    """
    changed = {name: value for name, value in edited.items() if value != loaded.text(name)}
    calls = []
    for operation, action in provider.actions.items():
        if action.effect is Effect.CHANGES and action.takes and not action.is_whole:
            fields = {name: changed[name] for name in action.takes if name in changed}
            calls += [Call(operation, loaded.username, fields)] if fields else []
    return tuple(calls)
