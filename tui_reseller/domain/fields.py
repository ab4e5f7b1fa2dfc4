"""Field rules: what the service accepts in each field (reseller-v2 5.1, 5.8, 5.10, 5.11). Checks that need a library
live in services/validation.py.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tui_reseller.domain.customer import DETAIL_FIELDS

LIMITS = {
    "username": 64,
    "email": 100,
    "first_name": 50,
    "last_name": 50,
    "address": 100,
    "city": 100,
    "state": 100,
    "zip": 50,
    "country": 100,
    "phone": 50,
    "website": 255,
    "company": 255,
    "package": 255,
    "whitelabel": 255,
    "free_user": 5,
    "billing_date": 10,
    "ip": 255,
    "ip_group": 255,
}
"""Longest value in characters. An e-mail at creation: see CREATE_EMAIL_LIMIT."""

CREATE_EMAIL_LIMIT = 64
MIN_USERNAME = 3
REQUIRED_AT_CREATE = ("username", "email", *DETAIL_FIELDS)
"""With the password, the fields of the documentation's own example."""
ADVISED_AT_CREATE = ("company", "package", "whitelabel")
"""Called required by later documentation, left out by the first: a warning, not a refusal."""
OPTIONAL_AT_CREATE = (*ADVISED_AT_CREATE, "free_user", "billing_date", "ip", "ip_group")
CREATE_FIELDS = (*REQUIRED_AT_CREATE, *OPTIONAL_AT_CREATE)
LABELS = {
    "username": "Username",
    "email": "E-mail",
    "sending": "Sending",
    "website_access": "Website access",
    "first_name": "First name",
    "last_name": "Last name",
    "address": "Address",
    "city": "City",
    "state": "State",
    "zip": "Zip",
    "country": "Country",
    "phone": "Phone",
    "website": "Website",
    "company": "Company",
    "package": "Package",
    "whitelabel": "White label",
    "password": "Password",
}
_BILLING_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to say about a value. A warning does not stop the operation."""

    field: str
    message: str
    warning: bool = False


def check_text(name: str, value: str, *, limit: int | None = None) -> list[Finding]:
    """Check the length of a value and that it has no control characters."""
    longest = limit or LIMITS.get(name, 255)
    found: list[Finding] = []
    if len(value) > longest:
        found.append(Finding(name, f"{LABELS.get(name, name)} has {len(value)} characters, at most {longest}"))
    if _CONTROL.search(value):
        found.append(Finding(name, f"{LABELS.get(name, name)} holds control characters or line breaks"))
    if _HALF.search(value):
        found.append(Finding(name, f"{LABELS.get(name, name)} holds half a character (a lone surrogate)"))
    if value != value.strip():
        found.append(
            Finding(name, f"{LABELS.get(name, name)} begins or ends with a blank; the service may cut it", warning=True)
        )
    return found


def check_username(value: str) -> list[Finding]:
    """Check a new username: 3-64 characters, not digits only, not at sendgrid.com (reseller-v2 5.1, 5.10)."""
    found = check_text("username", value)
    if value != value.strip():
        found = [Finding("username", "Username begins or ends with a blank")]
    if len(value) < MIN_USERNAME:
        found.append(Finding("username", f"Username needs at least {MIN_USERNAME} characters"))
    if value.isdigit():
        found.append(Finding("username", "Username must not be digits only"))
    if "sendgrid.com" in value.rpartition("@")[2].lower() and "@" in value:
        found.append(Finding("username", "Username must not be an address at sendgrid.com"))
    return found


def check_details(values: Mapping[str, str]) -> list[Finding]:
    """Check the details that are to be sent."""
    return [finding for name in DETAIL_FIELDS if name in values for finding in check_text(name, values[name])]


def check_new(values: Mapping[str, str]) -> list[Finding]:
    """Check a new customer: required fields, limits, and the forms of the optional ones."""
    found = [
        Finding(name, f"{LABELS.get(name, name)} is required")
        for name in REQUIRED_AT_CREATE
        if not values.get(name, "").strip()
    ]
    unknown = [name for name in values if name not in CREATE_FIELDS]
    found += [Finding(name, f"no field {name!r} at creation") for name in unknown]
    for name, value in values.items():
        if name == "username":
            found += check_username(value) if value else []
        elif name not in unknown:
            found += check_text(name, value, limit=CREATE_EMAIL_LIMIT if name == "email" else None)
    if values.get("free_user", "true") not in {"true", "false"}:
        found.append(Finding("free_user", "free_user is true or false"))
    if values.get("billing_date") and not _BILLING_DATE.fullmatch(values["billing_date"]):
        found.append(Finding("billing_date", "billing_date is written YYYY-MM-DD"))
    found += [
        Finding(name, f"{name} is called required by later documentation of the service", warning=True)
        for name in ADVISED_AT_CREATE
        if not values.get(name)
    ]
    return found
