"""The client of the toy service: what a provider has to write, and no more."""

from functools import partial

from tests.toy.provider import TOY
from tui_reseller.api import json_codec
from tui_reseller.api.connection import Connection
from tui_reseller.api.lists.json_format import json_format
from tui_reseller.api.lists.records import RecordLayout
from tui_reseller.api.lists.table_reader import read_tables
from tui_reseller.api.reply import BadReply
from tui_reseller.api.request import JsonBody, Request
from tui_reseller.domain.errors import (
    CredentialsRefused,
    CustomerNotFound,
    RateLimited,
    RefusedHere,
    Rejected,
    UnusableAnswer,
)
from tui_reseller.domain.identity import Identity
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.provider import KEY
from tui_reseller.domain.receipt import Receipt
from tui_reseller.domain.text import clean

LAYOUT = RecordLayout(TOY, {KEY: "account_id"})
LISTS = json_format(LAYOUT)
ACCOUNT = "accounts/{account_id}"
CAP = 64 * 1024


class ToyClient:
    """Fits the port of the services by shape."""

    def __init__(self, profile, key, *, proxy_password=None, timeout=None):
        self._key = key
        self._connection = Connection(profile, proxy_password=proxy_password, timeout=timeout)

    def stream(self):
        return read_tables(partial(self._exchange, Request("GET", "accounts", bearer=self._key)), LISTS, refusal)

    async def find(self, username, enough=0.0):  # noqa: ARG002 - the port's
        if not username:
            return None
        try:
            record = await self._ask(Request("GET", ACCOUNT, {"account_id": username}, bearer=self._key))
        except CustomerNotFound:
            return None
        customer = LAYOUT.customer(record) if isinstance(record, dict) else None
        if customer is None or customer.username != username:
            raise UnusableAnswer("the reply is not the account that was asked for")
        return customer

    async def fill(self, customer, fields=(), *, background=False):  # noqa: ARG002 - the port's
        return customer

    async def offered(self, field, customer=None):  # noqa: ARG002 - the port's
        return ()

    def tell_waits(self, tell):
        pass

    def ahead(self):
        return None

    async def taken_away(self, call, customer):  # noqa: ARG002 - the port's
        return ()

    async def email_of(self, username):  # noqa: ARG002 - the port's
        return None

    async def probe(self):
        return Identity(seen=tuple([row async for part in self.stream() for row in part.customers["username"]]))

    async def send(self, call):
        if foreign := call.fields.keys() - set(TOY.action(call.operation).takes):
            raise ValueError(f"{call.operation.value} takes no {', '.join(foreign)}")
        segments, verbs = {"account_id": call.username}, {Operation.ENABLE: "resume", Operation.DISABLE: "pause"}
        if call.operation is Operation.SET:
            body = JsonBody(dict(call.fields))
            await self._ask(Request("PATCH", ACCOUNT, segments, body=body, bearer=self._key))
        elif call.operation is Operation.CREATE:
            body = JsonBody({**segments, **call.fields})
            await self._ask(Request("POST", "accounts", body=body, bearer=self._key), success=201)
        elif call.operation is Operation.DELETE:
            await self._ask(Request("DELETE", ACCOUNT, segments, bearer=self._key), success=204)
        else:
            verb = verbs[call.operation]
            await self._ask(Request("POST", f"{ACCOUNT}/{verb}", segments, bearer=self._key), success=204)
        return Receipt("done")

    async def link(self, username):  # noqa: ARG002 - the port's
        raise RefusedHere("this service has no sign-in link")

    def usage(self):
        raise RefusedHere("this service has no statistics")

    async def aclose(self):
        await self._connection.aclose()

    async def _exchange(self, request):
        return await self._connection.exchange(request, 30)

    async def _ask(self, request, success=200):
        """Return the tree of an answer, or None for a success without one."""
        async with await self._exchange(request) as exchange:
            reply = await exchange.whole(CAP)
            tree = tree_of(reply)
            if reply.status != success or (success != 204 and not (isinstance(tree, dict) and "account_id" in tree)):
                raise refusal(exchange.request, reply)
            return tree


def tree_of(reply):
    try:
        return json_codec.decode(reply.body or b"")
    except BadReply:
        return None


def refusal(request, reply):
    """Return the error that an answer is which is no success."""
    tree = tree_of(reply)
    reason = tree.get("reason") if isinstance(tree, dict) else None
    words = clean(request.masked(reason), longest=200) if isinstance(reason, str) else f"HTTP {reply.status}"
    if reply.status == 429:
        return RateLimited(words, retry_after=1)
    kinds = {401: CredentialsRefused, 404: CustomerNotFound, 405: Rejected, 409: Rejected}
    return kinds.get(reply.status if reason else 0, UnusableAnswer)(words)
