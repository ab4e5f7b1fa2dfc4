"""How much a subuser may send: read, reset, added to (services 9.4)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tui_reseller.sandbox.cells import unpacked
from tui_reseller.sandbox.changes import edit
from tui_reseller.sandbox.v3.desk import answer
from tui_reseller.sandbox.v3.errors import Refused, about, unreadable

if TYPE_CHECKING:
    from tui_reseller.sandbox.answer import Answer
    from tui_reseller.sandbox.store import Customer
    from tui_reseller.sandbox.v3.call import Call
    from tui_reseller.sandbox.v3.desk import Desk

_TYPES = ("unlimited", "recurring", "nonrecurring")
_FREQUENCIES = ("monthly", "weekly", "daily")
_UNLIMITED: dict[str, Any] = {
    "type": "unlimited", "reset_frequency": None, "remain": None, "total": None, "used": None,
}  # fmt: skip


def credits_of(desk: Desk, customer: Customer) -> dict[str, Any]:
    """Return the credits of a customer: what was set, else what is invented, else without a limit."""
    said = customer.values["credits"]
    if said != "":
        found: dict[str, Any] = unpacked(said)
        return found
    if not desk.inventions.is_invented(customer.ident):
        return dict(_UNLIMITED)
    kind, total, used, frequency = desk.inventions.numbers(customer.ident, "credits", 100, 500, 100, 3)
    total = 1000 * (total + 1)
    if kind < 60:
        return dict(_UNLIMITED)
    if kind < 90:
        return _recurring(_FREQUENCIES[frequency], total, total * used // 100)
    return _nonrecurring(total - total * used // 100)


def _recurring(frequency: str, total: int, used: int) -> dict[str, Any]:
    return {
        "type": "recurring", "reset_frequency": frequency, "remain": total - used, "total": total, "used": used,
    }  # fmt: skip


def _nonrecurring(remain: int) -> dict[str, Any]:
    return {**_UNLIMITED, "type": "nonrecurring", "remain": remain}


def _customer(desk: Desk, call: Call) -> Customer:
    customer = desk.find(call, call.name)
    if customer is None:
        raise unreadable(None, "No user found")
    return customer


def read(desk: Desk, call: Call) -> Answer:
    """Tell the credits."""
    return answer(credits_of(desk, _customer(desk, call)))


def own(desk: Desk, call: Call) -> Answer:
    """Tell an account's own credits, in whole numbers: nothing stands for without a limit."""
    held = dict(_UNLIMITED) if call.acting is None else credits_of(desk, call.acting)
    first = datetime.fromtimestamp(desk.store.clock.now(), UTC).date().replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return answer(
        {
            "remain": held["remain"] or 0, "total": held["total"] or held["remain"] or 0, "overage": 0,
            "used": held["used"] or 0, "last_reset": first.isoformat(), "next_reset": following.isoformat(),
            "reset_frequency": held["reset_frequency"] or "monthly",
        }
    )  # fmt: skip


def reset(desk: Desk, call: Call) -> Answer:
    """Set kind and amount anew: once, or at every reset."""
    fields = call.fields()
    customer = _customer(desk, call)
    kind = fields.get("type")
    if kind not in _TYPES:
        raise unreadable("type", "Type should be set to 'recurring', 'nonrecurring', or 'unlimited'")
    errors = _wrong_fields(kind, fields)
    if errors:
        raise Refused(400, *errors)
    value = dict(_UNLIMITED)
    if kind == "recurring":
        value = _recurring(fields["reset_frequency"], fields["total"], 0)
    elif kind == "nonrecurring":
        value = _nonrecurring(fields["total"])
    return _keep(desk, call, customer, value)


def _wrong_fields(kind: str, fields: dict[str, Any]) -> list[dict[str, Any]]:
    total, errors = fields.get("total"), []
    if kind == "unlimited":
        errors += [about("total", "total is not for unlimited credits")] if "total" in fields else []
    elif not isinstance(total, int) or isinstance(total, bool) or total < 1:
        errors.append(about("total", "total must be a number of at least 1"))
    if kind == "recurring":
        if fields.get("reset_frequency") not in _FREQUENCIES:
            errors.append(about("reset_frequency", "reset_frequency must be monthly, weekly or daily"))
    elif "reset_frequency" in fields:
        errors.append(about("reset_frequency", "reset_frequency is for recurring credits only"))
    return errors


def add(desk: Desk, call: Call) -> Answer:
    """Add to what remains, or take from it; below nothing is refused."""
    fields = call.fields()
    customer = _customer(desk, call)
    number = fields.get("allocation_update")
    if not isinstance(number, int) or isinstance(number, bool):
        raise unreadable("allocation_update", "allocation_update must be a number")
    held = credits_of(desk, customer)
    if held["remain"] is None:
        raise unreadable(None, "unlimited credits cannot be changed by a number")
    remain = held["remain"] + number
    if remain < 0:
        raise unreadable("allocation_update", "there are not so many credits")
    held["remain"] = remain
    if held["total"] is not None:
        held["used"] = max(0, held["total"] - remain)
    return _keep(desk, call, customer, held)


def _keep(desk: Desk, call: Call, customer: Customer, value: dict[str, Any]) -> Answer:
    edit(desk.store, "client", call.operation, customer, {"credits": json.dumps(value)})
    return answer(value)
