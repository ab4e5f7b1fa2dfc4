"""What a service says of a write that it certainly has carried out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from tui_reseller.domain.secret import Secret
from tui_reseller.domain.value import Value

NOTHING_TOLD: Mapping[str, Value] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Receipt:
    """Message is its words. Username is the key of a new customer where the service gives it, else None: then the key
    is the one that was asked for. Told is what it says of the customer as it is now, by our fields. Link is what signs
    in as a customer, where that was asked for: whoever has it is in.
    """

    message: str
    username: str | None = None
    told: Mapping[str, Value] = field(default_factory=lambda: NOTHING_TOLD)
    link: Secret | None = None
