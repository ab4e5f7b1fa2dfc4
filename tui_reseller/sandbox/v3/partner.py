"""What the calls below `/v3/partners` have in common: how they refuse, and whom an account id means (services 9.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui_reseller.sandbox.v3.errors import Refused

if TYPE_CHECKING:
    from tui_reseller.sandbox.store import Customer
    from tui_reseller.sandbox.v3.call import Call
    from tui_reseller.sandbox.v3.desk import Desk

_TEXTS = {
    401: "Failed to authenticate user",
    403: "The authenticated user is not authorized to perform this request",
    404: "No such endpoint",
    500: "Something went wrong",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Endpoint request timed out",
}
EMAIL, WEBSITE, PHONE, OTHER = "10-40002", "10-40008", "10-40010", "10-40000"
"""Ids of what is wrong with a value; the last is the sandbox's own choice."""


def about_field(field: str, message: str, error_id: str = OTHER) -> dict[str, Any]:
    """Build one error about a field of the body."""
    return {"message": message, "field": field, "error_id": error_id}


def wrong(*errors: dict[str, Any]) -> Refused:
    """Build the refusal of a body or a query."""
    return Refused(400, *errors)


def refusal(status: int, message: str = "") -> Refused:
    """Build the refusal of a status, in the words of the documents where they have some."""
    text = message or _TEXTS.get(status, "Fault")
    return Refused(status, {"message": text, "field": "", "error_id": f"10-{status}00"})


def in_partner_shape(refused: Refused) -> Refused:
    """Give a refusal of the counter the shape of these calls, unless it has it already."""
    first = refused.body["errors"][0]
    return refused if "error_id" in first or refused.status == 429 else refusal(refused.status, _said(refused))


def _said(refused: Refused) -> str:
    return "" if refused.status in _TEXTS else str(refused.body["errors"][0]["message"])


def account(desk: Desk, call: Call, unknown: int = 404) -> Customer:
    """Return the account in the path of a call. Raises Refused with a status for one that is unknown."""
    found = desk.account(call, call.name)
    if found is None:
        raise refusal(unknown, "Account not found")
    return found
