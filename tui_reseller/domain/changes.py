"""Changes: what a field was and what it is to be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tui_reseller.domain.customer import DETAIL_FIELDS, Customer
from tui_reseller.domain.operation import SWITCHED, Call, Operation

Value = str | bool | int | float | tuple[str, ...] | None
"""What a field can be: text, a switch, a number, a list of texts, or not told."""


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


def value_of(found: object) -> Value:
    """Return a value as a file or the ledger has it. Raises TypeError for what no field can be."""
    if isinstance(found, list) and all(isinstance(part, str) for part in found):
        return tuple(found)
    if found is None or isinstance(found, str | bool | int | float):
        return found
    raise TypeError("a value of a field")


def value_words(value: str | float | tuple[str, ...]) -> str:
    """Return a text, a number or a list as one text. Each front door has its own words for a switch."""
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def wanted_by(call: Call) -> dict[str, Value]:
    """Return the fields a call is to leave behind, as far as the list of the service can show them."""
    if call.operation in SWITCHED:
        name, value = SWITCHED[call.operation]
        return {name: value}
    wanted: dict[str, Value] = dict(call.fields)
    if call.operation is Operation.CREATE:
        wanted["username"] = call.username
    return wanted


def changes_of(call: Call, before: Customer | None) -> tuple[Change, ...]:
    """Return what a call changes on a customer read just before."""
    return tuple(
        Change(name, before.value(name) if before and name in Customer.__dataclass_fields__ else None, after)
        for name, after in wanted_by(call).items()
        if before is None or name not in Customer.__dataclass_fields__ or before.value(name) != after
    )


@dataclass(frozen=True, slots=True)
class Collision:
    """A field that is no longer what it was when the operator looked."""

    field: str
    before: Value
    now: Value
    wanted: Value


def collisions(loaded: Customer, now: Customer, wanted: Mapping[str, Value]) -> tuple[Collision, ...]:
    """Return wanted fields that somebody else changed since they were loaded, unless to the wanted value."""
    return tuple(
        Collision(name, loaded.value(name), now.value(name), value)
        for name, value in wanted.items()
        if name in Customer.__dataclass_fields__
        and name != "website_access"  # the service never tells it
        and loaded.value(name) != now.value(name)
        and now.value(name) != value
    )


IDENTITY = ("email", "first_name", "last_name")
"""What tells that a username still belongs to whom the operator saw."""
TAKES_ALL = frozenset({Operation.DELETE, Operation.RENAME, Operation.PASSWORD})


def conflicts_of(call: Call, loaded: Customer, now: Customer) -> tuple[Collision, ...]:
    """Return what somebody else changed since it was loaded, and this call would overwrite or take away.

    A call that changes fields meets only those. One that hits the whole account (delete, rename, password) must find
    the person the operator saw: a username can have been given to another customer meanwhile.
    """
    found = collisions(loaded, now, wanted_by(call))
    if call.operation not in TAKES_ALL:
        return found
    return found + tuple(
        Collision(name, loaded.value(name), now.value(name), loaded.value(name))
        for name in IDENTITY
        if loaded.value(name) is not None and loaded.value(name) != now.value(name)
    )


def calls_for(loaded: Customer, edited: Mapping[str, str]) -> tuple[Call, ...]:
    """Return the calls that an edit needs, in the order they are sent: details first, then the e-mail.

    Only fields that differ are sent. Username and password have verbs of their own and are not accepted here.
    """
    changed = {name: value for name, value in edited.items() if value != loaded.text(name)}
    details = {name: changed[name] for name in DETAIL_FIELDS if name in changed}
    calls = [Call(Operation.SET, loaded.username, details)] if details else []
    if "email" in changed:
        calls.append(Call(Operation.EMAIL, loaded.username, {"email": changed["email"]}))
    return tuple(calls)
