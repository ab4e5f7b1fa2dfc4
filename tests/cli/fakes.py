"""In-memory ports for the command: a service that tells what was sent, keys, and time that passes only in sleep."""
# ruff: noqa: ARG002 - the ports set the arguments

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta

from tests.harness.v2 import a_customer, changed, frame_from, wanted_by
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import CredentialStoreError
from tui_reseller.domain.identity import Identity
from tui_reseller.domain.listing import ListProgress
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.receipt import Receipt
from tui_reseller.domain.secret import Secret

CANARY = "canary-key-8w3x"


class ManualClock:
    """Begins now; passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.passed = 0.0
        self._began = datetime.now(UTC)

    def now(self) -> datetime:
        return self._began + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    async def sleep(self, seconds: float) -> None:
        self.passed += seconds
        await asyncio.sleep(0)


class FakeService:
    """Holds customers. `errors` are raised by operation, `reads` counts finds, `on_send` runs before a write."""

    def __init__(self, customers: Sequence[Customer]) -> None:
        self.customers = {customer.username: customer for customer in customers}
        self.sent: list[Call] = []
        self.reads = 0
        self.lists = 0
        self.errors: dict[Operation, Exception] = {}
        self.on_find: Callable[[int], None] = lambda _count: None
        self.on_send: Callable[[Call], None] = lambda _call: None

    async def stream(self) -> AsyncIterator[ListProgress]:
        self._raise(Operation.LIST)
        self.lists += 1
        yield ListProgress(frame_from(self.customers.values()), 100)

    async def find(self, username: str, _enough: float = 0.0) -> Customer | None:
        self._raise(Operation.LIST)
        self.reads += 1
        self.on_find(self.reads)
        return self.customers.get(username)

    async def fill(self, customer: Customer, _fields=(), *, background: bool = False) -> Customer:
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
        self._raise(Operation.LIST)
        return Identity(seen=tuple(self.customers)[:1])

    async def send(self, call: Call) -> Receipt:
        self.sent.append(call)
        self.on_send(call)
        await asyncio.sleep(0)
        self._raise(call.operation)
        self._apply(call)
        return Receipt("success")

    def _apply(self, call: Call) -> None:
        if call.operation is Operation.DELETE:
            del self.customers[call.username]
        elif call.operation is Operation.CREATE:
            self.customers[call.username] = a_customer(call.username).with_values(dict(call.fields))
        else:
            shown = {name: value for name, value in wanted_by(call).items() if name != "website_access"}
            changed = self.customers.pop(call.username).with_values(shown)
            self.customers[changed.username] = changed

    def _raise(self, operation: Operation) -> None:
        if operation in self.errors:
            raise self.errors[operation]

    async def aclose(self) -> None:
        """Nothing is open."""


class FakeCredentials:
    """One key for every profile, or none."""

    def __init__(self) -> None:
        self.key: Credential | None = Credential(Secret(CANARY))
        self.state = "ready"
        self.kept: list[Credential] = []
        self.asked = 0
        self.error: CredentialStoreError | None = None

    async def get(self, profile: Profile) -> Credential | None:
        self.asked += 1
        if self.error:
            raise self.error
        return self.key

    async def put(self, profile: Profile, credential: Credential) -> str:
        self.kept.append(credential)
        return "the OS keyring"

    async def remove(self, profile: Profile) -> None:
        self.key = None

    async def probe(self) -> str:
        return self.state

    def remember(self, profile: Profile, credential: Credential) -> None:
        self.key = credential

    def describe(self, profile: Profile) -> str:
        return "the OS keyring"


def people(count: int) -> list[Customer]:
    """Customers c1, c2 ... with everything that is asked for."""
    first = a_customer(
        "c1", "c1@x.example", first_name="Ann", last_name="Lee", city="Porto", country="PT", phone="1"
    ).with_values({"sending": True})
    return [changed(first, username=f"c{n}", email=f"c{n}@x.example") for n in range(1, count + 1)]
