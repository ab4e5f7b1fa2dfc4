"""The client of SendGrid's Subusers API v3 for one profile. Fits the port of the services by shape.

It sends what it is told, once, and says what is certain; whether to send again is decided elsewhere.
"""

import asyncio
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from tui_reseller.api.connection import Connection
from tui_reseller.api.lists.list_reader import unusable
from tui_reseller.api.lists.whole_bodies import WholeBodies
from tui_reseller.api.reply import BadReply
from tui_reseller.api.request import Request
from tui_reseller.api.subusers_v3.addresses import all_addresses, all_of_eu
from tui_reseller.api.subusers_v3.answers import offered_in, receipt_of
from tui_reseller.api.subusers_v3.details import Group, Told, told_of
from tui_reseller.api.subusers_v3.records import LAYOUT, PAGE
from tui_reseller.api.subusers_v3.requests import (
    ENDPOINTS,
    eu_addresses_request,
    one_request,
    our_addresses_request,
    page_request,
    wanted_echo,
    write_request,
)
from tui_reseller.api.subusers_v3.statistics import Statistics
from tui_reseller.api.v3 import pace as pacing
from tui_reseller.api.v3.caller import PAGE_CAP, Caller
from tui_reseller.api.v3.pace import Pace
from tui_reseller.api.v3.pages import LIMIT, read_pages
from tui_reseller.api.v3.replies import refusal
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import CustomerNotFound, NotPermitted, RefusedHere, ResellerError, UnusableAnswer
from tui_reseller.domain.identity import Identity
from tui_reseller.domain.listing import ListProgress
from tui_reseller.domain.operation import Call
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.provider import DETAILS_READ, KEY
from tui_reseller.domain.providers.subusers_v3 import SUBUSERS_V3
from tui_reseller.domain.receipt import Receipt
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import clean

if TYPE_CHECKING:
    import polars as pl

EU, GLOBAL = "eu", "global"
TOO_MANY = 429
MOST_PAGES_OF_NAMES = 20
"""So far is looked for one customer among those whose names begin as hers: ten thousand."""
PAGE_ATTEMPTS = 3
"""So often a page is asked for that is refused with 429, each time when the service allows it; the first one once, for
whoever wants the list asks again, as for every reading (reliability R1).
"""


class SubusersV3:
    """All operations. Timeout is the longest a call may take in seconds; it only ever shortens our own limits.

    Calls on a customer's behalf go to the host of the customer's region. Connections are opened at the first call and
    closed by aclose().
    """

    def __init__(
        self,
        profile: Profile,
        key: Secret,
        *,
        proxy_password: Secret | None = None,
        timeout: float | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._key = key
        self._caller = Caller(pace or Pace())
        self._global = Connection(profile, proxy_password=proxy_password, timeout=timeout)
        eu = replace(profile, base_url=profile.eu_place) if profile.eu_place else None
        self._eu = Connection(eu, proxy_password=proxy_password, timeout=timeout) if eu else self._global
        self._regions: dict[str, str] = {}

    async def stream(self) -> AsyncGenerator[ListProgress, None]:
        """Read all pages of the list. Ends normally only if they join to a whole (api/v3/pages.py).

        Raises NotSent, AnswerLost, UnusableAnswer, Rejected and its kinds.
        """
        received, bodies = 0, WholeBodies(PAGE)

        async def page(offset: int) -> "pl.DataFrame":
            nonlocal received
            for _ in range(PAGE_ATTEMPTS if offset else 1):  # one page that came too soon is not worth those before it
                request = page_request(offset, LIMIT, self._key)
                reply, made = await self._caller.reply(self._global, request, PAGE_CAP)
                if reply.status != TOO_MANY:
                    break
            received += len(reply.body or b"")
            found = await asyncio.to_thread(_table, bodies, reply.body or b"") if reply.status == 200 else None
            if found is None:
                raise refusal(made, reply, "subusers.read")
            if isinstance(found, ResellerError):
                raise found
            return found

        async with aclosing(read_pages(page)) as tables:
            async for table in tables:
                europeans = table[KEY].filter(table["region"] == EU).to_list()
                self._regions.update(dict.fromkeys(europeans, EU))
                yield ListProgress(table, received)
                del table

    async def find(self, username: str, enough: float = 0.0) -> Customer | None:  # noqa: ARG002 - the port's
        """Ask for one customer, by the list of names that begin so, which tells the region, and by the exact name where
        that does not have it: it may leave out who is disabled. Raises as stream().
        """
        if not username:
            return None
        found = await self._listed(username)
        if len(found) > 1:
            raise UnusableAnswer("this username is listed twice")
        if not found:
            try:
                record = await self._caller.ask(self._global, one_request(username, self._key), scope="subusers.read")
            except CustomerNotFound:
                return None
            found = [one for one in _objects([record]) if one.get(KEY) == username]
            if not found:
                raise UnusableAnswer("the reply is not the customer that was asked for")
        customer = LAYOUT.customer(dict(found[0]))
        if region := customer.text("region"):
            self._regions[username] = region
        return customer

    async def _listed(self, username: str) -> list[Mapping[str, object]]:
        """Return the records of a username in the list of names that begin so, as far as these are not too many."""
        for page in range(MOST_PAGES_OF_NAMES):
            asked = page_request(page * (LIMIT - 1), LIMIT, self._key, username)
            records = _objects(await self._caller.ask(self._global, asked, scope="subusers.read"))
            found = [record for record in records if record.get(KEY) == username]
            if found or len(records) < LIMIT:
                return found
        return []

    async def fill(self, customer: Customer, fields: Collection[str] = (), *, background: bool = False) -> Customer:
        """Return a customer with the details that are told one by one, and the moment at which they were read.

        Raises NoAnswer, Rejected and its kinds; NotPermitted where the key may not read them, NotAskedFor where none of
        them can be asked for with this username.
        """
        moments = SUBUSERS_V3.groups_of(fields) or (DETAILS_READ,)
        told = await told_of(moments, lambda group: self._read(group, customer, background=background))
        return customer.with_values(told)

    async def _read(self, group: Group, customer: Customer, *, background: bool) -> Told:
        """Return what a group of details is. Raises as fill()."""
        name = customer.username
        connection = await self._host_of(name, customer.text("region")) if group.on_behalf else self._global
        request, refusal = group.request(name, self._key), None
        ask = partial(self._caller.ask, connection, scope=group.scope, background=background, cap=PAGE_CAP)
        try:
            tree = await (all_addresses(ask, request) if group.is_paged else ask(request))
        except NotPermitted as error:
            refusal = error
        if refusal is not None:
            raise await self._explain(request, refusal)
        return group.told(tree, name)

    async def offered(self, field: str, customer: Customer | None = None) -> Sequence[str]:
        """Return our sending addresses, of the EU for a customer who is of it, those first from which the fewest
        customers send, as far as that is told; none of another field.

        Raises as stream(); a key that may not ask is told none.
        """
        if field != "ips":
            return ()
        is_of_eu = customer is not None and customer.text("region") == EU
        ask = partial(self._caller.ask, self._global, scope="ips.read", cap=PAGE_CAP)
        try:
            if is_of_eu:
                return offered_in(await all_of_eu(ask, eu_addresses_request(self._key)))
            return offered_in(await all_addresses(ask, our_addresses_request(self._key)))
        except NotPermitted:
            return ()

    async def taken_away(self, call: Call, customer: Customer) -> Sequence[str]:  # noqa: ARG002 - the port's
        """Return nothing: a call changes what it says."""
        return ()

    async def email_of(self, username: str) -> None:
        """Return nothing: the list tells it."""

    async def probe(self) -> Identity:
        """Prove the key by what it may do and whose it is. Raises as stream()."""
        scopes = await self._caller.ask(self._global, Request("GET", "scopes", bearer=self._key))
        named = scopes.get("scopes") if isinstance(scopes, dict) else None
        if not isinstance(named, list):
            raise UnusableAnswer("the reply does not say what the key may do")
        allowed = frozenset(scope for scope in named if isinstance(scope, str))
        owner = await self._caller.ask(self._global, Request("GET", "user/username", bearer=self._key))
        name = owner.get(KEY) if isinstance(owner, dict) else None
        if not isinstance(name, str) or not name:
            raise UnusableAnswer("the reply does not say whose key it is")
        return Identity(clean(name), (), allowed)

    async def send(self, call: Call) -> Receipt:
        """Send one write, once, and return what the service says of a certain success.

        Raises NotSent (nothing left), Rejected and its kinds (the service said no), AnswerLost or UnusableAnswer
        (what became of it is not known). ValueError is a mistake of our own: a call that the table does not have.
        """
        request, endpoint = write_request(call, self._key), ENDPOINTS[call.operation]
        connection = await self._host_of(call.username, "") if endpoint.on_behalf else self._global
        scope, refusal = SUBUSERS_V3.action(call.operation).scope, None
        try:
            tree = await self._caller.ask(
                connection, request, endpoint.success, scope=scope, is_slow=SUBUSERS_V3.action(call.operation).is_seldom
            )
        except NotPermitted as error:
            refusal = error
        if refusal is not None:
            raise await self._explain(request, refusal)
        if endpoint.echo and not (isinstance(tree, dict) and tree.get(endpoint.echo) == wanted_echo(call)):
            raise UnusableAnswer("the reply is not what was asked for")
        return receipt_of(call, tree)

    async def link(self, username: str) -> Secret:  # noqa: ARG002 - the port's
        """Raise RefusedHere: the service has no sign-in link."""
        raise RefusedHere("this service has no sign-in link")

    def usage(self) -> Statistics:
        """Return the calls about statistics."""
        return Statistics(self._caller, self._global, self._key, self._place_of, self._explain)

    def tell_waits(self, tell: pacing.Told) -> None:
        """Let somebody hear how long calls wait for their turn."""
        self._caller.tell_waits(tell)

    def ahead(self) -> timedelta | None:
        """Return how far the service's clock is before ours, where an answer told it."""
        return self._caller.ahead

    async def aclose(self) -> None:
        """Close connections."""
        await self._global.aclose()
        await self._eu.aclose()

    async def _explain(self, request: Request, refusal: NotPermitted) -> ResellerError:
        """Return what a refusal of a call on a customer's behalf means: the service says that we may not, too, where
        there is no such customer, and where another host is that of the customer's region.
        """
        customer = await self.find(request.on_behalf_of) if request.on_behalf_of else None
        if request.on_behalf_of and customer is None:
            return CustomerNotFound("there is no such customer")
        if customer is not None and customer.text("region") == EU and self._eu is self._global:
            return NotPermitted(
                f"{refusal.message}: the customer is of the EU region, which has a host of its own",
                scope=refusal.scope,
                hint="set eu_base_url of the profile to the address of the EU's host",
            )
        return refusal

    async def _host_of(self, username: str, region: str) -> Connection:
        """Return where calls on a customer's behalf go. Who is in no list that we read is asked for first."""
        if self._eu is self._global:
            return self._global
        return (await self._place_of(username, region))[0]

    async def _place_of(self, username: str, region: str) -> tuple[Connection, str]:
        """Return where calls on a customer's behalf go, and the customer's region."""
        if not (region or username in self._regions):
            await self.find(username)
        known = region or self._regions.get(username, GLOBAL)
        return (self._eu if known == EU else self._global), known


def _objects(tree: object) -> list[Mapping[str, object]]:
    """Return the records of a list. Raises UnusableAnswer for anything else."""
    if not isinstance(tree, list) or not all(isinstance(one, dict) and KEY in one for one in tree):
        raise UnusableAnswer("the reply is not a list of customers")
    return tree


def _table(bodies: WholeBodies, body: bytes) -> "pl.DataFrame | ResellerError | None":
    """Return the records of a page as a table; an error to raise; None for what is no list."""
    try:
        return bodies.table(body)
    except BadReply as error:
        return unusable(error)
