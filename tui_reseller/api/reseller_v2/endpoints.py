"""Where each of the eleven operations is sent, and what it takes, as a request (reseller-v2 3 and 5)."""

from collections.abc import Iterator
from dataclasses import dataclass

from tui_reseller.api.request import FormBody, Request
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.secret import Secret

ARRAYS = ("ip", "ip_group")
"""Fields whose value may hold several, separated by commas; each goes out as one NAME[]."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an operation is sent. Target names the parameter that carries the username of the call; what else it takes
    stands in the service's table.
    """

    action: str
    fixed: tuple[tuple[str, str], ...] = ()
    target: str = "user"


_PROFILE = ("method", "profile")
ENDPOINTS = {
    Operation.LIST: Endpoint("reseller.manage", (_PROFILE, ("task", "get")), target="username"),
    Operation.CREATE: Endpoint("reseller.add", target="username"),
    Operation.DELETE: Endpoint("reseller.delete"),
    Operation.ENABLE: Endpoint("reseller.manage", (("method", "enable"),)),
    Operation.DISABLE: Endpoint("reseller.manage", (("method", "disable"),)),
    Operation.WEBSITE_ENABLE: Endpoint("reseller.manage", (("method", "website_enable"),)),
    Operation.WEBSITE_DISABLE: Endpoint("reseller.manage", (("method", "website_disable"),)),
    Operation.SET: Endpoint("reseller.manage", (_PROFILE, ("task", "set"))),
    Operation.PASSWORD: Endpoint("reseller.manage", (("method", "password"),)),
    Operation.RENAME: Endpoint("reseller.manage", (_PROFILE, ("task", "setUsername"))),
    Operation.EMAIL: Endpoint("reseller.manage", (_PROFILE, ("task", "setEmail"))),
}


def request_for(call: Call, profile: Profile, key: Secret) -> Request:
    """Return the request of one call.

    Raises ValueError if the call does not fit the table, which is a mistake of our own: a field the operation does
    not take, or a password missing or out of place.
    """
    endpoint, action = ENDPOINTS[call.operation], RESELLER_V2.action(call.operation)
    foreign = sorted(call.fields.keys() - set(action.takes))
    if foreign:
        raise ValueError(f"{call.operation.value} takes no {', '.join(foreign)}")
    if action.needs_password != (call.password is not None):
        raise ValueError(f"{call.operation.value} {'needs a' if action.needs_password else 'takes no'} password")
    pairs: list[tuple[str, str | Secret]] = [("api_user", profile.api_user), ("api_key", key), *endpoint.fixed]
    if call.username or call.operation is not Operation.LIST:
        pairs.append((endpoint.target, call.username))
    if call.password is not None:
        pairs += [("password", call.password), ("confirm_password", call.password)]
    return Request("POST", f"{endpoint.action}.{profile.format.value}", body=FormBody([*pairs, *_fields(call)]))


def _fields(call: Call) -> Iterator[tuple[str, str]]:
    for name, value in call.fields.items():
        if name in ARRAYS:
            yield from ((f"{name}[]", part.strip()) for part in value.split(",") if part.strip())
        else:
            yield name, value
