"""The two switches of a customer, sending and website access: on, off or unknown."""

from enum import Enum


class Switch(Enum):
    """State of a switch. Unknown is a state of its own: it is never read as off."""

    ON = "on"
    OFF = "off"
    UNKNOWN = "unknown"

    @classmethod
    def from_bool(cls, value: bool | None) -> "Switch":  # noqa: FBT001 - the value itself, not a flag
        """Return the state for a JSON true, false or null."""
        if value is None:
            return cls.UNKNOWN
        return cls.ON if value else cls.OFF

    @classmethod
    def from_wire(cls, value: object) -> "Switch":
        """Read what the service sends: true/false/1/0 in any case, trimmed; everything else is unknown."""
        if isinstance(value, bool):
            return cls.from_bool(value)
        text = str(value).strip().lower()
        if text in {"true", "1"}:
            return cls.ON
        if text in {"false", "0"}:
            return cls.OFF
        return cls.UNKNOWN

    @property
    def as_bool(self) -> bool | None:
        """True, False or None, as JSON output has it."""
        return {Switch.ON: True, Switch.OFF: False, Switch.UNKNOWN: None}[self]

    @property
    def opposite(self) -> "Switch":
        """The state of a switch that says the contrary of this one."""
        return {Switch.ON: Switch.OFF, Switch.OFF: Switch.ON, Switch.UNKNOWN: Switch.UNKNOWN}[self]
