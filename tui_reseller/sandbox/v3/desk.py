"""What every call works with: the customers, what is invented about them, and the reseller's own account."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui_reseller.sandbox.account_ids import account_id, ident_of
from tui_reseller.sandbox.answer import Answer
from tui_reseller.sandbox.operations import API_USER

if TYPE_CHECKING:
    from tui_reseller.sandbox.store import Customer, Store
    from tui_reseller.sandbox.v3.addresses import Addresses
    from tui_reseller.sandbox.v3.call import Call
    from tui_reseller.sandbox.v3.invention import Inventions
    from tui_reseller.sandbox.v3.places import Places
    from tui_reseller.sandbox.v3.sending import Sending
    from tui_reseller.sandbox.v3.terms import Terms

API_KEY = "SG.sandbox.key-for-trying-out"
PARENT = {"username": API_USER, "user_id": 1000}
PARENT_EMAIL = "reseller@example.com"
PARENT_PROFILE = {
    "address": "1 Relay Road", "city": "Denver", "company": "Reseller Inc.", "country": "US", "first_name": "Rae",
    "last_name": "Seller", "phone": "555-0100", "state": "CO", "website": "reseller.example", "zip": "80202",
}  # fmt: skip


@dataclass
class Desk:
    """The sandbox's side of the counter."""

    store: Store
    terms: Terms
    inventions: Inventions
    addresses: Addresses
    places: Places
    sending: Sending

    def find(self, call: Call, username: str) -> Customer | None:
        """Return the customer of exactly this name who is there, as of the time of the call's answer."""
        customer = self.store.find(username, call.as_of)
        return None if customer is None or customer.deleted else customer

    def account_id(self, ident: int) -> str:
        """Return the account id of a customer."""
        return account_id(self.inventions.seed, ident)

    def username_of(self, called: str | None) -> str | None:
        """Return the username of whom a call means, by username or by account id."""
        ident = None if called is None else self.ident_of(called)
        customer = None if ident is None else self.store.find_by_id(ident)
        return called if customer is None else customer.username

    def ident_of(self, account: str) -> int | None:
        """Return the number of the customer with an account id, if it can be one."""
        return ident_of(self.inventions.seed, account)

    def account(self, call: Call, account: str) -> Customer | None:
        """Return the customer with an account id who is there, as of the time of the call's answer."""
        ident = self.ident_of(account)
        customer = None if ident is None else self.store.find_by_id(ident, call.as_of)
        return None if customer is None or customer.deleted else customer


def answer(value: Any, status: int = 200) -> Answer:
    """Answer with JSON: UTF-8 as it is, unless it holds what UTF-8 cannot."""
    try:
        body = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        body = json.dumps(value, separators=(",", ":")).encode("ascii")
    return Answer(status, "application/json", body)


def done() -> Answer:
    """Answer that it is done, with nothing more to say."""
    return Answer(204, "")
