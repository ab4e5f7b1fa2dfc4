"""What is told of one customer at a time, by a call for each group: names and address, credits, sending addresses."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from tui_reseller.api.json_codec import whole_number
from tui_reseller.api.lists.records import as_text
from tui_reseller.api.request import Request
from tui_reseller.api.subusers_v3.requests import (
    addresses_request,
    credits_request,
    profile_request,
)
from tui_reseller.domain.errors import NotAskedFor, UnusableAnswer
from tui_reseller.domain.provider import DETAILS_READ
from tui_reseller.domain.providers.subusers_v3 import CREDITS_READ, DETAILS, IPS_READ, SUBUSERS_V3
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import clean
from tui_reseller.domain.value import Value
from tui_reseller.domain.whole import in_order

Told = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Group:
    """How a group of details is read: by a request for a customer, at the host of the customer's region or at the
    global one; and what its answer tells, or UnusableAnswer. Paged are addresses, of which there may be many.
    """

    request: Callable[[str, Secret], Request]
    told: Callable[[object, str], Told]
    scope: str
    on_behalf: bool = False
    is_paged: bool = False


def profile_in(tree: object, _username: str) -> Told:
    """Return names and address. What the service leaves out is empty."""
    if not isinstance(tree, dict):
        raise UnusableAnswer("the reply is not the customer's details")
    values = {name: None if tree.get(name) is None else as_text(tree[name]) for name in DETAILS}
    return with_moment(DETAILS_READ, {name: value or "" for name, value in values.items()})


def credits_in(tree: object, _username: str = "") -> Told:
    """Return credits. Where there is no limit there are no numbers, and where nothing recurs no reset."""
    kind = tree.get("type") if isinstance(tree, dict) else None
    if not isinstance(tree, dict) or not isinstance(kind, str) or not kind:
        raise UnusableAnswer("the reply does not tell the customer's credits")
    reset = tree.get("reset_frequency")
    return with_moment(
        CREDITS_READ,
        {
            "credits_type": clean(kind, longest=40),
            "credits_reset": clean(reset, longest=40) if isinstance(reset, str) else "",
            **{f"credits_{name}": _number(tree.get(name)) for name in ("total", "remain", "used")},
        },
    )


def _number(value: object) -> int | None:
    found = whole_number(value)
    if value is not None and found is None:
        raise UnusableAnswer("the reply has credits that are no whole number")
    return found


def addresses_in(tree: object, username: str) -> Told:
    """Return the addresses from which a customer sends. Each says itself whose it is: a list that was not asked for
    must not be taken for the customer's.
    """
    if not isinstance(tree, list):
        raise UnusableAnswer("the reply is not the list of the customer's addresses")
    found: list[str] = []
    for one in tree:
        address, users = (one.get("ip"), one.get("subusers")) if isinstance(one, dict) else (None, None)
        if not isinstance(address, str) or not isinstance(users, list):
            raise UnusableAnswer("the reply has an address that does not say who sends from it")
        found += [clean(address, longest=40)] if username in users else []
    return addresses_of(found)


def addresses_of(addresses: list[str]) -> Told:
    """Return addresses as our field has them."""
    return with_moment(IPS_READ, {"ips": in_order(SUBUSERS_V3.by_name["ips"], ",".join(addresses))})


def with_moment(moment: str, told: Told) -> Told:
    """Return what was told with the moment at which it was: now."""
    return {**told, moment: datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")}


GROUPS = {
    DETAILS_READ: Group(profile_request, profile_in, "user.profile.read", on_behalf=True),
    IPS_READ: Group(addresses_request, addresses_in, "ips.read", is_paged=True),
    CREDITS_READ: Group(credits_request, credits_in, "subusers.credits.read"),
}
"""By the column that says when a group was read."""


async def told_of(moments: Iterable[str], read: Callable[[Group], Awaitable[Told]]) -> Told:
    """Return what is told of the groups with these columns, as far as each can be asked for with the username. Raises
    what reading raises; NotAskedFor where none can.
    """
    told: dict[str, Value] = {}
    refused: NotAskedFor | None = None
    for moment in moments:
        try:
            told |= await read(GROUPS[moment])
        except NotAskedFor as error:
            refused = error
    if refused is not None and not told:
        raise refused
    return told
