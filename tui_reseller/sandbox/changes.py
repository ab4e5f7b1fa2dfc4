"""Changes to customers, each written down in the same transaction: the one way in which any of the APIs changes one."""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import TYPE_CHECKING, Any

from tui_reseller.sandbox.store import SWITCHES, Customer, Store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui_reseller.sandbox.cells import Value

_SALT_BYTES = 16
INVENTED_PASSWORD = "demo-password"  # noqa: S105 - whoever tries the demo can change it (README)


def hash_password(password: str, salt: bytes | None = None) -> bytes:
    """Hash a password, cheaply: so that it is not stored in plain text, and fast enough for a test."""
    salt = os.urandom(_SALT_BYTES) if salt is None else salt
    return salt + hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, n=256, r=4, p=1)


def switch_value(field: str, value: Value) -> Value:
    """Return a value as the control endpoints show it: the two switches as booleans where they are plain."""
    return value == "true" if field in SWITCHES and value in {"true", "false"} else value


def has_password(customer: Customer, password: str) -> bool:
    """Say whether this is a customer's password. One that was invented has INVENTED_PASSWORD until it is changed."""
    known = customer.password_hash
    if known is None:
        return password == INVENTED_PASSWORD
    return hmac.compare_digest(known, hash_password(password, known[:_SALT_BYTES]))


def add(store: Store, values: Mapping[str, Value], password: str | None) -> int:
    """Add a customer for a client, log it in the same transaction, and return its number."""
    changes: dict[str, Any] = {field: [None, switch_value(field, value)] for field, value in values.items()}
    if password is not None:
        changes |= {"password": "set"}
    with store.transaction():
        ident = store.insert(values, None if password is None else hash_password(password))
        store.journal.write_log("client", "create", str(values["username"]), changes)
    return ident


def edit(
    store: Store, by: str, operation: str, customer: Customer, values: Mapping[str, Value], called: str | None = None
) -> None:
    """Change a customer and log it in one transaction, under the username that it had, or as the client called it."""
    changed = {field: value for field, value in values.items() if customer.values.get(field) != value}
    changes = {
        field: [switch_value(field, customer.values.get(field)), switch_value(field, value)]
        for field, value in changed.items()
    }
    with store.transaction():
        store.change(customer.ident, changed)
        store.journal.write_log(by, operation, called or customer.username, changes)


def set_password(store: Store, by: str, customer: Customer, password: str, called: str | None = None) -> None:
    """Give a customer a new password."""
    with store.transaction():
        store.change(customer.ident, {}, password_hash=hash_password(password))
        store.journal.write_log(by, "password", called or customer.username, {"password": "set"})


def mark_deleted(store: Store, by: str, customer: Customer, called: str | None = None) -> None:
    """Delete a customer; the tombstone keeps the username."""
    with store.transaction():
        store.change(customer.ident, {}, deleted=True)
        store.journal.write_log(by, "delete", called or customer.username, {"deleted": [False, True]})


def note(store: Store, by: str, operation: str, called: str) -> None:
    """Log what was done for a customer without changing anything."""
    store.journal.write_log(by, operation, called, {})
