"""The calls about sending addresses (services 9.4)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tui_reseller.sandbox.changes import edit
from tui_reseller.sandbox.v3.desk import answer
from tui_reseller.sandbox.v3.errors import Refused, unreadable
from tui_reseller.sandbox.v3.subusers import named

if TYPE_CHECKING:
    from tui_reseller.sandbox.answer import Answer
    from tui_reseller.sandbox.v3.call import Call
    from tui_reseller.sandbox.v3.desk import Desk

_DEFAULT_PAGE = 10
_ADDED_AT = 1_482_883_200  # of the documentation's example
_WORDS = {"us": "global", "eu": "eu"}
"""These calls say `us` for what the others call `global`."""


def ips(desk: Desk, call: Call) -> Answer:
    """List the account's addresses outside the EU with all who send from them; of one subuser, also those inside."""
    limit, offset = call.number("limit", _DEFAULT_PAGE, 1), call.number("offset", 0)
    found = list(desk.addresses.owned["global"])
    if call.get("subuser"):
        customer = desk.find(call, call.get("subuser") or "")
        found = [] if customer is None else desk.addresses.of(customer)
    if call.get("ip"):
        found = [address for address in found if address == call.get("ip")]
    if call.choice("sort_by_direction", "asc", ("asc", "desc")) == "desc":
        found.reverse()
    found = found[offset : offset + min(limit, desk.terms.max_page)]
    sharing = desk.addresses.shared_by(found, call.as_of)
    return answer([_record(address, sharing[address]) for address in found])


def _record(address: str, usernames: list[str]) -> dict[str, Any]:
    return {
        "ip": address, "subusers": usernames, "rdns": f"o{address.rpartition('.')[2]}.mail.reseller.example",
        "pools": [], "warmup": False, "start_date": None, "whitelabeled": True, "assigned_at": _ADDED_AT,
    }  # fmt: skip


def send_ips(desk: Desk, call: Call) -> Answer:
    """List the addresses of a region, or of all, by the newer call; pages go on after the last address."""
    region = call.choice("region", "all", ("all", *_WORDS))
    tells_region = call.choice("include_region", "false", ("true", "false")) == "true"
    limit = min(call.number("limit", _DEFAULT_PAGE, 1), desk.terms.max_page)
    rows = [
        (address, word)
        for word, name in _WORDS.items()
        if region in {"all", word}
        for address in desk.addresses.owned[name]
    ]
    after = call.get("after_key")
    if after:
        if not after.isdigit():
            raise unreadable("after_key", "must be a numeric value")
        rows = rows[int(after) :]
    start = int(after or 0)
    told = [_newer_record(address, word if tells_region else None) for address, word in rows[:limit]]
    following = str(start + limit) if len(rows) > limit else None
    return answer({"result": told, "_metadata": {"next_params": {"after_key": following, "before_key": None}}})


def _newer_record(address: str, region: str | None) -> dict[str, Any]:
    record = {
        "ip": address, "pools": [], "is_auto_warmup": False, "is_parent_assigned": True, "updated_at": None,
        "is_enabled": None, "is_leased": True, "added_at": _ADDED_AT,
    }  # fmt: skip
    return record if region is None else {**record, "region": region}


def assign(desk: Desk, call: Call) -> Answer:
    """Give a subuser exactly these addresses; none of them takes all away."""
    if not isinstance(call.body, list):
        raise unreadable(None, "the body must be an array of addresses")
    customer = named(desk, call)
    if not all(isinstance(value, str) and value in desk.addresses.all for value in call.body):
        raise Refused(400, {"message": "unable to validate IPs at this time"})
    edit(desk.store, "client", call.operation, customer, {"ip": json.dumps(call.body)})
    return answer({"ips": call.body})
