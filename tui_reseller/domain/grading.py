"""How grave a call is: what overwrites and takes nothing away is less than what removes something (interaction 4)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.whole import booked_numbers

Seen = Mapping[str, Mapping[str, object]]
"""What customers had when somebody was asked, by username and field."""
NOT_SEEN: Seen = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Gravest:
    """The gravest of several calls: its operation, and how grave it is, 1 to 3."""

    operation: Operation
    grade: int


def seen_values(customers: Iterable[Customer]) -> Seen:
    """Return what customers have, for the grades of calls on them."""
    return {customer.username: customer.as_dict() for customer in customers}


def gravest(provider: Provider, calls: Sequence[Call], seen: Seen = NOT_SEEN) -> Gravest:
    """Return the gravest of calls on customers that were seen; on one that was not seen, a call counts as if it took
    something away. Raises ValueError for no calls.
    """
    graded = [Gravest(call.operation, grade_of(provider, call, seen.get(call.username))) for call in calls]
    return max(graded, key=lambda one: one.grade)


def grade_of(provider: Provider, call: Call, before: Mapping[str, object] | None) -> int:
    """Return how grave a call is on a customer who was so before; None where that is not known."""
    action = provider.action(call.operation)
    if action.adding is None or before is None:
        return action.grade
    takes_nothing = all(_keeps(provider, call, before, name) for name in action.takes)
    return action.adding if takes_nothing else action.grade


def _keeps(provider: Provider, call: Call, before: Mapping[str, object], name: str) -> bool:
    """Whether all that stood in a field stands there afterwards; of what was not read nobody knows."""
    was, will = before.get(name), call.fields.get(name)
    if not isinstance(was, str) or will is None:
        return False
    if provider.by_name[name].check != "addons":
        return was in {"", will}
    numbers = booked_numbers(will)
    return all(numbers.get(addon, 0) >= number for addon, number in booked_numbers(was).items())
