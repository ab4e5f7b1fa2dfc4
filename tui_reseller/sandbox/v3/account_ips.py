"""Sending addresses of an account: listed by cursor with the newest first, added by number, taken away by name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tui_reseller.sandbox.changes import edit
from tui_reseller.sandbox.v3.desk import answer, done
from tui_reseller.sandbox.v3.partner import about_field, account, wrong

if TYPE_CHECKING:
    from tui_reseller.sandbox.answer import Answer
    from tui_reseller.sandbox.store import Customer
    from tui_reseller.sandbox.v3.call import Call
    from tui_reseller.sandbox.v3.desk import Desk

_DEFAULT_PAGE, _LARGEST_PAGE = 10, 5000
_AT_ONCE = 10
_WORDS = {"us": "global", "eu": "eu"}


def page(desk: Desk, call: Call) -> Answer:
    """List those behind the cursor."""
    limit = call.number("limit", _DEFAULT_PAGE, 1)
    if limit > _LARGEST_PAGE:
        raise wrong(about_field("limit", f"Field must not be larger than {_LARGEST_PAGE}"))
    found = list(reversed(desk.addresses.of(account(desk, call))))
    cursor = call.get("offset") or ""
    if cursor:
        found = found[found.index(cursor) + 1 :] if cursor in found else []
    told = found[:limit]
    last = told[-1] if told else cursor
    region = desk.addresses.region_of
    rows = [{"ip": address, "region": "eu" if region(address) == "eu" else "us"} for address in told]
    return answer({"result": rows, "pages": {"last": last} if last else {}})


def add(desk: Desk, call: Call) -> Answer:
    """Add some of one region; the service says which."""
    fields = call.fields()
    count, word = fields.get("count"), fields.get("region")
    errors = []
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= _AT_ONCE:
        errors.append(about_field("count", f"Field must be a number from 1 to {_AT_ONCE}"))
    if word not in _WORDS:
        errors.append(about_field("region", "Field must be us or eu"))
    if errors:
        raise wrong(*errors)
    customer = account(desk, call)
    held = desk.addresses.of(customer)
    free = [address for address in reversed(desk.addresses.owned[_WORDS[str(word)]]) if address not in held]
    added = free[: int(str(count))]
    if len(added) != count:
        raise wrong(about_field("count", "There are not so many addresses"))
    _keep(desk, call, customer, held + added)
    return answer({"ips": added, "region": word}, 201)


def remove(desk: Desk, call: Call) -> Answer:
    """Take some away."""
    ips: Any = call.fields().get("ips")
    if not isinstance(ips, list) or not 1 <= len(ips) <= _AT_ONCE:
        raise wrong(about_field("ips", f"Field must hold 1 to {_AT_ONCE} addresses"))
    customer = account(desk, call)
    held = desk.addresses.of(customer)
    if not set(map(str, ips)) <= set(held):
        raise wrong(about_field("ips", "Field must be a valid IP address", "10-40002"))
    _keep(desk, call, customer, [address for address in held if address not in ips])
    return done()


def _keep(desk: Desk, call: Call, customer: Customer, held: list[str]) -> None:
    edit(desk.store, "client", call.operation, customer, {"ip": json.dumps(held)}, called=call.name)
