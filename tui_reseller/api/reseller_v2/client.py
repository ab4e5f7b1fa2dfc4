"""The client of SendGrid's Reseller API v2 for one profile. Fits the port of the services by shape.

It sends what it is told, once, and says what is certain; whether to send again is decided elsewhere.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Never

from tui_reseller.api.connection import Connection
from tui_reseller.api.lists.list_reader import ListReader
from tui_reseller.api.lists.records import Record, is_usable
from tui_reseller.api.lists.table_reader import read_tables
from tui_reseller.api.reseller_v2.endpoints import request_for
from tui_reseller.api.reseller_v2.list_formats import LIST_FORMATS
from tui_reseller.api.reseller_v2.records import LAYOUT
from tui_reseller.api.reseller_v2.replies import no_list, verdict
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import CustomerNotFound, RefusedHere, ResellerError, UnusableAnswer
from tui_reseller.domain.identity import Identity
from tui_reseller.domain.listing import ListProgress
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.receipt import Receipt
from tui_reseller.domain.secret import Secret

if TYPE_CHECKING:
    from tui_reseller.api.http import Exchange

WRITE_SECONDS = 45.0
LIST_SECONDS = 30 * 60.0
WRITE_CAP = 256 * 1024
PROBE_BYTES = 64 * 1024


class ResellerV2:
    """The eleven operations. Timeout is the longest a call may take in seconds; it only ever shortens our own limits.

    Connections are opened at the first call and closed by aclose().
    """

    def __init__(
        self, profile: Profile, key: Secret, *, proxy_password: Secret | None = None, timeout: float | None = None
    ) -> None:
        self._profile = profile
        self._key = key
        self._list_format = LIST_FORMATS[profile.format]
        self._refusal = partial(no_list, profile.format)
        self._connection = Connection(profile, proxy_password=proxy_password, timeout=timeout)

    def stream(self) -> AsyncGenerator[ListProgress, None]:
        """Read the complete list, piece by piece. Ends normally only if the whole answer was well-formed.

        At most 2 GiB and 30 min, and never 30 s without a record. Raises NotSent, AnswerLost, UnusableAnswer,
        Rejected and its kinds.
        """
        ask = partial(self._exchange, Call(Operation.LIST, ""), LIST_SECONDS)
        return read_tables(ask, self._list_format, self._refusal)

    async def find(self, username: str, enough: float = 0.0) -> Customer | None:
        """Ask for one customer. The service's filter is never trusted: usernames are compared exactly here (D28), and
        a service that ignores it costs time but no memory. Raises as stream(), and UnusableAnswer if the username is
        listed twice (D11), or if it is not listed and the answer does not prove that: a record in it is damaged, or it
        is a list of others, fewer than *enough*.
        """
        if not username:
            return None
        found: list[Customer] = []
        others = _OtherRecords(username)
        try:
            async with await self._exchange(Call(Operation.LIST, username), LIST_SECONDS) as exchange:
                reader = self._records(exchange)
                while (records := await reader.next()) is not None:
                    found += [LAYOUT.customer(record) for record in records if record.get("username") == username]
                    others.add(records)
                    if len(found) > 1:
                        raise UnusableAnswer("this username is listed twice")
                    await asyncio.sleep(0)
        except CustomerNotFound:
            return None
        if not found:
            others.check(enough)
        return found[0] if found else None

    async def fill(self, customer: Customer, fields: Collection[str] = (), *, background: bool = False) -> Customer:  # noqa: ARG002 - the port's
        """Return the customer as it is: all that the service tells stands in the list."""
        return customer

    async def offered(self, field: str, customer: Customer | None = None) -> Sequence[str]:  # noqa: ARG002 - the port's
        """Return nothing: the service offers no values."""
        return ()

    async def taken_away(self, call: Call, customer: Customer) -> Sequence[str]:  # noqa: ARG002 - the port's
        """Return nothing: a call changes what it says."""
        return ()

    async def email_of(self, username: str) -> None:
        """Return nothing: the list tells it."""

    async def probe(self) -> Identity:
        """Prove the credentials by the cheapest read: ask for our own name, and stop after 64 KiB and a record.

        Returns the usernames that came. Raises as stream(); an answer that we cut ourselves is fine.
        """
        seen: list[str] = []
        async with await self._exchange(Call(Operation.LIST, self._profile.api_user), WRITE_SECONDS) as exchange:
            reader = self._records(exchange)
            while not (seen and exchange.received >= PROBE_BYTES) and (records := await reader.next()) is not None:
                seen += [customer.username for customer in map(LAYOUT.customer, records) if customer.username]
        return Identity(seen=tuple(seen))

    async def send(self, call: Call) -> Receipt:
        """Send one write, once, and return what the service says of a certain success.

        Raises NotSent (nothing left), Rejected and its kinds (the service said no), AnswerLost or UnusableAnswer
        (what became of it is not known). ValueError is a mistake of our own: a call that the table does not have.
        """
        async with await self._exchange(call, WRITE_SECONDS) as exchange:
            answer = verdict(await exchange.whole(WRITE_CAP), self._profile.format, exchange.request)
            if isinstance(answer, ResellerError):
                raise answer
        return Receipt(answer)

    async def link(self, username: str) -> Secret:  # noqa: ARG002 - the port's
        """Raise RefusedHere: the service has no sign-in link."""
        raise RefusedHere("this service has no sign-in link")

    def usage(self) -> Never:
        """Raise RefusedHere: the service has no statistics."""
        raise RefusedHere("this service has no statistics")

    def tell_waits(self, tell: Callable[[float], None]) -> None:
        """Do nothing: no call waits for its turn."""

    def ahead(self) -> timedelta | None:
        """Return None: nobody asks for the service's time."""
        return None

    async def aclose(self) -> None:
        """Close connections."""
        await self._connection.aclose()

    async def _exchange(self, call: Call, seconds: float) -> "Exchange":
        """Prepare a call that has so many seconds in all, or fewer if the operator said so."""
        return await self._connection.exchange(request_for(call, self._profile, self._key), seconds)

    def _records(self, exchange: "Exchange") -> ListReader[Record]:
        """Return a reader of single records, which needs no polars."""
        return ListReader(exchange, self._list_format.strict(), self._refusal)


class _OtherRecords:
    """The other records of an answer to the question for one customer: whether it proves that there is none.

    Only an answer with names that have nothing to do with the question is a list of others: some services find parts of
    names, or do not care for case.
    """

    def __init__(self, username: str) -> None:
        self._part = username.casefold()
        self._count = 0
        self._is_filtered = True
        self._has_damaged = False

    def add(self, records: Sequence[Record]) -> None:
        """Take note of records."""
        self._count += len(records)
        for record in records:
            name = record["username"]
            if not is_usable(name):
                self._has_damaged = True
            elif self._part not in str(name).casefold():
                self._is_filtered = False

    def check(self, enough: float) -> None:
        """Raise UnusableAnswer if nobody can tell from it who is not there."""
        if self._has_damaged:
            raise UnusableAnswer("it is not listed, but records without a usable username are: one may be it")
        if not self._is_filtered and self._count < enough:
            raise UnusableAnswer(f"the list came with {self._count:,} customers, many fewer than the last one had")
