"""A customer, as the service's list tells of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from tui_reseller.domain.provider import KEY, Kind, Provider
from tui_reseller.domain.switch import Switch
from tui_reseller.domain.value import Value, value_words

Stored = str | Switch | int | float | tuple[str, ...] | None
"""A value as it is kept: a switch says of itself that it is one, also where it is unknown."""
NO_EXTRA: Mapping[str, str] = MappingProxyType({})
_NO_VALUES: Mapping[str, Stored] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Customer:
    """One account below ours.

    Values are those of the service's columns beside the username, all of them and in their order (`Customer.of`). One
    that the service did not send is None, which is not the same as empty. Extra is what it sent and we do not know.
    """

    username: str
    values: Mapping[str, Stored] = field(default_factory=lambda: _NO_VALUES)
    extra: Mapping[str, str] = field(default_factory=lambda: NO_EXTRA, compare=False)

    @classmethod
    def of(
        cls,
        provider: Provider,
        username: str,
        values: Mapping[str, Value] | None = None,
        extra: Mapping[str, str] = NO_EXTRA,
    ) -> "Customer":
        """Return a customer of a service with these values, given as JSON output has them; of others nothing is known.
        What is no column of the service is left out.
        """
        return cls(username, _unknown_of(provider), extra).with_values(values or {})

    def text(self, name: str) -> str:
        """Return a field as text for comparing and showing: a switch as its word, a missing text as empty."""
        value = self.username if name == KEY else self.values.get(name)
        if isinstance(value, Switch):
            return value.value
        return "" if value is None else value_words(value)

    def value(self, name: str) -> Value:
        """Return a field as JSON output has it: text, number, true, false or null."""
        value = self.username if name == KEY else self.values.get(name)
        return value.as_bool if isinstance(value, Switch) else value

    def has(self, name: str) -> bool:
        """Whether this is a field that the service's record of a customer has."""
        return name == KEY or name in self.values

    def switch(self, name: str) -> Switch:
        """Return a switch; unknown where there is none of this name."""
        value = self.values.get(name)
        return value if isinstance(value, Switch) else Switch.UNKNOWN

    def joined(self, names: Iterable[str], between: str = " ") -> str:
        """Return the texts of some fields as one, without those that are empty."""
        return between.join(part for part in map(self.text, names) if part)

    def with_values(self, values: Mapping[str, object]) -> "Customer":
        """Return a copy with these fields, given as JSON output has them."""
        changed = dict(self.values)
        for name, value in values.items():
            if isinstance(self.values.get(name), Switch):
                changed[name] = Switch.from_bool(value if isinstance(value, bool) else None)
            elif name in self.values:
                changed[name] = _stored(value)
        username = values.get(KEY, self.username)
        return replace(self, username=username if isinstance(username, str) else self.username, values=changed)

    def as_dict(self) -> dict[str, object]:
        """Return the stable object that every output and the ledger write (design: "A customer")."""
        found: dict[str, object] = {KEY: self.username, **{name: self.value(name) for name in self.values}}
        if self.extra:
            found["extra"] = dict(self.extra)
        return found

    @classmethod
    def from_dict(cls, provider: Provider, found: Mapping[str, object]) -> "Customer":
        """Read what as_dict wrote. Raises KeyError or TypeError on a foreign object."""
        username, extra = found[KEY], found.get("extra")
        if not isinstance(username, str):
            raise TypeError(KEY)
        kept = {str(k): str(v) for k, v in extra.items()} if isinstance(extra, dict) else NO_EXTRA
        known = {name: value for name, value in found.items() if _fits(provider, name, value)}
        return cls(username, _unknown_of(provider), kept).with_values(known)


def _fits(provider: Provider, name: str, value: object) -> bool:
    field_ = provider.by_name.get(name)
    wanted = {Kind.SWITCH: bool, Kind.NUMBER: int | float}.get(field_.kind, str) if field_ else ()
    return isinstance(value, wanted)


def _unknown_of(provider: Provider) -> dict[str, Stored]:
    unknown: dict[Kind, Stored] = {Kind.SWITCH: Switch.UNKNOWN}
    return {name: unknown.get(provider.by_name[name].kind) for name in provider.columns if name != KEY}


def _stored(value: object) -> Stored:
    return value if isinstance(value, str | int | float | tuple) and not isinstance(value, bool) else None
