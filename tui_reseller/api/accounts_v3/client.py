"""The client of SendGrid's Account Provisioning API v3 for one profile. Fits the port of the services by shape.

It sends what it is told, once, and says what is certain; whether to send again is decided elsewhere.
"""

from collections.abc import AsyncGenerator, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Never

from tui_reseller.api.accounts_v3.offerings import ADDON, PACKAGE, catalogue_in, losses, told_of
from tui_reseller.api.accounts_v3.pages import LAYOUT, LIMIT, first_ids, read_pages
from tui_reseller.api.accounts_v3.requests import (
    SUCCESS,
    catalogue_request,
    email_request,
    offerings_request,
    page_request,
    sign_in_request,
    state_request,
    write_request,
)
from tui_reseller.api.connection import Connection
from tui_reseller.api.lists.records import is_usable
from tui_reseller.api.reply import Reply
from tui_reseller.api.request import Request
from tui_reseller.api.v3.caller import CAP, PAGE_CAP, Caller
from tui_reseller.api.v3.pace import Pace, Told
from tui_reseller.api.v3.replies import judged
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import (
    CredentialsRefused,
    CustomerNotFound,
    NotPermitted,
    RateLimited,
    RefusedHere,
    Rejected,
    ResellerError,
    UnusableAnswer,
)
from tui_reseller.domain.identity import Identity
from tui_reseller.domain.listing import ListProgress
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.provider import DETAILS_READ, KEY
from tui_reseller.domain.providers.accounts_v3 import ACCOUNTS_V3, STATES
from tui_reseller.domain.receipt import Receipt
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import clean

SENT_ELSEWHERE = 303


class AccountsV3:
    """All operations. Timeout is the longest a call may take in seconds; it only ever shortens our own limits.

    Connections are opened at the first call and closed by aclose().
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
        self._connection = Connection(profile, proxy_password=proxy_password, timeout=timeout)

    def stream(self) -> AsyncGenerator[ListProgress, None]:
        """Read all pages of the list. Ends normally only if the last one came (api/accounts_v3/pages.py).

        Raises NotSent, AnswerLost, UnusableAnswer, Rejected and its kinds.
        """
        return read_pages(self._page)

    async def find(self, username: str, enough: float = 0.0) -> Customer | None:  # noqa: ARG002 - the port's
        """Ask whether there is an account: nothing but its state is told of one. Raises as stream()."""
        if not username:
            return None
        try:
            _state_in(await self._ask(state_request(username, self._key)))
        except CustomerNotFound:
            return None
        return LAYOUT.customer({"id": username})

    async def fill(self, customer: Customer, fields: Collection[str] = (), *, background: bool = False) -> Customer:  # noqa: ARG002 - the port's: all is one group
        """Return an account with its state and what it has booked, and the moment at which they were read.

        Raises NoAnswer, Rejected and its kinds.
        """
        state = _state_in(await self._ask(state_request(customer.username, self._key), background=background))
        booked = await self._ask(offerings_request(customer.username, self._key), background=background)
        package, addons = told_of(booked)
        told = {"state": state, "sending": STATES.get(state), "package": package, "addons": addons}
        return customer.with_values({**told, DETAILS_READ: _now()})

    async def offered(self, field: str, customer: Customer | None = None) -> Sequence[str]:  # noqa: ARG002 - the port's
        """Return the packages of the catalogue, or its add-ons; none of another field. Raises as stream()."""
        kind = {"package": PACKAGE, "addons": ADDON}.get(field)
        if kind is None:
            return ()
        return [one.name for one in catalogue_in(await self._ask(catalogue_request(self._key))) if one.kind == kind]

    async def taken_away(self, call: Call, customer: Customer) -> Sequence[str]:
        """Return what other offerings take away from an account whose details were read. Raises as stream()."""
        if call.operation is not Operation.OFFERINGS_SET:
            return ()
        catalogue = catalogue_in(await self._ask(catalogue_request(self._key)))
        before, after = customer.text("package"), call.fields.get("package", "")
        return losses(catalogue, (before, customer.text("addons")), (after, call.fields.get("addons", "")))

    async def email_of(self, username: str) -> str | None:
        """Return the e-mail address of an account, asked for on its behalf: not every key may. Raises as stream()."""
        told = await self._if_permitted(email_request(username, self._key))
        address = told.get("email") if isinstance(told, dict) else None
        return address if isinstance(address, str) else None

    async def probe(self) -> Identity:
        """Prove that the key may list accounts; return what else it may, and whose it is if it may ask that.

        Raises as stream().
        """
        seen = first_ids(await self._ask(page_request("", 1, self._key)))
        scopes = await self._if_permitted(Request("GET", "scopes", bearer=self._key))
        named = scopes.get("scopes") if isinstance(scopes, dict) else None
        allowed = frozenset(one for one in named if isinstance(one, str)) if isinstance(named, list) else None
        owner = await self._if_permitted(Request("GET", "user/username", bearer=self._key))
        name = owner.get(KEY) if isinstance(owner, dict) else None
        return Identity(clean(name) if isinstance(name, str) else "", seen, allowed)

    async def send(self, call: Call) -> Receipt:
        """Send one write, once, and return what the service says of a certain success: of a new account its id.

        Raises NotSent (nothing left), Rejected and its kinds (the service said no), AnswerLost or UnusableAnswer
        (what became of it is not known). ValueError is a mistake of our own: a call that the table does not have.
        """
        request = write_request(call, self._key)
        try:
            is_slow = ACCOUNTS_V3.action(call.operation).is_seldom
            tree = await self._ask(request, SUCCESS[call.operation], is_slow=is_slow)
        except (CredentialsRefused, CustomerNotFound, NotPermitted, RateLimited):
            raise
        except Rejected as error:
            if call.operation is not Operation.CREATE:
                await self._refuse_unknown(call.username, error)
            raise
        if call.operation is Operation.OFFERINGS_SET:
            package, addons = told_of(tree)
            if (package, addons) != (call.fields["package"], call.fields["addons"]):
                raise UnusableAnswer("the reply is not what was asked for")
            return Receipt("done")
        if call.operation is not Operation.CREATE:
            return Receipt("done")
        account = tree.get("account_id") if isinstance(tree, dict) else None
        if not isinstance(account, str) or not is_usable(account):
            raise UnusableAnswer("the reply does not say which account was opened")
        return Receipt(f"opened as {clean(account, longest=100)}", account)

    async def link(self, username: str) -> Secret:
        """Return a link that signs in once, as the account's first administrator. The answer sends there, and is not
        followed. Raises as send().
        """
        reply, made = await self._caller.reply(self._connection, sign_in_request(username, self._key), CAP)
        if reply.status == SENT_ELSEWHERE:
            link = _link_in(reply)
            if link is None:
                raise UnusableAnswer("the reply has no link that could be opened")
            return link
        answer = judged(reply, made, ())
        raise answer if isinstance(answer, ResellerError) else UnusableAnswer("the reply is no link")

    def usage(self) -> Never:
        """Raise RefusedHere: the service has no statistics."""
        raise RefusedHere("this service has no statistics")

    def tell_waits(self, tell: Told) -> None:
        """Let somebody hear how long calls wait for their turn."""
        self._caller.tell_waits(tell)

    def ahead(self) -> timedelta | None:
        """Return how far the service's clock is before ours, where an answer told it."""
        return self._caller.ahead

    async def aclose(self) -> None:
        """Close connections."""
        await self._connection.aclose()

    async def _ask(
        self, request: Request, success: Sequence[int] = (200,), *, background: bool = False, is_slow: bool = False
    ) -> object:
        return await self._caller.ask(self._connection, request, success, background=background, is_slow=is_slow)

    async def _if_permitted(self, request: Request) -> object:
        try:
            return await self._ask(request)
        except NotPermitted:
            return None

    async def _page(self, cursor: str) -> tuple[object, int]:
        reply, made = await self._caller.reply(self._connection, page_request(cursor, LIMIT, self._key), PAGE_CAP)
        answer = judged(reply, made, (200,))
        if isinstance(answer, ResellerError):
            raise answer
        return answer, len(reply.body or b"")

    async def _refuse_unknown(self, account: str, refusal: Rejected) -> None:
        """Raise CustomerNotFound if a refused call was for an account that is not there: the service has no status of
        its own for that where a state is set.
        """
        try:
            found = await self.find(account)
        except ResellerError:
            return  # the refusal itself says what is known
        if found is None:
            raise CustomerNotFound(refusal.message) from None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _link_in(reply: Reply) -> Secret | None:
    """Return where an answer sends to, if that can be opened; no frame that raises holds it."""
    place = reply.header("location") or ""
    return Secret(place) if place.startswith("https://") and place.isascii() and place.isprintable() else None


def _state_in(tree: object) -> str:
    """Return the state that an answer tells. Raises UnusableAnswer."""
    state = tree.get("state") if isinstance(tree, dict) else None
    if not isinstance(state, str) or not state:
        raise UnusableAnswer("the reply does not tell the state of the account")
    return clean(state, longest=40)
