"""The counter of v3: who calls, what they may, on whose behalf; then the one who answers."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from tui_reseller.sandbox.routes import UNKNOWN
from tui_reseller.sandbox.v3.call import Call, read_call
from tui_reseller.sandbox.v3.desk import API_KEY, Desk, answer
from tui_reseller.sandbox.v3.errors import Refused, about, bad_key, forbidden, no_key, not_found, too_many
from tui_reseller.sandbox.v3.invention import Inventions
from tui_reseller.sandbox.v3.routes import Route, match

if TYPE_CHECKING:
    from tui_reseller.sandbox.answer import Answer
    from tui_reseller.sandbox.faults import Fault, Faults
    from tui_reseller.sandbox.rivals import Rivals
    from tui_reseller.sandbox.store import Store
    from tui_reseller.sandbox.wire import Exchange


class V3:
    """The calls below `/v3`."""

    def __init__(self, store: Store, faults: Faults, rivals: Rivals) -> None:
        self._faults = faults
        self._rivals = rivals
        self._desk = Desk(store, Inventions(store))

    async def read(self, exchange: Exchange) -> Call:
        """Read a request to its end. Raises ClientGone."""
        call = await read_call(exchange)
        route, call.names, _ = match(call.method, call.segments)
        call.operation = UNKNOWN if route is None else route.word(call.body)
        call.username = _customer_of(call)
        return call

    async def carry_out(self, call: Call) -> tuple[str, Answer]:
        """Do what a call asks and return its verdict and answer. A list's rival comes after its page was read."""
        if call.operation != "list":
            self._rivals.edit(call.operation, call.username)
        try:
            _check_key(call)
            route = _route_of(call)
            if call.problem is not None:
                raise call.problem
            self._claim_lag(call)
            self._admit(route, call)
            found = route.carry_out(self._desk, call)
        except Refused as refused:
            return "rejected", answer(refused.body, refused.status)
        if call.operation == "list":
            self._rivals.edit(call.operation, call.username)
        return "applied", found

    def _claim_lag(self, call: Call) -> None:
        stale = self._faults.claim(call.operation, "stale-list") if call.operation == "list" else None
        if stale is not None:
            call.as_of = self._desk.store.clock.now() - stale.params["seconds"]

    def _admit(self, route: Route, call: Call) -> None:
        """Check what the key may and find on whose behalf the call is. Raises Refused."""
        if route.scope is not None and route.scope not in self._desk.scopes:
            raise forbidden()
        if call.on_behalf_of is None:
            return
        if not route.on_behalf:
            raise forbidden()
        call.acting = self._desk.find(call, call.on_behalf_of)
        if call.acting is None:
            raise forbidden()

    def refuse(self, _call: Call, fault: Fault) -> Answer:
        """Answer a status or a rate limit that a fault wants instead of the operation."""
        refused = too_many() if fault.name == "rate-limit" else Refused(fault.params["code"], about(None, "Fault"))
        return answer(refused.body, refused.status)


def _customer_of(call: Call) -> str | None:
    """Return the customer whom a call means: of a list, its filter."""
    if call.on_behalf_of is not None:
        return call.on_behalf_of
    if call.names:
        return call.name
    if call.operation == "create":
        named = call.body.get("username") if isinstance(call.body, dict) else None
        return named if isinstance(named, str) else None
    return call.get("username") if call.operation == "list" else None


def _check_key(call: Call) -> None:
    scheme, _, key = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise no_key()
    if not hmac.compare_digest(key.strip().encode("utf-8", "replace"), API_KEY.encode()):
        raise bad_key()


def _route_of(call: Call) -> Route:
    route, _, is_known = match(call.method, call.segments)
    if route is None:
        raise Refused(405, about(None, "method not allowed")) if is_known else not_found()
    return route
