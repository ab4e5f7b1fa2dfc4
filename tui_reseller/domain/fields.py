"""Field rules: what the service accepts in each field (reseller-v2 5.1, 5.8, 5.10, 5.11). Checks that need a library
live in services/validation.py.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tui_reseller.domain.operation import Call
from tui_reseller.domain.provider import AtCreate, Field, Provider
from tui_reseller.domain.whole import fields_of_whole

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


_AT_MOST_DIGITS = 12
"""Of a number that is set: far more than anybody sends."""


def check_count(field: Field, value: str) -> list[Finding]:
    """Check a whole number of at least 1."""
    if value.isascii() and value.isdigit() and len(value) <= _AT_MOST_DIGITS and int(value) > 0:
        return []
    return [Finding(field.name, f"{field.label} is a whole number of at least 1")]


def check_difference(field: Field, value: str) -> list[Finding]:
    """Check a whole number that is added, or taken away where it is below 0."""
    digits = value.removeprefix("-")
    if digits.isascii() and digits.isdigit() and len(digits) <= _AT_MOST_DIGITS and int(digits) > 0:
        return []
    return [Finding(field.name, f"{field.label} is a whole number other than 0: 500 adds, -500 takes away")]


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


def check_whole(provider: Provider, call: Call) -> list[Finding]:
    """Check that what is overwritten at once is named as a whole, and nothing besides."""
    action = provider.action(call.operation)
    if not action.is_whole:
        return []
    first = action.takes[0]
    wanted = fields_of_whole(action, call.fields.get(first, ""))
    found = [] if call.fields.get(first) else [Finding(first, f"{provider.label(first)} is required")]
    if wanted is None:
        return found  # its choices say what is wrong
    may_be_none = () if action.kinds else action.takes[1:]
    found += [
        Finding(name, f"{provider.label(name)} is required")
        for name in wanted
        if name != first and not call.fields.get(name) and not (name in may_be_none and name in call.fields)
    ]
    kind = call.fields.get(first, "")
    return found + [
        Finding(name, f"{provider.label(name)} does not go with {kind}")
        for name in action.takes
        if name not in wanted and call.fields.get(name)
    ]
