"""Checks before sending: the field rules of domain/, and those that need a library."""

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import cache

from tui_reseller.domain.countries import COUNTRIES
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.fields import (
    CREATE_EMAIL_LIMIT,
    LABELS,
    LIMITS,
    Finding,
    check_details,
    check_new,
    check_text,
    check_username,
)
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.password import check_password


def check_email(value: str, limit: int = LIMITS["email"]) -> list[Finding]:
    """Check an address. Broken syntax is refused; what is only unusual is a warning. No look-up is made."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - kept off the start-up path

    found = check_text("email", value, limit=limit)
    if any(not finding.warning for finding in found):
        return found
    try:
        validate_email(value, check_deliverability=False, test_environment=True, allow_quoted_local=True)
    except EmailNotValidError as error:
        found.append(Finding("email", f"E-mail: {str(error)[:160]}", warning=_is_unusual(value)))
    return found


def _is_unusual(value: str) -> bool:
    """A reserved domain such as .example is an address all the same."""
    local, at, domain = value.rpartition("@")
    return bool(local and at and "." in domain and " " not in value and domain.isascii() and ".." not in value)


def check_country(value: str) -> list[Finding]:
    """Suggest the two-letter code of a country; the service takes any text."""
    if not value:
        return []
    codes, names = _countries()
    if value in codes:
        return []
    if value.lower() in names:
        return [Finding("country", f'Country: "{names[value.lower()]}" is the usual code', warning=True)]
    near = get_close_matches(value.lower(), names, n=1, cutoff=0.75)
    if near:
        code = names[near[0]]
        return [Finding("country", f'Country: did you mean "{code}" ({codes[code]})?', warning=True)]
    return [Finding("country", "Country: not a two-letter code that is known", warning=True)]


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


def findings_for(call: Call) -> list[Finding]:
    """Return everything to say about a call: refusals and warnings."""
    match call.operation:
        case Operation.CREATE:
            found = check_new({"username": call.username, **call.fields})
            if call.fields.get("email"):
                found += [f for f in check_email(call.fields["email"], CREATE_EMAIL_LIMIT) if f not in found]
            found += check_country(call.fields.get("country", ""))
            return found + _password_findings(call)
        case Operation.SET:
            return check_details(call.fields) + check_country(call.fields.get("country", ""))
        case Operation.EMAIL:
            return check_email(call.fields["email"])
        case Operation.RENAME:
            found = check_username(call.fields["username"])
            if call.fields["username"] == call.username:
                found.append(Finding("username", "the new username is the present one"))
            return found
        case Operation.PASSWORD:
            return _password_findings(call)
        case _:
            return []


def _password_findings(call: Call) -> list[Finding]:
    if call.password is None:
        return [Finding("password", "Password is required")]
    return check_password(call.password, call.username)


def refuse_invalid(call: Call) -> list[Finding]:
    """Raise InvalidInput naming every refused field; return the warnings."""
    found = findings_for(call)
    refused = [finding for finding in found if not finding.warning]
    if refused:
        raise InvalidInput("; ".join(finding.message for finding in refused), field=refused[0].field)
    return found


def checked_field_names(fields: Mapping[str, str], allowed: tuple[str, ...]) -> None:
    """Raise InvalidInput for a field that this verb does not take, naming the nearest or the right verb."""
    verbs = {"username": "rename", "email": "email", "password": "password"}
    switches = {"sending": "enable and disable", "website_access": "website-enable and website-disable"}
    for name in fields:
        if name in allowed:
            continue
        if name in verbs | switches:
            verb = (verbs | switches)[name]
            raise InvalidInput(f"{name} is not changed here: use {verb}", field=name)
        near = get_close_matches(name, allowed, n=1)
        hint = f"did you mean {near[0]}?" if near else f"fields: {', '.join(allowed)}"
        raise InvalidInput(f"no field {name!r}", field=name, hint=hint)


def label(name: str) -> str:
    """Return the word for a field on screen."""
    return LABELS.get(name, name)


def without_unchanged(call: Call, present: Mapping[str, str]) -> Call:
    """Return the call with only the fields that differ from what the service has now."""
    return replace(call, fields={k: v for k, v in call.fields.items() if present.get(k) != v})
