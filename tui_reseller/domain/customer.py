"""A customer, as the service's list tells of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from tui_reseller.domain.switch import Switch

DETAIL_FIELDS = ("first_name", "last_name", "address", "city", "state", "zip", "country", "phone", "website")
"""Fields that one call changes together (reseller-v2 5.8)."""

TEXT_FIELDS = ("username", "email", *DETAIL_FIELDS)
SWITCH_FIELDS = ("sending", "website_access")
FIELDS = ("username", "email", *SWITCH_FIELDS, *DETAIL_FIELDS)
"""All fields in the order in which they are shown and written."""

NO_EXTRA: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Customer:
    """One account below ours. A text field that the service did not send is None, which is not the same as empty."""

    username: str
    email: str | None = None
    sending: Switch = Switch.UNKNOWN
    website_access: Switch = Switch.UNKNOWN
    first_name: str | None = None
    last_name: str | None = None
    address: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country: str | None = None
    phone: str | None = None
    website: str | None = None
    extra: Mapping[str, str] = field(default_factory=lambda: NO_EXTRA, compare=False)

    def text(self, name: str) -> str:
        """Return a field as text for comparing and showing: a switch as its word, a missing text as empty."""
        value: object = getattr(self, name)
        if isinstance(value, Switch):
            return value.value
        return "" if value is None else str(value)

    def value(self, name: str) -> str | bool | None:
        """Return a field as JSON output has it: text, true, false or null."""
        value: object = getattr(self, name)
        if isinstance(value, Switch):
            return value.as_bool
        return None if value is None else str(value)

    @property
    def full_name(self) -> str:
        """First and last name with one blank between, or an empty text."""
        return " ".join(part for part in (self.first_name, self.last_name) if part)

    def with_values(self, values: Mapping[str, object]) -> "Customer":
        """Return a copy with these fields, given as JSON output has them."""
        changed: dict[str, object] = {
            name: Switch.from_bool(value if isinstance(value, bool) else None) if name in SWITCH_FIELDS else value
            for name, value in values.items()
            if name in FIELDS
        }
        return replace(self, **changed)  # type: ignore[arg-type]  # names and types come from FIELDS

    def as_dict(self) -> dict[str, object]:
        """Return the stable object that every output and the ledger write (design: "A customer")."""
        found: dict[str, object] = {name: self.value(name) for name in FIELDS}
        if self.extra:
            found["extra"] = dict(self.extra)
        return found

    @classmethod
    def from_dict(cls, found: Mapping[str, object]) -> "Customer":
        """Read what as_dict wrote. Raises KeyError or TypeError on a foreign object."""
        username, extra = found["username"], found.get("extra")
        if not isinstance(username, str):
            raise TypeError("username")
        known = {name: value for name, value in found.items() if isinstance(value, str | bool) or value is None}
        kept = {str(k): str(v) for k, v in extra.items()} if isinstance(extra, dict) else NO_EXTRA
        return cls(username, extra=kept).with_values({k: known[k] for k in FIELDS if k in known})
