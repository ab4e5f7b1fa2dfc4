"""How v3 refuses: a status, and a body with `errors` (services 9.5)."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """A call is refused; nothing was changed."""

    def __init__(self, status: int, *errors: dict[str, Any]) -> None:
        super().__init__(status)
        self.status = status
        self.body: dict[str, Any] = {"errors": list(errors)}


def about(field: str | None, message: str) -> dict[str, Any]:
    """Build one error with its field, which is null where it is about none."""
    return {"field": field, "message": message}


def no_key() -> Refused:
    """Build the refusal of a call without a key."""
    return Refused(401, about(None, "authorization required"))


def bad_key() -> Refused:
    """Build the refusal of a key that is unknown or was revoked."""
    message = "The provided authorization grant is invalid, expired, or revoked"
    return Refused(401, {"message": message, "field": None, "help": None})


def forbidden() -> Refused:
    """Build the refusal of what this key may not do, or not here, or not on this customer's behalf."""
    return Refused(403, about(None, "access forbidden"))


def not_found() -> Refused:
    """Build the answer to a path or a customer that does not exist."""
    return Refused(404, about(None, "not found"))


def unreadable(field: str | None, message: str) -> Refused:
    """Build the refusal of one value."""
    return Refused(400, about(field, message))


def too_many() -> Refused:
    """Build the refusal beyond the rate limit."""
    return Refused(429, about(None, "too many requests"))


_ADDRESSES = {"message": "unable to validate IPs at this time"}
SHAPES: dict[str, tuple[int, dict[str, Any]]] = {
    "no-key": (401, no_key().body),
    "bad-key": (401, bad_key().body),
    "no-credits": (401, {"errors": [about(None, "Maximum credits exceeded")]}),
    "not-authorised": (401, {"errors": [about(None, "Authenticated user is not authorized")]}),
    "no-scope": (403, forbidden().body),
    "no-plan": (403, {"errors": [{"message": "User does not have permission to create subuser"}]}),
    "not-found": (404, not_found().body),
    "name-taken": (400, {"errors": [{"message": "username exists"}, _ADDRESSES]}),
    "name-held": (400, {"errors": [{"message": "credential resource already exists"}]}),
    "addresses": (500, {"errors": [_ADDRESSES]}),
    "unknown-name": (400, {"errors": [{"message": "invalid username"}]}),
    "no-user": (400, {"errors": [about(None, "No user found")]}),
    "limit": (429, too_many().body),
    "one-error": (400, {"error": "Name already exists"}),
    "error-id": (400, {"errors": [{"error_id": "10-40000", "message": "Fault", "parameter": "username"}]}),
}
"""Every body of a refusal that was documented or seen, with the status that it comes with (services 9.5)."""
