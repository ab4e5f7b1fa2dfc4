"""A value that never prints itself."""

from typing import NoReturn

MASK = "********"
SHORTEST = 6
"""Characters of the shortest password of any service. What is shorter is a word of the language, and no secret."""


def is_worth_masking(value: str) -> bool:
    """Whether a text is long enough to be taken out of a message: else the message would lose its own words."""
    return len(value) >= SHORTEST


class Secret:
    """A password or key. Every way of turning it into text gives the same mask; only reveal() gives the value."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value. Called only where it leaves for the service or the keyring, or is shown on demand."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __len__(self) -> int:
        return len(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __repr__(self) -> str:
        return MASK

    def __str__(self) -> str:
        return MASK

    def __format__(self, _spec: str) -> str:
        return MASK

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")
