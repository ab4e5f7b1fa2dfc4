"""Field rules: what the service accepts in each field (reseller-v2 5.1, 5.8, 5.10, 5.11). Checks that need a library
live in services/validation.py.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tui_reseller.domain.provider import AtCreate, Field, Provider

MIN_USERNAME = 3
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to say about a value. A warning does not stop the operation."""

    field: str
    message: str
    warning: bool = False


def check_text(field: Field, value: str, *, is_new: bool = False) -> list[Finding]:
    """Check the length of a value and that it has no control characters."""
    longest = field.limit_at_create if is_new and field.limit_at_create else field.limit
    found: list[Finding] = []
    if len(value) > longest:
        found.append(Finding(field.name, f"{field.label} has {len(value)} characters, at most {longest}"))
    if _CONTROL.search(value):
        found.append(Finding(field.name, f"{field.label} holds control characters or line breaks"))
    if _LONE_SURROGATE.search(value):
        found.append(Finding(field.name, f"{field.label} holds half a character (a lone surrogate)"))
    if value != value.strip():
        cut = f"{field.label} begins or ends with a space; the service may cut it"
        found.append(Finding(field.name, cut, warning=True))
    return found


def check_username(field: Field, value: str) -> list[Finding]:
    """Check a new username: 3-64 characters, not digits only, not at sendgrid.com (reseller-v2 5.1, 5.10)."""
    found = check_text(field, value)
    if value != value.strip():
        found = [Finding(field.name, f"{field.label} begins or ends with a space")]
    if len(value) < MIN_USERNAME:
        found.append(Finding(field.name, f"{field.label} needs at least {MIN_USERNAME} characters"))
    if value.isdigit():
        found.append(Finding(field.name, f"{field.label} must not be digits only"))
    if "sendgrid.com" in value.rpartition("@")[2].lower() and "@" in value:
        found.append(Finding(field.name, f"{field.label} must not be an address at sendgrid.com"))
    return found


def check_choice(field: Field, value: str, choices: tuple[str, ...]) -> list[Finding]:
    """Check that a value is one of a few."""
    return [] if value in choices else [Finding(field.name, f"{field.name} is {' or '.join(choices)}")]


def check_date(field: Field, value: str) -> list[Finding]:
    """Check the form of a day; an empty one is none."""
    if not value or _DATE.fullmatch(value):
        return []
    return [Finding(field.name, f"{field.name} is written YYYY-MM-DD")]


def check_presence(provider: Provider, values: Mapping[str, str]) -> list[Finding]:
    """Check that a new customer has the fields it needs, and no others."""
    required = provider.at_create(AtCreate.REQUIRED)
    found = [
        Finding(name, f"{provider.label(name)} is required") for name in required if not values.get(name, "").strip()
    ]
    found += [Finding(n, f"no field {n!r} at creation") for n in values if n not in provider.create_fields]
    return found + [
        Finding(name, f"{name} is called required by later documentation of the service", warning=True)
        for name in provider.at_create(AtCreate.ADVISED)
        if not values.get(name)
    ]
