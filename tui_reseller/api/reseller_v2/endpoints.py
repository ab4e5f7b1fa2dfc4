"""The closed table of the eleven operations: where each is sent, and what it takes (reseller-v2 3 and 5)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tui_reseller.api.wire import Form
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.secret import Secret

ARRAYS = ("ip", "ip_group")
"""Fields whose value may hold several, separated by commas; each goes out as one NAME[]."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row of the table. Target names the parameter that carries the username of the call."""

    action: str
    fixed: tuple[tuple[str, str], ...] = ()
    target: str = "user"
    allowed: frozenset[str] = frozenset()
    takes_password: bool = False


_PROFILE = ("method", "profile")
ENDPOINTS = {
    Operation.LIST: Endpoint("reseller.manage", (_PROFILE, ("task", "get")), target="username"),
    Operation.CREATE: Endpoint(
        "reseller.add",
        target="username",
        allowed=frozenset(RESELLER_V2.action(Operation.CREATE).takes),
        takes_password=True,
    ),
    Operation.DELETE: Endpoint("reseller.delete"),
    Operation.ENABLE: Endpoint("reseller.manage", (("method", "enable"),)),
    Operation.DISABLE: Endpoint("reseller.manage", (("method", "disable"),)),
    Operation.WEBSITE_ENABLE: Endpoint("reseller.manage", (("method", "website_enable"),)),
    Operation.WEBSITE_DISABLE: Endpoint("reseller.manage", (("method", "website_disable"),)),
    Operation.SET: Endpoint(
        "reseller.manage", (_PROFILE, ("task", "set")), allowed=frozenset(RESELLER_V2.action(Operation.SET).takes)
    ),
    Operation.PASSWORD: Endpoint("reseller.manage", (("method", "password"),), takes_password=True),
    Operation.RENAME: Endpoint("reseller.manage", (_PROFILE, ("task", "setUsername")), allowed=frozenset({"username"})),
    Operation.EMAIL: Endpoint("reseller.manage", (_PROFILE, ("task", "setEmail")), allowed=frozenset({"email"})),
}


def form_for(call: Call, api_user: str, key: Secret, *, unsaid: Sequence[Secret] = ()) -> Form:
    """Return the parameters of one call. Unsaid is as in Form.

    Raises ValueError if the call does not fit the table, which is a mistake of our own: a field the operation does
    not take, or a password missing or out of place.
    """
    endpoint = ENDPOINTS[call.operation]
    foreign = sorted(set(call.fields) - endpoint.allowed)
    if foreign:
        raise ValueError(f"{call.operation.value} takes no {', '.join(foreign)}")
    if endpoint.takes_password != (call.password is not None):
        raise ValueError(f"{call.operation.value} {'needs a' if endpoint.takes_password else 'takes no'} password")
    pairs: list[tuple[str, str | Secret]] = [("api_user", api_user), ("api_key", key), *endpoint.fixed]
    if call.username or call.operation is not Operation.LIST:
        pairs.append((endpoint.target, call.username))
    if call.password is not None:
        pairs += [("password", call.password), ("confirm_password", call.password)]
    return Form([*pairs, *_fields(call)], unsaid=unsaid)


def _fields(call: Call) -> Iterator[tuple[str, str]]:
    for name, value in call.fields.items():
        if name in ARRAYS:
            yield from ((f"{name}[]", part.strip()) for part in value.split(",") if part.strip())
        else:
            yield name, value
