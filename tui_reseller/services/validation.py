"""Checks before sending: the field rules of domain/, and those that need a library."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from ipaddress import IPv4Address

from tui_reseller.domain.action import Effect
from tui_reseller.domain.countries import COUNTRIES
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.exact_text import holds_unseen, spelt_out
from tui_reseller.domain.fields import (
    Finding,
    check_choice,
    check_count,
    check_date,
    check_difference,
    check_presence,
    check_text,
    check_username,
    check_whole,
)
from tui_reseller.domain.nearest import did_you_mean, nearest
from tui_reseller.domain.operation import Call, verb_of
from tui_reseller.domain.password import check_password
from tui_reseller.domain.provider import KEY, Field, Provider

_ADDON = re.compile(r"[^\s:,]+(?::[1-9][0-9]{0,5})?")


def check_email(field: Field, value: str, *, is_new: bool = False) -> list[Finding]:
    """Check an address. Broken syntax is refused; what is only unusual is a warning. No look-up is made."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - kept off the start-up path

    found = check_text(field, value, is_new=is_new)
    if not found and holds_unseen(value):
        found = [Finding(field.name, f"{field.label} holds signs that are not seen: {spelt_out(value)[:160]}")]
    if any(not finding.warning for finding in found):
        return found
    try:
        validate_email(value, check_deliverability=False, test_environment=True, allow_quoted_local=True)
    except EmailNotValidError as error:
        found.append(Finding(field.name, f"{field.label}: {str(error)[:160]}", warning=_is_unusual(value)))
    return found


def _is_unusual(value: str) -> bool:
    """A reserved domain such as .example is an address all the same."""
    local, at, domain = value.rpartition("@")
    return bool(local and at and "." in domain and " " not in value and domain.isascii() and ".." not in value)


def check_addresses(field: Field, value: str) -> list[Finding]:
    """Check sending addresses: IPv4, separated by commas."""
    wrong = [part.strip() for part in value.split(",") if part.strip() and not _is_ipv4(part.strip())]
    return [Finding(field.name, f"{field.label}: {spelt_out(wrong[0])[:80]} is no IPv4 address")] if wrong else []


def _is_ipv4(text: str) -> bool:
    try:
        return bool(IPv4Address(text))
    except ValueError:
        return False


def check_addons(field: Field, value: str) -> list[Finding]:
    """Check names separated by commas, each with a number of at least 1 behind a colon or none."""
    parts = [part.strip() for part in value.split(",")] if value else []
    if all(_ADDON.fullmatch(part) for part in parts):
        return []
    return [Finding(field.name, f"{field.label}: names separated by commas, as in NAME,NAME:2")]


def check_country(field: Field, value: str) -> list[Finding]:
    """Suggest the two-letter code of a country; the service takes any text."""
    if not value:
        return []
    codes, names = _countries()
    if value in codes:
        return []
    if value.lower() in names:
        return [Finding(field.name, f'{field.label}: "{names[value.lower()]}" is the usual code', warning=True)]
    near = nearest(value.lower(), names, likeness=0.75)
    if near:
        code = names[near[0]]
        return [Finding(field.name, f'{field.label}: did you mean "{code}" ({codes[code]})?', warning=True)]
    return [Finding(field.name, f"{field.label}: not a two-letter code that is known", warning=True)]


def country_name(code: str) -> str:
    """Return the name of a two-letter code, or an empty text."""
    return _countries()[0].get(code, "")


@cache
def _countries() -> tuple[dict[str, str], dict[str, str]]:
    """Return names by alpha-2 code, and alpha-2 codes by what else a country may be called, in lower case."""
    codes = {country.alpha_2: country.name for country in COUNTRIES}
    names = {country.name.lower(): country.alpha_2 for country in COUNTRIES}
    names |= {country.short_name.lower(): country.alpha_2 for country in COUNTRIES}
    names |= {country.alpha_3.lower(): country.alpha_2 for country in COUNTRIES} | {"uk": "GB", "england": "GB"}
    return codes, names


_FURTHER = {
    "country": check_country,
    "addresses": check_addresses,
    "addons": check_addons,
    "count": check_count,
    "difference": check_difference,
    "date": check_date,
}
"""Rules beyond the length of a text, by their words."""


def check_field(field: Field, value: str, *, is_new: bool = False) -> list[Finding]:
    """Check one value by the rule that the service's table names for its field."""
    match field.check:
        case "username":
            return check_username(field, value) if value or not is_new else []
        case "email":
            return check_email(field, value, is_new=is_new) if value or not is_new else []
        case "boolean":
            return check_text(field, value) + check_choice(field, value, ("true", "false"))
        case name if name in _FURTHER:
            return check_text(field, value) + _FURTHER[name](field, value)
        case _:
            return check_text(field, value) + (check_choice(field, value, field.choices) if field.choices else [])


def findings_for(provider: Provider, call: Call) -> list[Finding]:
    """Return everything to say about a call: refusals and warnings."""
    action, values = provider.action(call.operation), dict(call.fields)
    is_new = action.effect is Effect.CREATES
    found = check_whole(provider, call)
    if is_new:
        values = values if provider.names_customers else {KEY: call.username, **values}
        found += check_presence(provider, values)
    for name, value in values.items():
        if action.is_whole and not value:
            continue  # what is missing has been said
        if name in provider.by_name and (is_new or name in action.takes):
            found += check_field(provider.by_name[name], value, is_new=is_new)
    if action.effect is Effect.RENAMES and call.fields.get(KEY) == call.username:
        found.append(Finding(KEY, "the new username is the present one"))
    if action.why_old_password and call.old_password is None:
        found.append(Finding("old_password", f"the old password is needed: {action.why_old_password}"))
    return found + (_password_findings(call) if action.needs_password else [])


def _password_findings(call: Call) -> list[Finding]:
    if call.password is None:
        return [Finding("password", "Password is required")]
    return check_password(call.password, call.username)


def refuse_invalid(provider: Provider, call: Call) -> list[Finding]:
    """Raise InvalidInput naming every refused field; return the warnings."""
    found = findings_for(provider, call)
    refused = [finding for finding in found if not finding.warning]
    if refused:
        raise InvalidInput("; ".join(finding.message for finding in refused), field=refused[0].field)
    return found


def says_nothing(provider: Provider, call: Call) -> bool:
    """Whether a call carries nothing but a username of a customer who is there: then there is nothing to check."""
    if call.fields or call.password is not None:
        return False
    action = provider.action(call.operation)
    return action.effect is Effect.CHANGES and not (action.takes or action.needs_password)


def checked_field_names(provider: Provider, fields: Mapping[str, str], allowed: Sequence[str]) -> None:
    """Raise InvalidInput for a field that this verb does not take, naming the nearest or the right verb."""
    for name in fields:
        if name in allowed:
            continue
        verbs = _verbs_for(provider, name)
        if verbs:
            raise InvalidInput(f"{name} is not changed here: use {' and '.join(verbs)}", field=name)
        hint = did_you_mean(name, allowed, f"fields: {', '.join(allowed)}")
        raise InvalidInput(f"no field {name!r}", field=name, hint=hint)


def _verbs_for(provider: Provider, name: str) -> list[str]:
    """Return the verbs that change a field, or set a password, which is no field."""
    return [
        verb_of(operation)
        for operation, action in provider.actions.items()
        if action.effect is not Effect.CREATES
        and (name in action.takes or name in action.sets or (name == "password" and action.needs_password))
    ]


def without_unchanged(call: Call, present: Mapping[str, str]) -> Call:
    """Return the call with only the fields that differ from what the service has now."""
    return replace(call, fields={k: v for k, v in call.fields.items() if present.get(k) != v})
