"""Everything between an operator's wish and the socket, as the program builds it, against a server of your choice.

Purpose. A test of reliability asks one thing: does what we say of an operation agree with what was done? A rig answers
it with real parts: the real client over a real socket, the real ledger on a real disk, the real list and snapshot, the
use cases of `services/` on top, and at the far end the sandbox, which keeps the truth. Only time is played: waits
between attempts and between readings pass at once (`HurriedClock`), while the deadlines of a call are real seconds.

    with truth_in(folder) as truth:                      # a sandbox in this process: an ASGI application
        async with FaultServer(truth.app) as server, Rig.at(folder, server.base_url) as rig:
            truth.plant("ann")
            await rig.knows("control")                   # a customer that must be there, for readings of absence
            result = await rig.carry_out(call_for(Operation.DISABLE, "ann"))
            assert not contradicts(result.outcome, was_applied=truth.times_applied("ann", Operation.DISABLE) > 0)

`call_for` gives, for each of the ten writes, a call that visibly changes a planted customer; for a service of today
`samples.call_of` does, on one whom `Truth.plant_for` planted. `contradicts` is the one rule of all these tests: false
certainty. `needless` is the other: unknown where it could be known.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    ExitStack,
    asynccontextmanager,
    closing,
    contextmanager,
)
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch

from tests.harness.clock import HurriedClock
from tests.harness.consent import carry_out
from tests.harness.samples import OLD_PASSWORD
from tests.harness.samples import planted_for as sampled
from tui_reseller.api.accounts_v3.client import AccountsV3
from tui_reseller.api.reseller_v2.client import ResellerV2
from tui_reseller.api.subusers_v3.client import SubusersV3
from tui_reseller.api.v3.pace import Pace
from tui_reseller.domain.action import Effect
from tui_reseller.domain.audit import Intent, Operator
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.profile import Format, Profile
from tui_reseller.domain.profile import Store as KeyStore
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.secret import Secret
from tui_reseller.sandbox.account_ids import account_id
from tui_reseller.sandbox.app import Sandbox, build_app
from tui_reseller.sandbox.changes import hash_password
from tui_reseller.sandbox.dialects import DIALECTS
from tui_reseller.sandbox.faults import Faults
from tui_reseller.sandbox.operations import API_KEY, API_USER
from tui_reseller.sandbox.store import Store
from tui_reseller.sandbox.v3.desk import API_KEY as V3_API_KEY
from tui_reseller.sandbox.v3.terms import Terms
from tui_reseller.services.guard import GuardedCustomers
from tui_reseller.services.policy import Policy
from tui_reseller.services.result import Result
from tui_reseller.services.retry import Budget
from tui_reseller.services.session import Session
from tui_reseller.services.verify import verify
from tui_reseller.storage.customer_list import CustomerList
from tui_reseller.storage.ledger.sqlite.ledger import Ledger
from tui_reseller.storage.snapshot import Snapshots

CLIENTS = {"reseller-v2": ResellerV2, "subusers-v3": SubusersV3, "accounts-v3": AccountsV3}
CONTROL = "control"
CREDITS = {"type": "nonrecurring", "reset_frequency": None, "remain": 40, "total": None, "used": None}
WIRE = {True: "true", False: "false"}
PERSON = {
    "email": "ann@x.example", "first_name": "Ann", "last_name": "Lee", "address": "1 Main St", "city": "Denver",
    "state": "CO", "zip": "80202", "country": "US", "phone": "555-0100", "website": "x.example",
}  # fmt: skip
NOT_APPLIED = frozenset({Outcome.REJECTED, Outcome.NOT_SENT, Outcome.VERIFIED_NOT_APPLIED})
ONE_SIDED = frozenset({Operation.DELETE})


@dataclass
class Truth:
    """A sandbox in this process, and what it really did."""

    store: Store
    app: Any
    planted: dict[str, dict[str, str]] = field(default_factory=dict)

    def plant(self, username: str, **values: str) -> None:
        """Put a customer there, sending and with website access, without a word in the log."""
        person = {**PERSON, "email": f"{username}@x.example", "active": "true", "website_access": "true", **values}
        self.store.insert({"username": username, **person})

    def plant_for(self, provider: Provider, operation: Operation, username: str) -> str:
        """Put a customer there on whom an operation has something to do, unless it makes one; return the key."""
        if provider.action(operation).effect is Effect.CREATES:
            return username
        values = {name: WIRE.get(value, value) for name, value in sampled(provider, operation).items()}  # type: ignore[call-overload]
        active = values.pop("sending", "true")
        more = {} if provider is RESELLER_V2 else {"credits": json.dumps(CREDITS)}
        row = {"username": username, **PERSON, "website_access": "true", "active": active, **values, **more}
        ident = self.store.insert(row, hash_password(OLD_PASSWORD))
        return account_id(self.store.origin()[0], ident) if provider.names_customers else username

    def control(self, provider: Provider) -> str:
        """Return the key of the customer who must be there."""
        found = self.store.find(CONTROL)
        assert found is not None
        return account_id(self.store.origin()[0], found.ident) if provider.names_customers else CONTROL

    def last_seq(self) -> int:
        rows = self.log()
        return int(rows[-1]["seq"]) if rows else 0

    def pass_time(self, seconds: float) -> None:
        self.store.clock.ahead += seconds

    def log(self, since: int = 0) -> list[dict[str, Any]]:
        return self.store.journal.read_log(since)

    def times_applied(self, username: str, operation: Operation) -> int:
        """How often an operation on a customer was carried out for a client."""
        done = [e for e in self.log() if e["username"] == username and e["operation"] == operation.value]
        return len(done)


@contextmanager
def truth_in(folder: Path, dialect: str = "seed", customers: int = 0) -> Iterator[Truth]:
    """Open a sandbox's store in a folder."""
    with closing(Store(folder / "truth.sqlite3", durable=False)) as store:
        store.fill(customers, 1)
        store.open_for_traffic()
        truth = Truth(store, build_app(Sandbox(store, DIALECTS[dialect], Faults([]), Terms())))
        truth.plant(CONTROL)
        yield truth


def call_for(operation: Operation, username: str) -> Call:
    """Return a write that changes a planted customer so that the list shows it, where it can."""
    match operation:
        case Operation.CREATE:
            fields = {**PERSON, "email": f"{username}@x.example"}
            return Call(operation, username, fields, Secret("canary-Passw0rd"))
        case Operation.SET:
            return Call(operation, username, {"city": "Rom & Söhne", "phone": "+39 06"})
        case Operation.PASSWORD:
            return Call(operation, username, password=Secret("canary-Passw0rd"))
        case Operation.RENAME:
            return Call(operation, username, {"username": f"{username}.new"})
        case Operation.EMAIL:
            return Call(operation, username, {"email": f"{username}+new@x.example"})
        case _:
            return Call(operation, username)


def planted_for(operation: Operation) -> dict[str, str]:
    """Return the values with which a customer is planted so that the operation has something to change."""
    return {"active": "false"} if operation is Operation.ENABLE else {}


def contradicts(outcome: Outcome, *, was_applied: bool) -> bool:
    """Whether a verdict is false certainty: applied is said of what was not, or not applied of what was."""
    return (outcome.is_applied and not was_applied) or (outcome in NOT_APPLIED and was_applied)


def needless(operation: Operation, outcome: Outcome, *, was_applied: bool, provider: Provider = RESELLER_V2) -> bool:
    """Whether a verdict after verifying is unknown although the list could show it (table 4.3)."""
    action = provider.action(operation)
    if action.effect is Effect.CREATES and provider.names_customers and not was_applied:
        return False  # it would be there under a key that nobody knows
    if not action.is_checkable:
        return outcome is not Outcome.UNVERIFIABLE and not outcome.is_applied and outcome not in NOT_APPLIED
    return outcome.needs_you and (was_applied or operation not in ONE_SIDED)


class Rig:
    """A session of real parts; see the page above."""

    def __init__(self, session: Session, ledger: Ledger, service: Any) -> None:
        self.session = session
        self.ledger = ledger
        self.service = service

    @property
    def connections(self) -> list[Any]:
        """The connections of the client, whichever it is."""
        found = (getattr(self.service, name, None) for name in ("_connection", "_global", "_eu"))
        return list({id(one): one for one in found if one is not None}.values())

    @classmethod
    @asynccontextmanager
    async def at(
        cls, folder: Path, base_url: str, form: Format = Format.JSON, *, seconds: float | None = 5.0, **changes: Any
    ) -> AsyncIterator[Self]:
        """Open a session on a base URL, with a ledger and a snapshot in a folder that may be used again.
        Seconds is the deadline of a call. The service is the older one, unless *provider* among the changes of the
        profile names another.
        """
        profile = Profile("rig", API_USER, base_url, format=form, store=KeyStore.NONE, **changes)
        clock = HurriedClock()
        ledger = Ledger(folder / "state", now=clock.now)
        key = Secret(API_KEY if profile.service is RESELLER_V2 else V3_API_KEY)
        service = CLIENTS[profile.provider](profile, key, timeout=seconds)
        session = Session(
            policy=Policy(profile, clock),
            clock=clock,
            operator=Operator("kim", "bastion"),
            ledger=ledger,
            snapshot=Snapshots(folder / "cache"),
            customers=CustomerList(profile.service),
            credentials=None,  # type: ignore[arg-type]  # the connection is there already
            connect=None,  # type: ignore[arg-type]
            timeout=seconds,
        )
        session._service = GuardedCustomers(service, session.policy, session.account)
        try:
            yield cls(session, ledger, service)
        finally:
            await session.aclose()
            await ledger.aclose()

    async def knows(self, *usernames: str) -> None:
        """Give the session these customers as its list."""
        from tui_reseller.storage.frames import frame_from  # noqa: PLC0415 - polars, which many tests do without

        incoming, provider = self.session.customers.incoming(), self.session.provider
        await incoming.add(frame_from(provider, [Customer.of(provider, username) for username in usernames]))
        await self.session.customers.take(incoming, {}, complete=False)
        self.session.held.read_at = self.session.clock.now()

    def uses_fresh_connections(self) -> None:
        """Make the client open a connection for every call, so that a proxy sees each of them alone."""
        for connection in self.connections:
            connection._open = _afresh(connection._open)

    async def begins_anew(self) -> None:
        """Forget what the service said of its limit and its clock, what repeating has cost, and idle connections."""
        self.session.budget = Budget()
        for connection in self.connections:
            await connection.aclose()  # the pool opens anew when it is needed
        if hasattr(self.service, "_caller"):
            self.service._caller._pace, self.service._caller.ahead = Pace(), None

    @asynccontextmanager
    async def sending_under(self, trouble: AbstractAsyncContextManager[None]) -> AsyncIterator[None]:
        """Bring trouble over what is sent, and over nothing before: from the moment the intent is written down."""
        begin = self.ledger.begin
        async with AsyncExitStack() as stack:

            async def begun(intent: Intent, **more: Any) -> str:
                entry = await begin(intent, **more)
                await stack.enter_async_context(trouble)
                return entry

            with patch.object(self.ledger, "begin", begun):
                yield

    @asynccontextmanager
    async def deadline(self, seconds: float) -> AsyncIterator[None]:
        """Give every call so many seconds, for a while."""
        with ExitStack() as stack:
            for connection in self.connections:
                stack.enter_context(patch.object(connection, "_timeout", seconds))
            yield

    async def carry_out(self, call: Call) -> Result:
        return await carry_out(self.session, call)

    async def verify(self, result: Result) -> Outcome:
        """Look for evidence on an unknown outcome, and return what then stands in the ledger."""
        assert result.id is not None
        entry = await self.ledger.get(result.id)
        assert entry is not None
        said, _words = await verify(self.session, entry)
        standing = await self.ledger.get(result.id)
        assert standing is not None
        assert standing.outcome is said, "what is said and what is written down differ"
        return said


def _afresh(open_: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
    async def opened() -> Any:
        caller = await open_()
        await caller.aclose()  # what is idle; the pool opens anew when it is needed
        return caller

    return opened
