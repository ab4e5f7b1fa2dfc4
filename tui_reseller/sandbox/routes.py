"""From `module.action.format` and the parameters to one operation.

`reseller.manage` chooses by `method` and `task`, whose values are case-sensitive; the sibling module `customer.*` has
an action for each; the deprecated first version (`/api/distributor.*`) is `reseller` under another name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_reseller.sandbox.params import Params

OPERATIONS = (
    "list", "create", "delete", "enable", "disable", "website_enable", "website_disable", "set", "password", "rename",
    "email",
)  # fmt: skip
V3_OPERATIONS = (
    "find", "scopes", "identity", "profile", "read_email", "account", "reputations", "ips", "send_ips", "ips_set",
    "credits", "own_credits", "credits_set", "credits_add", "offerings", "offerings_set", "state", "sign_in", "ips_add",
    "ips_remove", "catalogue", "stats", "stats_sums", "stats_monthly",
)  # fmt: skip
"""What v3 has besides."""
AUTH, UNKNOWN = "auth", "unknown"

FORMATS = ("json", "xml")
_PREFIXES = {"/apiv2/": {"reseller": "reseller", "customer": "customer"}, "/api/": {"distributor": "reseller"}}
_TASKS = {"get": "list", "set": "set", "setUsername": "rename", "setEmail": "email"}
_METHODS = {
    "enable": "enable", "disable": "disable", "website_enable": "website_enable", "website_disable": "website_disable",
    "password": "password", "auth": AUTH,
}  # fmt: skip


@dataclass(frozen=True)
class Address:
    """What a path names. A module of None does not exist; the format still says how to answer that."""

    module: str | None
    action: str
    wire_format: str


def read_path(path: str) -> Address:
    """Take `/apiv2/module.action.format` apart."""
    for prefix, modules in _PREFIXES.items():
        if path.startswith(prefix):
            parts = path.removeprefix(prefix).split(".")
            wire_format = parts[-1] if parts[-1] in FORMATS else "json"
            if len(parts) != 3 or parts[-1] not in FORMATS:
                return Address(None, "", wire_format)
            module = modules.get(parts[0])
            known = module is not None and parts[1] in _actions(module)
            return Address(module if known else None, parts[1], wire_format)
    return Address(None, "", "json")


def _actions(module: str) -> tuple[str, ...]:
    if module == "reseller":
        return ("add", "delete", "manage")
    return ("add", "delete", "profile", *_METHODS)


def operation_of(address: Address, params: Params) -> str:
    """Name the operation, or `unknown` for a method or a task that does not exist."""
    if address.module is None:
        return UNKNOWN
    if address.action == "add":
        return "create"
    if address.action == "delete":
        return "delete"
    method = params.get("method") if address.action == "manage" else address.action
    if method == "profile":
        return _TASKS.get(params.get("task"), UNKNOWN)
    return _METHODS.get(method, UNKNOWN)


def customer_of(operation: str, params: Params) -> str | None:
    """Return the username that a call is about; of a list, its username filter."""
    if operation in {"create", "list"}:
        return params.get("username") or None
    if operation in {"enable", "disable"}:  # one of the documentation's tables calls the parameter `username` there
        return params.get("user") or params.get("username") or None
    return params.get("user") or None
