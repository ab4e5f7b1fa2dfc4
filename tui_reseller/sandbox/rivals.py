"""Somebody else who edits customers between two calls of a client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reseller.sandbox.changes import edit, mark_deleted, set_password
from tui_reseller.sandbox.store import SWITCHES, Store, UsernameHeld

if TYPE_CHECKING:
    from tui_reseller.sandbox.cells import Value
    from tui_reseller.sandbox.faults import Faults


class Rivals:
    """The rivals whom faults ask for."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self._store = store
        self._faults = faults

    def edit(self, operation: str, username: str | None) -> None:
        """Let every rival of an operation edit; by default the customer that the request is about."""
        for fault in self._faults.claim_all(operation, "rival"):
            meant = fault.params["username"] or username
            if meant:
                rival_edit(self._store, meant, fault.params["field"], fault.params["value"])

    def shift(self, page: list[int]) -> None:
        """Move the places of a list after one of its pages was read: the first one there goes, or one appears."""
        for fault in self._faults.claim_all("list", "shift"):
            first = self._store.find_by_id(page[0]) if page else None
            if fault.params["way"] == "appears":
                _appear(self._store)
            elif first is not None and not first.deleted:
                mark_deleted(self._store, "rival", first)


def _appear(store: Store) -> None:
    """Let somebody open a customer who stands in front of all others."""
    with store.transaction():
        values = {"active": "true", "website_access": "true", "email": "appeared@example.com"}
        ident = store.insert({**values, "username": "appeared"}, in_front=True)
        username = f"appeared-{ident}"
        store.change(ident, {"username": username})
        store.journal.write_log("rival", "create", username, {"username": [None, username]})


def rival_edit(store: Store, username: str, field: str, value: Value) -> None:
    """Let somebody else edit a customer. Nothing happens to one who is gone, or by a name that is taken."""
    customer = store.find(username)
    if customer is None or customer.deleted:
        return
    if field in SWITCHES and isinstance(value, bool):
        value = "true" if value else "false"
    if field == "deleted":
        mark_deleted(store, "rival", customer)
    elif field == "password":
        set_password(store, "rival", customer, str(value))
    else:
        try:
            edit(store, "rival", _rival_operation(field, value), customer, {field: value})
        except UsernameHeld:
            return


def _rival_operation(field: str, value: Value) -> str:
    if field == "active":
        return "disable" if value == "false" else "enable"
    if field == "website_access":
        return "website_disable" if value == "false" else "website_enable"
    return {"username": "rename", "email": "email"}.get(field, "set")
