"""What each operation is at Subusers v3, as a request (services 9.2, 9.3)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tui_reseller.api.request import JsonBody, Request
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.provider import KEY
from tui_reseller.domain.providers.subusers_v3 import SUBUSERS_V3
from tui_reseller.domain.secret import Secret

ONE = "subusers/{subuser}"
CREATED = (200, 201)
DONE = (204,)
MOST_ADDRESSES = 500
"""Addresses of an answer: the most that the service gives."""
ANSWERED = (200,)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an operation is sent. Body makes what is sent of a call; on behalf are calls that we make for the customer.
    Echo is the member of the answer that must be as it was wanted: only then it is a success.
    """

    method: str
    path: str
    body: Callable[[Call], object] | None = None
    success: tuple[int, ...] = DONE
    on_behalf: bool = False
    echo: str = ""


def _on(_call: Call) -> object:
    """The member is always sent: without it the body would be empty, which the service refuses."""
    return {"disabled": False}


def _off(_call: Call) -> object:
    return {"disabled": True}


def _created(call: Call) -> Mapping[str, object]:
    ips = [part.strip() for part in call.fields.get("ips", "").split(",") if part.strip()]
    region = {"region": call.fields["region"]} if call.fields.get("region") else {}
    return {KEY: call.username, "email": call.fields.get("email", ""), "password": call.password, "ips": ips, **region}


def _credits(call: Call) -> Mapping[str, object]:
    fields = call.fields
    total = fields.get("credits_total") or fields.get("credits_remain")
    reset = {"reset_frequency": fields["credits_reset"]} if fields.get("credits_reset") else {}
    return {"type": fields["credits_type"], **({"total": int(total)} if total else {}), **reset}


def _added(call: Call) -> Mapping[str, object]:
    return {"allocation_update": int(call.fields["credits_change"])}


def _addresses(call: Call) -> list[str]:
    """The service takes a bare array."""
    return call.fields["ips"].split(",")


def _passwords(call: Call) -> Mapping[str, object]:
    return {"new_password": call.password, "old_password": call.old_password}


def _fields(call: Call) -> Mapping[str, object]:
    return dict(call.fields)


ENDPOINTS = {
    Operation.CREATE: Endpoint("POST", "subusers", _created, CREATED, echo=KEY),
    Operation.DELETE: Endpoint("DELETE", ONE),
    Operation.ENABLE: Endpoint("PATCH", ONE, _on),
    Operation.DISABLE: Endpoint("PATCH", ONE, _off),
    Operation.WEBSITE_ENABLE: Endpoint("PATCH", f"{ONE}/website_access", _on),
    Operation.WEBSITE_DISABLE: Endpoint("PATCH", f"{ONE}/website_access", _off),
    Operation.SET: Endpoint("PATCH", "user/profile", _fields, ANSWERED, on_behalf=True),
    Operation.EMAIL: Endpoint("PUT", "user/email", _fields, ANSWERED, on_behalf=True, echo="email"),
    Operation.RENAME: Endpoint("PUT", "user/username", _fields, ANSWERED, on_behalf=True, echo=KEY),
    Operation.PASSWORD: Endpoint("PUT", "user/password", _passwords, ANSWERED, on_behalf=True),
    Operation.CREDITS_SET: Endpoint("PUT", f"{ONE}/credits", _credits, ANSWERED),
    Operation.CREDITS_ADD: Endpoint("PATCH", f"{ONE}/credits/remaining", _added, ANSWERED),
    Operation.IPS_SET: Endpoint("PUT", f"{ONE}/ips", _addresses, ANSWERED),
}


def write_request(call: Call, key: Secret) -> Request:
    """Return the request of one write. Raises ValueError if the call does not fit the table, which is a mistake of our
    own.
    """
    endpoint, action = ENDPOINTS[call.operation], SUBUSERS_V3.action(call.operation)
    foreign = sorted(call.fields.keys() - set(action.takes))
    if foreign:
        raise ValueError(f"{call.operation.value} takes no {', '.join(foreign)}")
    if action.needs_password != (call.password is not None):
        raise ValueError(f"{call.operation.value} {'needs a' if action.needs_password else 'takes no'} password")
    if bool(action.why_old_password) != (call.old_password is not None):
        raise ValueError(f"{call.operation.value} {'needs' if action.why_old_password else 'takes no'} old password")
    return Request(
        endpoint.method,
        endpoint.path,
        {"subuser": call.username} if endpoint.path.startswith(ONE) else {},
        body=JsonBody(endpoint.body(call)) if endpoint.body else None,
        bearer=key,
        on_behalf_of=call.username if endpoint.on_behalf else "",
    )


def wanted_echo(call: Call) -> str:
    """Return what the answer must repeat: the key of a new or renamed customer, or the new address."""
    endpoint = ENDPOINTS[call.operation]
    return call.fields.get(endpoint.echo, call.username) if endpoint.echo else ""


def page_request(offset: int, limit: int, key: Secret, username: str = "") -> Request:
    """Return the request of a page of the list, of all customers or of those whose names begin so."""
    query = [("limit", str(limit)), ("offset", str(offset)), ("include_region", "true")]
    return Request("GET", "subusers", query=[*query, *([("username", username)] if username else [])], bearer=key)


def one_request(username: str, key: Secret) -> Request:
    """Return the request of one customer by the exact name."""
    return Request("GET", ONE, {"subuser": username}, bearer=key)


def our_addresses_request(key: Secret) -> Request:
    """Return the request of our sending addresses outside the EU, with who sends from each."""
    return Request("GET", "ips", query=[("limit", str(MOST_ADDRESSES))], bearer=key)


def eu_addresses_request(key: Secret) -> Request:
    """Return the request of our sending addresses of the EU."""
    return Request("GET", "send_ips/ips", query=[("region", "eu"), ("limit", str(MOST_ADDRESSES))], bearer=key)


def addresses_request(username: str, key: Secret) -> Request:
    """Return the request of the addresses that a customer sends from."""
    return Request("GET", "ips", query=[("subuser", username), ("limit", str(MOST_ADDRESSES))], bearer=key)


def credits_request(username: str, key: Secret) -> Request:
    """Return the request of a customer's credits."""
    return Request("GET", f"{ONE}/credits", {"subuser": username}, bearer=key)


def profile_request(username: str, key: Secret) -> Request:
    """Return the request of a customer's details."""
    return Request("GET", "user/profile", bearer=key, on_behalf_of=username)
