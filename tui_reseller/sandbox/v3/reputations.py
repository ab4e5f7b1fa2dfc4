"""Reputations of subusers, and what an account says of itself (services 9.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reseller.sandbox.v3.desk import answer
from tui_reseller.sandbox.v3.errors import unreadable

if TYPE_CHECKING:
    from tui_reseller.sandbox.answer import Answer
    from tui_reseller.sandbox.v3.call import Call
    from tui_reseller.sandbox.v3.desk import Desk

_AT_ONCE = 10


def reputations(desk: Desk, call: Call) -> Answer:
    """Tell the reputations of up to ten subusers by name; names that nobody has are left out."""
    names = call.all("usernames")
    if not 1 <= len(names) <= _AT_ONCE:
        raise unreadable("usernames", f"usernames must be given, at most {_AT_ONCE} times")
    found = [customer for name in names if (customer := desk.find(call, name)) is not None]
    today = desk.sending.today().toordinal()
    return answer(
        [
            {"username": customer.values["username"], "reputation": desk.inventions.reputation(customer, today)}
            for customer in found
        ]
    )


def account(desk: Desk, call: Call) -> Answer:
    """Tell whether an account is paid for, and its reputation."""
    if call.acting is None:
        return answer({"type": "paid", "reputation": 99.5})
    kind = "free" if call.acting.values["package"] in {"", "free"} else "paid"
    return answer(
        {"type": kind, "reputation": desk.inventions.reputation(call.acting, desk.sending.today().toordinal())}
    )
