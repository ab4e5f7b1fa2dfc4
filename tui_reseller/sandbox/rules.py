"""What the documentation allows in a parameter. Every check returns the texts of what is wrong.

Lengths are counted in characters. The content of `zip` is not checked: the documentation leaves that to the caller.
"""

from __future__ import annotations

import calendar
import ipaddress
import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tui_reseller.sandbox.dialects import Dialect

PROFILE_FIELDS = (
    "first_name", "last_name", "address", "city", "state", "country", "zip", "phone", "website", "company",
)  # fmt: skip
_LONGEST = {
    "username": 64, "email": 64, "first_name": 50, "last_name": 50, "address": 100, "city": 100, "state": 100,
    "country": 100, "zip": 50, "phone": 50, "website": 255, "company": 255, "package": 255, "whitelabel": 255,
    "mail_domain": 255, "address2": 100,
}  # fmt: skip
_LONGEST_CHANGED_EMAIL = 100  # the call that changes the address allows more than the one that creates it
_SHORTEST_USERNAME = 3
_EMAIL = re.compile(r"[^@\s]+@(?:[\w-]+\.)+[\w-]+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def required(names: Iterable[str], values: Mapping[str, str]) -> list[str]:
    """Name the parameters that are absent or empty, in the words recorded from real traffic."""
    return [f"{_title(name)} is required" for name in names if not values.get(name)]


def lengths(values: Mapping[str, str]) -> list[str]:
    """Name the parameters that are too long."""
    return [
        f"{_title(name)} must not be longer than {_LONGEST[name]} characters"
        for name, value in values.items()
        if len(value) > _LONGEST.get(name, len(value))
    ]


def username(value: str) -> list[str]:
    """Check the form of a new username: 3 to 64 characters, not digits only."""
    texts = lengths({"username": value})
    if len(value) < _SHORTEST_USERNAME:
        texts.append(f"Username must have at least {_SHORTEST_USERNAME} characters")
    if value.isdigit():
        texts.append("Username must not consist of digits only")
    return texts


def renamed_username(value: str) -> list[str]:
    """Check a name for a rename; its domain part must not be the provider's own."""
    texts = username(value)
    if "sendgrid.com" in value.partition("@")[2].lower():
        texts.append("Username must not contain sendgrid.com in its domain part")
    return texts


def email(value: str, *, changed: bool = False) -> list[str]:
    """Check the format and the length of an e-mail address."""
    texts = []
    if not _EMAIL.fullmatch(value):
        texts.append("Email is not a valid e-mail address")
    longest = _LONGEST_CHANGED_EMAIL if changed else _LONGEST["email"]
    if len(value) > longest:
        texts.append(f"Email must not be longer than {longest} characters")
    return texts


def password(value: str, confirmation: str, dialect: Dialect) -> list[str]:
    """Check a password and its repetition by the rule of the dialect; no text ever repeats the password."""
    texts = []
    shortest, longest = dialect.password_length
    if len(value) < shortest:
        texts.append(f"Password must have at least {shortest} characters")
    if longest is not None and len(value) > longest:
        texts.append(f"Password must not be longer than {longest} characters")
    if dialect.password_needs_letter_and_digit and not (
        any(char.isalpha() for char in value) and any(char.isdigit() for char in value)
    ):
        texts.append("Password must contain at least one letter and one digit")
    if value != confirmation:
        texts.append("Password and its confirmation do not match")
    return texts


def billing(free_user: str, billing_date: str) -> list[str]:
    """Check what is said about money: a free customer is `true` or `false`, and the first bill within one cycle."""
    texts = []
    if free_user and free_user not in {"true", "false"}:
        texts.append("Free user must be true or false")
    if billing_date:
        texts += _billing_date(billing_date, datetime.now(UTC).date())
    return texts


def _billing_date(value: str, today: date) -> list[str]:
    try:
        wanted = date.fromisoformat(value) if _DATE.fullmatch(value) else None
    except ValueError:
        wanted = None
    if wanted is None:
        return ["Billing date must have the form YYYY-MM-DD"]
    if not today <= wanted <= one_cycle_after(today):
        return ["Billing date must be within one month from today"]
    return []


def one_cycle_after(day: date) -> date:
    """Return the same day of the next month, or that month's last one: 2011-02-28 allows up to 2011-03-28."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def addresses(ips: Sequence[str], groups: Sequence[str]) -> list[str]:
    """Check the lists of IP addresses and of their groups. The sandbox's reseller owns every address there is."""
    texts = []
    for value in ips:
        try:
            ipaddress.ip_address(value)
        except ValueError:
            texts.append("Ip must be a valid IP address")
            break
    if any(len(group) > 255 for group in groups):
        texts.append("Ip group must not be longer than 255 characters")
    return texts


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()
