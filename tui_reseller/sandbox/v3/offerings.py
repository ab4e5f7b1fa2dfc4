"""What an account has booked: one package, any number of add-ons, and what follows from a change (services 9.6)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tui_reseller.sandbox.cells import unpacked
from tui_reseller.sandbox.changes import edit
from tui_reseller.sandbox.v3.desk import answer
from tui_reseller.sandbox.v3.partner import about_field, account, wrong

if TYPE_CHECKING:
    from tui_reseller.sandbox.answer import Answer
    from tui_reseller.sandbox.store import Customer
    from tui_reseller.sandbox.v3.call import Call
    from tui_reseller.sandbox.v3.desk import Desk

_ENTITLEMENTS = ("email_sends_max_monthly", "ip_count", "teammates_max_total", "users_max_total")
_PACKAGES = {
    "org.ei.free.v1": (10_000, 0, 0, 0),
    "org.ei.essentials.v1": (100_000, 0, 1, 0),
    "org.ei.pro.v1": (1_500_000, 1, 1000, 15),
    "org.ei.premier.v1": (5_000_000, 3, 1000, 100),
}
_ADD_ONS = {
    "org.ei.dedicated_ip.v1": (0, 1, 0, 0),
    "org.ei.marketing.v1": (0, 0, 0, 0),
    "org.ei.expert_services.v1": (0, 0, 0, 0),
}
_NAMED_IN_V2 = dict(zip(("free", "bronze", "silver", "gold"), _PACKAGES, strict=True))
"""The packages of v2 are the same ones under other names."""


def _offering(name: str, quantity: int = 1) -> dict[str, Any]:
    return {"name": name, "type": "package" if name in _PACKAGES else "addon", "quantity": quantity}


def catalogue(_desk: Desk, _call: Call) -> Answer:
    """Tell what can be booked."""
    rows = [
        {"offering": _offering(name), "entitlements": dict(zip(_ENTITLEMENTS, numbers, strict=True))}
        for name, numbers in (_PACKAGES | _ADD_ONS).items()
    ]
    return answer({"catalog": rows})


def offerings_of(customer: Customer) -> list[dict[str, Any]]:
    """Return what an account has booked."""
    said = customer.values["offerings"]
    if said != "":
        found: list[dict[str, Any]] = unpacked(said)
        return found
    return [_offering(_NAMED_IN_V2.get(str(customer.values["package"]), "org.ei.free.v1"))]


def column_values(offerings: list[dict[str, Any]]) -> dict[str, str]:
    """Return how offerings are stored: as they are, and the package by its name in v2."""
    package = next(each["name"] for each in offerings if each["type"] == "package")
    named = next(old for old, new in _NAMED_IN_V2.items() if new == package)
    return {"offerings": json.dumps(offerings), "package": named}


def chosen(value: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Read a list of offerings: one package, once, and add-ons; return them, or what is wrong with them."""
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        return [], [about_field("offerings", "Field must be a list of offerings")]
    found, errors = [], []
    for each in value:
        name, kind, quantity = each.get("name"), each.get("type"), each.get("quantity", 1)
        known = _PACKAGES if kind == "package" else _ADD_ONS if kind == "addon" else {}
        if name not in known:
            errors.append(about_field("offerings", "Offering is not in the catalogue"))
        elif isinstance(quantity, bool) or not isinstance(quantity, int) or quantity < 1:
            errors.append(about_field("offerings", "Quantity must be a number of at least 1"))
        elif kind == "package" and quantity != 1:
            errors.append(about_field("offerings", "Quantity of a package must be 1"))
        else:
            found.append(_offering(name, quantity))
    if not errors and sum(each["type"] == "package" for each in found) != 1:
        errors.append(about_field("offerings", "There must be exactly one package"))
    return found, errors


def read(desk: Desk, call: Call) -> Answer:
    """Tell what is booked."""
    return answer({"offerings": offerings_of(account(desk, call))})


def change(desk: Desk, call: Call) -> Answer:
    """Book exactly this and nothing else. Addresses beyond what it allows are taken away, the newest first."""
    found, errors = chosen(call.fields().get("offerings"))
    if errors:
        raise wrong(*errors)
    customer = account(desk, call, unknown=400)
    allowed = sum((_PACKAGES | _ADD_ONS)[each["name"]][1] * each["quantity"] for each in found)
    held = desk.addresses.of(customer)
    values = column_values(found)
    if len(held) > allowed:
        values["ip"] = json.dumps(held[:allowed])
    edit(desk.store, "client", call.operation, customer, values, called=call.name)
    return answer({"offerings": found})
