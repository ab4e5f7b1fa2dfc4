"""In-memory ports: a service, a clock, credentials and a config, all of which tell what was done with them."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from tests.harness.v2 import SWITCHED, a_customer, changed, frame_from, new_list
from tui_reseller.domain.audit import Operator
from tui_reseller.domain.config import Config, Settings
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import BadConfig, CredentialStoreError, CustomerNotFound, Rejected
from tui_reseller.domain.identity import Identity
from tui_reseller.domain.listing import ListProgress, ListQuery, StoredList
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.receipt import Receipt
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.switch import Switch
from tui_reseller.services.session import Session

LUZ = a_customer(
    "luz", "luz@bodega.es", sending=Switch.ON, first_name="Luz", last_name="Marin", city="Madrid", phone="1"
)
ANA = a_customer("ana", "ana@vino.pt", sending=Switch.OFF, first_name="Ana", last_name="Sousa", city="Porto")
KIM = Operator("kim", "bastion")
DETAILS = dict.fromkeys(("first_name", "last_name", "address", "city", "state", "zip", "phone", "website"), "x") | {
    "country": "ES"
}

CALLS = {
    Operation.CREATE: Call(Operation.CREATE, "neu", DETAILS | {"email": "neu@bodega.es"}, Secret("canary-hunter2")),
    Operation.DELETE: Call(Operation.DELETE, "luz"),
    Operation.ENABLE: Call(Operation.ENABLE, "ana"),
    Operation.DISABLE: Call(Operation.DISABLE, "luz"),
    Operation.WEBSITE_ENABLE: Call(Operation.WEBSITE_ENABLE, "luz"),
    Operation.WEBSITE_DISABLE: Call(Operation.WEBSITE_DISABLE, "luz"),
    Operation.SET: Call(Operation.SET, "luz", {"city": "Oslo"}),
    Operation.PASSWORD: Call(Operation.PASSWORD, "luz", password=Secret("canary-hunter2")),
    Operation.RENAME: Call(Operation.RENAME, "luz", {"username": "lux"}),
    Operation.EMAIL: Call(Operation.EMAIL, "luz", {"email": "new@bodega.es"}),
}


class FakeService:
    """A reseller service that keeps customers.

    *Before* and *after* hold errors for the coming sends, raised before or after the call is applied (None: no error).
    *Reads* does so for reads. Website access is kept, but never told, as the real service does.
    """

    def __init__(self, customers: Iterable[Customer] = ()) -> None:
        self.kept = {customer.username: customer for customer in customers}
        self.sent: list[Call] = []
        self.asked: list[str] = []
        self.before: list[BaseException | None] = []
        self.after: list[BaseException | None] = []
        self.reads: list[BaseException | None] = []
        self.pieces: list[list[Sequence[Customer] | BaseException]] = []
        self.when_sending: Callable[[Call], object] | None = None
        self.when_asked: Callable[[str], object] | None = None
        self.holding: asyncio.Event | None = None
        self.is_closed = False
        self.reading = 0

    async def stream(self) -> AsyncGenerator[ListProgress, None]:
        script = self.pieces.pop(0) if self.pieces else [list(self.kept.values())]
        received = 0
        self.reading += 1
        try:
            for piece in script:
                if isinstance(piece, BaseException):
                    raise piece
                received += 100 * len(piece)
                yield ListProgress(frame_from(map(self._told, piece)), received)
        finally:
            self.reading -= 1

    async def find(self, username: str, _enough: float = 0.0) -> Customer | None:
        self.asked.append(username)
        if self.when_asked:
            self.when_asked(username)
        _raise_next(self.reads)
        found = self.kept.get(username)
        return self._told(found) if found else None

    async def fill(self, customer: Customer, _fields=(), *, background: bool = False) -> Customer:  # noqa: ARG002 - the port's
        return customer

    async def offered(self, _field: str, _customer=None) -> Sequence[str]:
        return ()

    def tell_waits(self, _tell) -> None:
        pass

    def ahead(self) -> None:
        return None

    async def taken_away(self, _call: Call, _customer: Customer) -> tuple[str, ...]:
        return ()

    async def email_of(self, _username: str) -> None:
        return None

    async def probe(self) -> Identity:
        _raise_next(self.reads)
        return Identity(seen=tuple(self.kept)[:1])

    async def send(self, call: Call) -> Receipt:
        self.sent.append(call)
        if self.when_sending:
            found = self.when_sending(call)
            if asyncio.iscoroutine(found):
                await found
        if self.holding:
            await self.holding.wait()
        _raise_next(self.before)
        self._apply(call)
        _raise_next(self.after)
        return Receipt("success")

    async def aclose(self) -> None:
        self.is_closed = True

    def change(self, username: str, **values: object) -> None:
        """Somebody else edits a customer."""
        self.kept[username] = changed(self.kept[username], **values)

    def _apply(self, call: Call) -> None:
        if call.operation is Operation.CREATE:
            if call.username in self.kept:
                raise Rejected("username exists")
            self.kept[call.username] = a_customer(call.username, sending=Switch.ON).with_values(dict(call.fields))
            return
        if call.username not in self.kept:
            raise CustomerNotFound("User does not exist")
        if call.operation is Operation.DELETE:
            del self.kept[call.username]
            return
        wanted = dict([SWITCHED[call.operation]]) if call.operation in SWITCHED else dict(call.fields)
        changed = self.kept[call.username].with_values(wanted)
        shown = [changed if name == call.username else customer for name, customer in self.kept.items()]
        self.kept = {customer.username: customer for customer in shown}

    @staticmethod
    def _told(customer: Customer) -> Customer:
        return changed(customer, website_access=Switch.UNKNOWN)


async def put_list(session: Session, customers: Iterable[Customer]) -> None:
    """Give a session these customers as its complete list."""
    incoming = session.customers.incoming()
    await incoming.add(frame_from(customers))
    await session.customers.take(incoming, {}, complete=False)
    session.held.read_at, session.held.is_partial = session.clock.now(), False


async def customers_in(found: StoredList) -> list[Customer]:
    """Return the customers of a snapshot, changes included."""
    rows = new_list()
    incoming = rows.incoming()
    await incoming.add(found.customers)
    await rows.take(incoming, {}, complete=False)
    rows.apply(found.changes)
    await rows.query(ListQuery())
    return list(rows.window(0, rows.total))


def shown(session: Session) -> list[Customer]:
    """Return what a session's list shows."""
    return list(session.customers.window(0, len(session.customers)))


def _raise_next(errors: list[BaseException | None]) -> None:
    error = errors.pop(0) if errors else None
    if error is not None:
        raise error


class FakeCredentials:
    """Keys by profile name; *state* is what the keyring of the system is in."""

    def __init__(self, keys: Mapping[str, str] | None = None, state: str = "ready") -> None:
        self.keys = {name: Credential(Secret(key)) for name, key in (keys or {}).items()}
        self.remembered: dict[str, Credential] = {}
        self.state = state
        self.gets = 0
        self.asked = asyncio.Event()
        self.holding: asyncio.Event | None = None

    async def get(self, profile: Profile) -> Credential | None:
        self.gets += 1
        self.asked.set()
        if self.holding:
            await self.holding.wait()
        return self.remembered.get(profile.name) or self.keys.get(profile.name)

    async def put(self, profile: Profile, credential: Credential) -> str:
        if self.state != "ready":
            raise CredentialStoreError(f"the keyring is {self.state}", state=self.state, hint="unlock it")
        self.keys[profile.name] = credential
        return "in the keyring"

    async def remove(self, profile: Profile) -> None:
        self.keys.pop(profile.name, None)

    async def probe(self) -> str:
        return self.state

    def remember(self, profile: Profile, credential: Credential) -> None:
        self.remembered[profile.name] = credential

    def describe(self, profile: Profile) -> str:
        return f"{profile.store.value} of {profile.name}"


class FakeConfig:
    """A config file in memory."""

    def __init__(self, *profiles: Profile, default: str | None = None, settings: Settings | None = None) -> None:
        self.profiles = {profile.name: profile for profile in profiles}
        self.default = default
        self.settings = settings or Settings()

    def load(self) -> Config:
        return Config(MappingProxyType(dict(self.profiles)), self.default, self.settings)

    def stamp(self) -> object:
        return dict(self.profiles)

    def put(self, profile: Profile) -> None:
        if not self.profiles:
            self.default = profile.name
        self.profiles[profile.name] = profile

    def remove(self, name: str) -> None:
        if name not in self.profiles:
            raise BadConfig(f"no profile {name}")
        del self.profiles[name]
        if self.default == name:
            self.default = None

    def use(self, name: str) -> None:
        self.default = name
