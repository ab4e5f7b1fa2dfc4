"""An edit that was not sent."""

from collections.abc import Mapping
from dataclasses import dataclass

from tui_reseller.domain.customer import Customer


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed, by field, and the customer as it was when the edit began: so that what somebody else changed
    since is found, and asked about, also after a restart. Was_told is whether the operator was reminded of it.
    """

    loaded: Customer
    fields: Mapping[str, str]
    was_told: bool = False

    @property
    def username(self) -> str:
        """Whose edit it is."""
        return self.loaded.username
