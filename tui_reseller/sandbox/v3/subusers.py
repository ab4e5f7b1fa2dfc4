"""Subusers: the list in pages, one, create, delete, and the two switches (services 9.2)."""

from __future__ import annotations

import hashlib
import ipaddress
import json
from typing import TYPE_CHECKING, Any

from tui_reseller.sandbox import rules
from tui_reseller.sandbox.cells import from_cell
from tui_reseller.sandbox.changes import add, edit, mark_deleted
from tui_reseller.sandbox.dialects import DIALECTS
from tui_reseller.sandbox.past import customers_as_of, sql
from tui_reseller.sandbox.store import COLUMNS
from tui_reseller.sandbox.v3.desk import answer, done
from tui_reseller.sandbox.v3.errors import Refused, about, not_found
from tui_reseller.sandbox.v3.invention import REGIONS

if TYPE_CHECKING:
    from tui_reseller.sandbox.answer import Answer
    from tui_reseller.sandbox.store import Customer
    from tui_reseller.sandbox.v3.call import Call
    from tui_reseller.sandbox.v3.desk import Desk

_DEFAULT_PAGE = 10
PASSWORD_RULE = DIALECTS["2018"]
"""The newest published rule: v3 documents none."""


def page(desk: Desk, call: Call) -> Answer:
    """List a page, by number: a limit beyond the largest is cut without a word."""
    limit = min(call.number("limit", _DEFAULT_PAGE, 1), desk.max_page)
    offset = call.number("offset", 0)
    region = call.choice("region", "all", ("all", *REGIONS))
    tells_region = call.choice("include_region", "false", ("true", "false")) == "true"
    head, source, values = customers_as_of(call.as_of, COLUMNS)
    conditions, bound = ["deleted = 0"], list[Any](values)
    prefix = call.get("username")
    if prefix:
        conditions.append("starts(username, ?)")
        bound.append(prefix.lower())
    if region != "all":
        conditions.append(desk.inventions.region_sql() + " = ?")
        bound.append(region)
    statement = sql(
        head, "SELECT id, username, email, active, region FROM", source, "WHERE", " AND ".join(conditions),
        "ORDER BY id LIMIT ? OFFSET ?",
    )  # fmt: skip
    rows = desk.store.select(statement, (*bound, limit, offset))
    return answer([_record(desk, row, tells_region=tells_region) for row in rows])


def _record(desk: Desk, row: tuple[Any, ...], *, tells_region: bool) -> dict[str, Any]:
    ident, username, email, active, region = row
    record = {
        "id": ident,
        "username": from_cell(username),
        "email": from_cell(email),
        "disabled": from_cell(active) != "true",
    }
    if tells_region:
        record["region"] = desk.inventions.region(ident, from_cell(region))
    return record


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
    errors = _wrong_fields(fields)
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


def _wrong_fields(fields: dict[str, Any]) -> list[dict[str, Any]]:
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
    elif not all(map(is_address, fields["ips"])):
        errors.append({"message": "unable to validate IPs at this time"})
    return errors


def is_address(value: Any) -> bool:
    """Say whether this is an IPv4 address."""
    try:
        return isinstance(value, str) and bool(ipaddress.IPv4Address(value))
    except ValueError:
        return False


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
