"""What the calls of the Reseller API do to the customers: the eleven operations, and the check of a password."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING

from tui_reseller.sandbox import rules
from tui_reseller.sandbox.changes import add, edit, has_password, mark_deleted, set_password
from tui_reseller.sandbox.dialects import Refusal, no_such_customer
from tui_reseller.sandbox.listing import Query
from tui_reseller.sandbox.routes import AUTH, UNKNOWN, customer_of
from tui_reseller.sandbox.store import RECORD_FIELDS, Customer, Store

if TYPE_CHECKING:
    from tui_reseller.sandbox.dialects import Dialect
    from tui_reseller.sandbox.params import Params

API_USER, API_KEY = "reseller", "sandbox-key"

_SWITCHED = {
    "enable": ("active", "true"), "disable": ("active", "false"),
    "website_enable": ("website_access", "true"), "website_disable": ("website_access", "false"),
}  # fmt: skip
_OPTIONAL_AT_CREATE = ("address2", "company", "package", "whitelabel", "free_user", "billing_date", "mail_domain")
_BEHIND_ADDRESS = RECORD_FIELDS.index("address") + 1
_SIBLING_FIELDS = (*RECORD_FIELDS[:_BEHIND_ADDRESS], "address2", *RECORD_FIELDS[_BEHIND_ADDRESS:], "website_access")
"""Fields of a record in the sibling module, in the order that was recorded."""
_LARGEST_NUMBER = 2**62


class Refused(Exception):
    """A call is refused; nothing was changed."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(*refusal.texts)
        self.refusal = refusal


def check_credentials(params: Params) -> None:
    """Refuse a call of anybody but the sandbox's reseller."""
    user = hmac.compare_digest(params.get("api_user").encode("utf-8", "replace"), API_USER.encode())
    key = hmac.compare_digest(params.get("api_key").encode("utf-8", "replace"), API_KEY.encode())
    if not (user and key):
        raise Refused(Refusal(("Permission denied, wrong credentials",), 401))


class Service:
    """The operations as one dialect has them."""

    def __init__(self, store: Store, dialect: Dialect) -> None:
        self.store = store
        self.dialect = dialect

    def write(self, operation: str, module: str, params: Params) -> None:
        """Carry out a call that answers `success`, or raise `Refused`."""
        if operation == UNKNOWN:
            raise Refused(Refusal(("Unknown method or task",)))
        if operation == "create":
            self._create(module, params)
            return
        username = customer_of(operation, params)
        if username is None:
            raise Refused(Refusal(("Missing user parameter",)))
        if operation == AUTH:
            self._authenticate(username, params)
            return
        customer = self.store.find(username)
        if customer is None or customer.deleted:
            raise Refused(no_such_customer(self.dialect, module))
        if operation in _SWITCHED:
            edit(self.store, "client", operation, customer, dict([_SWITCHED[operation]]))
        elif operation == "delete":
            mark_deleted(self.store, "client", customer)
        elif operation == "set":
            self._set(module, customer, params)
        elif operation == "password":
            self._password(customer, params)
        elif operation == "rename":
            self._rename(customer, params)
        else:
            self._email(customer, params)

    def _create(self, module: str, params: Params) -> None:
        required = self.dialect.required_at_create(module)
        values = params.chosen((*dict.fromkeys((*required, *_OPTIONAL_AT_CREATE)),))
        password, confirmation = values.pop("password", ""), values.pop("confirm_password", "")
        sent = {**values, "password": password, "confirm_password": confirmation}
        texts = rules.required(required, sent)
        username, email = values.get("username", ""), values.get("email", "")
        texts += rules.lengths({name: value for name, value in values.items() if name not in {"username", "email"}})
        texts += rules.username(username) if username else []
        texts += rules.email(email) if email else []
        if password and confirmation:
            texts += rules.password(password, confirmation, self.dialect)
        texts += rules.billing(values.get("free_user", ""), values.get("billing_date", ""))
        ips, groups = params.all("ip"), params.all("ip_group")
        texts += rules.addresses(ips, groups)
        if username and self.store.find(username):
            texts.append("Username already exists")
        if texts:
            raise Refused(Refusal(tuple(texts)))
        if ips:
            values["ip"] = json.dumps(ips)
        if groups:
            values["ip_group"] = json.dumps(groups)
        values.update(active="true", website_access="true")  # as a new account of the real service is
        add(self.store, values, password)

    def _authenticate(self, username: str, params: Params) -> None:
        customer = self.store.find(username)
        if customer is None or customer.deleted or not has_password(customer, params.get("password")):
            raise Refused(Refusal(("Invalid username and/or password",)))

    def _set(self, module: str, customer: Customer, params: Params) -> None:
        """Change the details that were sent. An empty value clears its field: the documentation does not forbid it. The
        sibling module takes an e-mail address, too, as recorded.
        """
        values = params.chosen(rules.PROFILE_FIELDS)
        addressed = params.chosen(("email",)) if module == "customer" else {}
        texts = rules.lengths(values) if values or addressed else ["Missing profile parameter"]
        if addressed:
            texts += rules.email(addressed["email"], changed=True)
            values |= addressed
        if texts:
            raise Refused(Refusal(tuple(texts)))
        edit(self.store, "client", "set", customer, values)

    def _password(self, customer: Customer, params: Params) -> None:
        missing = [name for name in ("password", "confirm_password") if not params.get(name)]
        texts = [f"Missing {name} parameter" for name in missing]
        if not missing:
            texts = rules.password(params.get("password"), params.get("confirm_password"), self.dialect)
        if texts:
            raise Refused(Refusal(tuple(texts)))
        set_password(self.store, "client", customer, params.get("password"))

    def _rename(self, customer: Customer, params: Params) -> None:
        username = params.get("username")
        texts = rules.renamed_username(username) if username else ["Missing username parameter"]
        if username != customer.username and username and self.store.find(username):
            texts.append("Username already exists")
        if texts:
            raise Refused(Refusal(tuple(texts)))
        edit(self.store, "client", "rename", customer, {"username": username})

    def _email(self, customer: Customer, params: Params) -> None:
        email = params.get("email")
        texts = rules.email(email, changed=True) if email else ["Missing email parameter"]
        if texts:
            raise Refused(Refusal(tuple(texts)))
        edit(self.store, "client", "email", customer, {"email": email})

    def query(self, module: str, params: Params, stale_seconds: float | None) -> Query:
        """Read which customers a list call wants; unknown and empty filters are ignored."""
        fields = _SIBLING_FIELDS if module == "customer" else RECORD_FIELDS
        filters = {name: value for name, value in params.chosen(self.dialect.filters).items() if value}
        as_of = None if stale_seconds is None else self.store.clock.now() - stale_seconds
        if not self.dialect.has_ids:
            return Query(filters, as_of=as_of, fields=fields)
        return Query(
            filters,
            ident=params.get("id") or None,
            limit=_number("limit", params),
            offset=_number("offset", params) or 0,
            as_of=as_of,
            fields=("id", *fields),
        )


def _number(name: str, params: Params) -> int | None:
    value = params.get(name)
    if not value:
        return None
    if not (value.isascii() and value.isdigit()):
        raise Refused(Refusal((f"{name.capitalize()} must be a number",)))
    return min(int(value[:20]), _LARGEST_NUMBER)
