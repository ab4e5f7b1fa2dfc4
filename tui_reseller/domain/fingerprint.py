"""Is this still the customer that was meant? A username can be given to another customer between two steps."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.provider import Provider

Fingerprint = Mapping[str, str | None]
"""What tells a customer from another one that bears the same username: the id where the service has one, the e-mail
address and both names. A field that the service did not send is None.
"""

UNKNOWN: Fingerprint = MappingProxyType({})
"""Nothing was written down: what older versions kept of an operation without a reading before it."""

ID = "id"


class Likeness(Enum):
    """What comparing a customer with a fingerprint says."""

    SAME = "same"
    CHANGED = "changed"
    ANOTHER = "another"


def fingerprint_of(provider: Provider, customer: Customer) -> Fingerprint:
    """Return the fingerprint of a customer as read."""
    found: dict[str, str | None] = {name: _text(customer, name) for name in provider.identity}
    if known := _id(customer):
        found[ID] = known
    return found


def seen_of(provider: Provider, customer: Customer) -> Fingerprint:
    """Return the fingerprint of a customer as an operator saw it: what the list did not tell was not seen."""
    return {name: value for name, value in fingerprint_of(provider, customer).items() if value is not None}


def likeness(fingerprint: Fingerprint, now: Customer) -> Likeness:
    """Compare a customer with a fingerprint. The id decides where both have one; else the e-mail address and both
    names: all different is another customer, some different one that was changed.
    """
    present = _id(now)
    if fingerprint.get(ID) and present:
        return Likeness.SAME if fingerprint[ID] == present else Likeness.ANOTHER
    known = [name for name in fingerprint if name != ID]
    different = differing(fingerprint, now)
    if not different:
        return Likeness.SAME
    return Likeness.ANOTHER if len(different) == len(known) else Likeness.CHANGED


def are_of_two(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether two fingerprints are certainly of two customers, as far as both tell."""
    if one.get(ID) and other.get(ID):
        return one[ID] != other[ID]
    told = [name for name, value in one.items() if name != ID and value is not None and other.get(name) is not None]
    return bool(told) and all(one[name] != other[name] for name in told)


def differing(fingerprint: Fingerprint, now: Customer) -> list[str]:
    """Return the fields of a fingerprint that a customer has otherwise; none where the id says that it is the same."""
    if fingerprint.get(ID) and fingerprint[ID] == _id(now):
        return []
    return [name for name in fingerprint if name != ID and fingerprint[name] != _text(now, name)]


def fingerprint_from(found: object) -> Fingerprint:
    """Read a fingerprint, or what else is known of a customer by field, from a file or the ledger."""
    if not isinstance(found, Mapping):
        return UNKNOWN
    known = {str(name): value for name, value in found.items() if value is None or isinstance(value, str)}
    return known or UNKNOWN


def _text(customer: Customer, name: str) -> str | None:
    value = customer.value(name)
    return value if isinstance(value, str) else None


def _id(customer: Customer) -> str | None:
    """Return the id of a customer: a column of the service, or what it sends beside its columns."""
    return _text(customer, ID) or customer.extra.get(ID)
