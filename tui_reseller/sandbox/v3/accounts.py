"""Accounts: the list by cursor, create, delete, state and sign-in (services 9.6)."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from tui_reseller.sandbox import rules
from tui_reseller.sandbox.answer import Answer
from tui_reseller.sandbox.cells import from_cell
from tui_reseller.sandbox.changes import add, edit, mark_deleted, note
from tui_reseller.sandbox.past import customers_as_of, sql
from tui_reseller.sandbox.store import COLUMNS
from tui_reseller.sandbox.v3.desk import answer, done
from tui_reseller.sandbox.v3.offerings import chosen, column_values
from tui_reseller.sandbox.v3.partner import EMAIL, PHONE, WEBSITE, about_field, account, refusal, wrong

if TYPE_CHECKING:
    from tui_reseller.sandbox.store import Customer
    from tui_reseller.sandbox.v3.call import Call
    from tui_reseller.sandbox.v3.desk import Desk

_DEFAULT_PAGE, _LARGEST_PAGE = 10, 100
_COLUMNS = {
    "first_name": "first_name", "last_name": "last_name", "company_name": "company", "company_website": "website",
    "email": "email", "phone": "phone", "timezone": "timezone",
}  # fmt: skip
_E164 = re.compile(r"\+[1-9]\d{1,14}")
_URL = re.compile(r"https?://[^\s/.]+\.[^\s]+")
VENDORS_OWN = ("suspended", "banned")
"""States that only the vendor sets, and only the vendor ends."""


def page(desk: Desk, call: Call) -> Answer:
    """List those behind the cursor, in the order of their numbers."""
    limit = call.number("limit", _DEFAULT_PAGE, 1)
    if limit > _LARGEST_PAGE:
        raise wrong(about_field("limit", f"Field must not be larger than {_LARGEST_PAGE}"))
    cursor = call.get("offset") or ""
    after = desk.ident_of(cursor) if cursor else 0
    if after is None:
        raise wrong(about_field("offset", "Field must be an account id"))
    head, source, values = customers_as_of(call.as_of, COLUMNS)
    statement = sql(head, "SELECT id, created_at FROM", source, "WHERE deleted = 0 AND id > ? ORDER BY id LIMIT ?")
    rows = desk.store.select(statement, (*values, after, limit))
    call.page = [int(row[0]) for row in rows]
    told = [
        {"id": desk.account_id(ident), "created_at": desk.inventions.created_at(ident, str(from_cell(created_at)))}
        for ident, created_at in rows
    ]
    last = told[-1]["id"] if told else cursor
    return answer({"accounts": told, "pages": {"last": last} if last else {}})


def create(desk: Desk, call: Call) -> Answer:
    """Open an account. There is no way to find it again but by the id that is answered."""
    fields = call.fields()
    profile = fields.get("profile", {})
    if not isinstance(profile, dict):
        raise wrong(about_field("profile", "Field must be an object"))
    errors = _wrong_profile(profile)
    offerings, wrong_offerings = chosen(fields.get("offerings"))
    errors += wrong_offerings
    if errors:
        raise wrong(*errors)
    with desk.store.transaction():
        named = desk.account_id(desk.store.next_ident())
        values = {column: profile[name] for name, column in _COLUMNS.items() if name in profile}
        values.setdefault("email", f"{named}@example.com")  # the other APIs know no customer without
        values |= {"username": named, "active": "true", "website_access": "true", "ip": "[]"}
        if call.headers.get("t-test-account", "").lower() == "true":
            values["test_account"] = "true"
        add(desk.store, {**values, **column_values(offerings)}, None)
    return answer({"account_id": named}, 201)


def _wrong_profile(profile: dict[str, Any]) -> list[dict[str, Any]]:
    errors = [
        about_field(name, "Field must be a text")
        for name in _COLUMNS
        if not isinstance(profile.get(name, ""), str)
    ]  # fmt: skip
    if errors:
        return errors
    said = {name: profile.get(name, "") for name in _COLUMNS}
    if said["email"] and rules.email(said["email"]):
        errors.append(about_field("email", "Field must be a valid email", EMAIL))
    if said["company_website"] and not _URL.fullmatch(said["company_website"]):
        errors.append(about_field("company_website", "Field must be a valid URL", WEBSITE))
    if said["phone"] and not _E164.fullmatch(said["phone"]):
        text = "Field must be formatted using the E.164 standard and can have a maximum of fifteen digits."
        errors.append(about_field("phone", text, PHONE))
    zones = available_timezones() if said["timezone"] else set()  # none on a machine that has no list of them
    if zones and said["timezone"] not in zones:
        errors.append(about_field("timezone", "Field must be a time zone of the IANA"))
    return errors


def delete(desk: Desk, call: Call) -> Answer:
    """Close an account for ever, with its keys, offerings and addresses."""
    mark_deleted(desk.store, "client", account(desk, call), called=call.name)
    return done()


def state_of(desk: Desk, customer: Customer) -> str:
    """Return the state of an account. Whoever may send is not suspended and not banned, whatever was once so."""
    vendors = _once(desk, customer)
    if vendors == "indeterminate":
        return vendors
    if customer.values["active"] == "true":
        return "activated"
    return vendors if vendors in VENDORS_OWN else "deactivated"


def _once(desk: Desk, customer: Customer) -> str:
    """Return the state that the vendor once set, or empty."""
    return str(customer.values["account_state"]) or desk.inventions.vendors_state(customer.ident)


def state(desk: Desk, call: Call) -> Answer:
    """Tell the state."""
    return answer({"state": state_of(desk, account(desk, call))})


def set_state(desk: Desk, call: Call) -> Answer:
    """Activate or deactivate; what the vendor has suspended or banned stays so."""
    wanted = call.fields().get("state")
    if wanted not in {"activated", "deactivated"}:
        raise wrong(about_field("state", "Field must be activated or deactivated"))
    customer = account(desk, call, unknown=400)
    now = state_of(desk, customer)
    if now in VENDORS_OWN:
        raise refusal(403)
    values = {"active": "true" if wanted == "activated" else "false"}
    if _once(desk, customer):
        values["account_state"] = "settled"  # or an account that is deactivated now would read as suspended
    edit(desk.store, "client", call.operation, customer, values, called=call.name)
    return done()


def sign_in(desk: Desk, call: Call) -> Answer:
    """Answer with a link that signs in once, as the account's first administrator. It is nowhere written down."""
    customer = account(desk, call)
    if state_of(desk, customer) == "banned":
        raise refusal(403)
    note(desk.store, "client", call.operation, call.name)
    link = f"https://app.mail.example/sso?code=sandbox-sso-{secrets.token_urlsafe(16)}"
    return Answer(303, "", headers={"location": link})
