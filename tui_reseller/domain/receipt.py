"""What a service says of a write that it certainly has carried out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Receipt:
    """Message is its words. Username is the key of a new customer where the service gives it, else None: then the key
    is the one that was asked for.
    """

    message: str
    username: str | None = None
