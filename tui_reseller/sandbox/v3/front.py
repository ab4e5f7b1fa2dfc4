"""The counter of v3: who calls, what they may, on whose behalf; then the one who answers."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from tui_reseller.sandbox import shapes
from tui_reseller.sandbox.answer import Answer
from tui_reseller.sandbox.dialects import DIALECTS, Refusal
from tui_reseller.sandbox.routes import UNKNOWN
from tui_reseller.sandbox.v3.addresses import Addresses
from tui_reseller.sandbox.v3.call import Call, read_call
from tui_reseller.sandbox.v3.desk import API_KEY, Desk, answer
from tui_reseller.sandbox.v3.errors import SHAPES, Refused, about, bad_key, forbidden, no_key, not_found, too_many
from tui_reseller.sandbox.v3.invention import Inventions
from tui_reseller.sandbox.v3.partner import in_partner_shape, refusal
from tui_reseller.sandbox.v3.places import Places
from tui_reseller.sandbox.v3.rate import Rate
from tui_reseller.sandbox.v3.routes import Route, match
from tui_reseller.sandbox.v3.sending import Sending

if TYPE_CHECKING:
    from tui_reseller.sandbox.faults import Fault, Faults
    from tui_reseller.sandbox.rivals import Rivals
    from tui_reseller.sandbox.store import Customer, Store
    from tui_reseller.sandbox.v3.terms import Terms
    from tui_reseller.sandbox.wire import Exchange


class V3:
    """The calls below `/v3`."""

    def __init__(self, store: Store, faults: Faults, rivals: Rivals, terms: Terms) -> None:
        self._faults = faults
        self._rivals = rivals
        self._terms = terms
        inventions = Inventions(store)
        addresses, sending = Addresses(store, inventions), Sending(store, inventions)
        self._desk = Desk(store, terms, inventions, addresses, Places(store), sending)
        self._rate = Rate(terms.limit, store.clock)

    async def read(self, exchange: Exchange) -> Call:
        """Read a request to its end. Raises ClientGone."""
        call = await read_call(exchange)
        call.is_eu = exchange.scope["server"][1] == self._terms.eu_port
        route, call.names, _ = match(call.method, call.segments)
        call.operation = UNKNOWN if route is None else route.word(call.body)
        call.username = _customer_of(call)
        return call

    async def carry_out(self, call: Call) -> tuple[str, Answer]:
        """Do what a call asks and return its verdict and answer. A list's rival comes after its page was read."""
        is_allowed = self._rate.take()
        meant = self._desk.username_of(call.username)
        if call.operation != "list":
            self._rivals.edit(call.operation, meant)
        try:
            if not is_allowed:
                raise too_many()
            _check_key(call)
            route = _route_of(call)
            self._claim_lag(call)
            self._admit(route, call)
            made = route.carry_out(self._desk, call)
            found, verdict = made if isinstance(made, Answer) else await made, "applied"
        except Refused as refused:
            told = in_partner_shape(refused) if call.is_partners else refused
            found, verdict = answer(told.body, told.status), "rejected"
        if call.operation == "list":
            self._rivals.edit(call.operation, meant)
            self._rivals.shift(call.page)
        found.headers |= self._rate.headers()
        return verdict, found

    def _claim_lag(self, call: Call) -> None:
        """Let a read show an earlier state, if a fault wants it to."""
        if call.method != "GET":
            return
        names = ("lag", "stale-list") if call.operation == "list" else ("lag",)
        fault = self._faults.claim(call.operation, *names)
        if fault is not None:
            call.as_of = self._desk.store.clock.now() - fault.params["seconds"]

    def _admit(self, route: Route, call: Call) -> None:
        """Check what the key may and find on whose behalf the call is. Raises Refused."""
        if call.problem is not None:
            raise call.problem
        lacks_scope = route.scope is not None and route.scope not in self._terms.scopes
        if lacks_scope or (call.is_partners and self._terms.is_restricted):
            raise forbidden()
        region = "global"
        if "on-behalf-of" in call.headers:
            call.acting = self._acting(call) if route.on_behalf else None
            if call.acting is None:
                raise forbidden()
            if call.on_behalf_of is not None:
                region = self._desk.inventions.region_of(call.acting)
        if call.is_eu is not (region == "eu"):  # the host must be that of the one the call is for
            raise forbidden()

    def _acting(self, call: Call) -> Customer | None:
        if call.account_behalf is None:
            return self._desk.find(call, call.on_behalf_of or "")
        call.called = call.account_behalf
        return self._desk.account(call, call.account_behalf) if self._terms.accounts_on_behalf else None

    def refuse(self, call: Call, fault: Fault) -> Answer:
        """Answer a status or a rate limit that a fault wants instead of the operation."""
        found = _refused(call, fault)
        self._rate.take()
        found.headers |= self._rate.headers()
        return found


def _refused(call: Call, fault: Fault) -> Answer:
    if fault.name == "rate-limit":
        return answer(too_many().body, 429)
    status, shape = fault.params["code"], fault.params["shape"]
    if shape in SHAPES:
        return answer(SHAPES[shape][1], status)
    if shape is None and call.is_partners:
        return answer(refusal(status).body, status)
    if shape is None:
        return answer(Refused(status, about(None, "Fault")).body, status)
    media_type, body = shapes.error(shape, "json", Refusal(("Fault",), status), DIALECTS["2018"])
    return Answer(status, media_type, body)


def _customer_of(call: Call) -> str | None:
    """Return the customer whom a call means: of a list, its filter."""
    behalf = call.account_behalf or call.on_behalf_of
    if behalf is not None:
        return behalf
    if call.names:
        return call.name
    if call.is_partners:
        return None
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
