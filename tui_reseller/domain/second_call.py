"""The second call of an item of a plan: what a new customer is given as soon as it is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.fingerprint import UNKNOWN, Fingerprint, fingerprint_from, seen_of
from tui_reseller.domain.operation import WRITES, Call, Operation
from tui_reseller.domain.provider import Provider


@dataclass(frozen=True, slots=True)
class SecondCall:
    """What is done to the customer that the first call has created. Fingerprint tells that customer from another one
    who bears the username by then.
    """

    operation: Operation
    fields: Mapping[str, str]
    fingerprint: Fingerprint = field(default_factory=lambda: UNKNOWN)

    @classmethod
    def of(cls, provider: Provider, created: Call, then: Call) -> "SecondCall":
        """Return the second of two calls, on whom the first one creates."""
        made = Customer.of(provider, created.username, {**provider.new_values, **created.fields})
        return cls(then.operation, then.fields, seen_of(provider, made))

    def as_dict(self) -> dict[str, object]:
        """Return it as a plan file and the ledger have it."""
        found: dict[str, object] = {"operation": self.operation.value, "fields": dict(self.fields)}
        return found | ({"fingerprint": dict(self.fingerprint)} if self.fingerprint else {})

    @classmethod
    def from_dict(cls, found: object) -> "SecondCall | None":
        """Read what as_dict wrote; None for None. Raises KeyError, ValueError or TypeError on anything else."""
        if found is None:
            return None
        if not isinstance(found, dict):
            raise TypeError("the second call of an item")
        meant = fingerprint_from(found.get("fingerprint"))
        return cls(written(found["operation"]), texts(found["fields"]), meant)


def written(word: object) -> Operation:
    """Return the operation of a word in an item. Raises ValueError for one that changes no customer."""
    operation = Operation(word)
    if operation not in WRITES:
        raise ValueError("an item of a plan changes a customer")
    return operation


def texts(fields: object) -> dict[str, str]:
    """Return the fields of an item. Raises TypeError for what are none, ValueError for a password."""
    if not isinstance(fields, dict):
        raise TypeError("an item of a plan")
    if not all(isinstance(name, str) and isinstance(value, str) for name, value in fields.items()):
        raise TypeError("fields of an item")
    if any(name.lower().startswith("password") for name in fields):
        raise ValueError("a plan holds no password")
    return fields
