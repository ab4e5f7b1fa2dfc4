"""Subusers: one by name, create, delete, and the two switches (services 9.2)."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from tui_reseller.sandbox import rules
from tui_reseller.sandbox.changes import add, edit, mark_deleted
from tui_reseller.sandbox.dialects import DIALECTS
from tui_reseller.sandbox.v3.desk import answer, done
from tui_reseller.sandbox.v3.errors import Refused, about, not_found
from tui_reseller.sandbox.v3.invention import REGIONS

if TYPE_CHECKING:
    from tui_reseller.sandbox.answer import Answer
    from tui_reseller.sandbox.store import Customer
    from tui_reseller.sandbox.v3.call import Call
    from tui_reseller.sandbox.v3.desk import Desk

PASSWORD_RULE = DIALECTS["2018"]
"""The newest published rule: v3 documents none."""


def one(desk: Desk, call: Call) -> Answer:
    """Read one of exactly this name. No document has it; clients of the live service do it."""
    customer = desk.find(call, call.name)
    if customer is None:
        raise not_found()
    values = customer.values
    return answer(
        {
            "id": customer.ident,
            "username": values["username"],
            "email": values["email"],
            "disabled": values["active"] != "true",
        }
    )


def create(desk: Desk, call: Call) -> Answer:
    """Create one. What is wrong is told at once; the answer holds two tokens that nobody should keep."""
    fields = call.fields()
    errors = _wrong_fields(desk, fields)
    username, email = fields.get("username"), fields.get("email")
    held = desk.store.find(username) if isinstance(username, str) and username else None
    if held is not None:
        elsewhere = "credential resource already exists"
        errors.append({"message": elsewhere if held.deleted else "username exists"})
    if errors:
        raise Refused(400, *errors)
    region = fields.get("region") or "global"
    values = {
        "username": username, "email": email, "active": "true", "website_access": "true",
        "region": region, "ip": json.dumps(fields["ips"]),
    }  # fmt: skip
    ident = add(desk.store, values, fields["password"])
    told = {
        "username": username, "user_id": ident, "email": email, "credit_allocation": {"type": "unlimited"},
        "signup_session_token": _token("signup", ident), "authorization_token": _token("authorization", ident),
    }  # fmt: skip
    if fields.get("include_region") is True:
        told["region"] = region
    return answer(told)


def _wrong_fields(desk: Desk, fields: dict[str, Any]) -> list[dict[str, Any]]:
    errors = [
        about(name, f"{name} is required")
        for name in ("username", "email", "password")
        if not isinstance(fields.get(name), str) or not fields[name]
    ]
    if not errors:
        texts = {
            "username": rules.username(fields["username"]),
            "email": rules.email(fields["email"]),
            "password": rules.password(fields["password"], fields["password"], PASSWORD_RULE),
        }
        errors += [about(name, text) for name, found in texts.items() for text in found]
    if fields.get("region", "global") not in REGIONS:
        errors.append(about("region", "region must be global or eu"))
    if not isinstance(fields.get("ips"), list):
        errors.append(about("ips", "ips is required"))
    elif not all(isinstance(value, str) and value in desk.addresses.all for value in fields["ips"]):
        errors.append({"message": "unable to validate IPs at this time"})
    return errors


def _token(kind: str, ident: int) -> str:
    """Make a token that can be searched for: it must not turn up anywhere."""
    return f"sandbox-{kind}-token-{hashlib.blake2b(b'%d' % ident, digest_size=8).hexdigest()}"


def delete(desk: Desk, call: Call) -> Answer:
    """Delete one, for ever: the name stays in use at the vendor."""
    customer = desk.find(call, call.name)
    if customer is None:
        raise not_found()
    mark_deleted(desk.store, "client", customer)
    return done()


def switch_sending(desk: Desk, call: Call) -> Answer:
    """Stop or allow sending."""
    return _switch(desk, call, "active")


def switch_website(desk: Desk, call: Call) -> Answer:
    """Stop or allow signing in to the website; nothing ever tells how it is."""
    return _switch(desk, call, "website_access")


def _switch(desk: Desk, call: Call, field: str) -> Answer:
    is_disabled = call.flag("disabled")
    customer = named(desk, call)
    edit(desk.store, "client", call.operation, customer, {field: "false" if is_disabled else "true"})
    return done()


def named(desk: Desk, call: Call) -> Customer:
    """Return the customer in the path of a change. Raises Refused as documented for one who is unknown."""
    customer = desk.find(call, call.name)
    if customer is None:
        raise Refused(400, {"message": "invalid username"})
    return customer
