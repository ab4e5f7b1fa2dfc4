"""One opened profile: its ports, its list and what it allows. Front doors hold one at a time."""

import contextlib
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeVar

from tui_reseller.domain.audit import Operator
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import LedgerUnavailable, MissingCredentials, NotPermitted
from tui_reseller.domain.operation import Call
from tui_reseller.domain.printed import command
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.provider import Provider
from tui_reseller.services import retry
from tui_reseller.services.guard import GuardedCustomers
from tui_reseller.services.held_list import HeldList
from tui_reseller.services.kept_notes import KeptNotes
from tui_reseller.services.known_usage import KnownUsage
from tui_reseller.services.lacking import Lacking
from tui_reseller.services.last_set import LastSet
from tui_reseller.services.ledger_ports import LedgerPort
from tui_reseller.services.list_ports import CustomerListPort, SnapshotPort
from tui_reseller.services.policy import Policy
from tui_reseller.services.ports import Clock, CredentialsPort, CustomersPort
from tui_reseller.services.suspended import Suspended
from tui_reseller.services.waiting import Waiting
from tui_reseller.services.write_desk import WriteDesk

T = TypeVar("T")

Connect = Callable[[Profile, Credential, float | None], CustomersPort]


@dataclass
class Session:
    """Everything that use cases need for one profile: its ports, and what is known at the moment, each with its owner.

    Timeout, in seconds, lowers the deadline of every call. Retention is how old a snapshot may get.
    """

    policy: Policy
    clock: Clock
    operator: Operator
    ledger: LedgerPort
    snapshot: SnapshotPort
    customers: CustomerListPort
    credentials: CredentialsPort
    connect: Connect
    timeout: float | None = None
    retention: timedelta = timedelta(days=30)
    budget: retry.Budget = field(default_factory=retry.Budget)
    usage: KnownUsage = field(default_factory=KnownUsage)
    waiting: Waiting = field(default_factory=Waiting)
    lacking: Lacking = field(default_factory=Lacking)
    held: HeldList = field(init=False)
    last_set: LastSet = field(init=False)
    suspended: Suspended = field(init=False)
    notes: KeptNotes = field(init=False)
    desk: WriteDesk = field(init=False)
    _service: GuardedCustomers | None = None

    def __post_init__(self) -> None:
        self.held = HeldList(self.account, self.provider, self.customers, self.snapshot)
        self.last_set = LastSet(self.account, self.provider, self.ledger)
        self.suspended = Suspended(self.account, self.ledger)
        self.notes = KeptNotes(self.account, self.ledger)
        self.desk = WriteDesk(self.ledger)

    @property
    def profile(self) -> Profile:
        """The profile, with the rules that hold now."""
        return self.policy.profile

    @property
    def account(self) -> str:
        """What locks, snapshots and the audit log belong to."""
        return self.profile.account

    @property
    def provider(self) -> Provider:
        """What the service of this profile is."""
        return self.profile.service

    @property
    def total_seconds(self) -> float:
        """Deadline of one call with its repetitions."""
        return min(self.timeout or retry.TOTAL_SECONDS, retry.TOTAL_SECONDS)

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection already: using it asks for no key."""
        return self._service is not None

    async def service(self) -> GuardedCustomers:
        """Return the connection, made at first use; it sends nothing without a permit.

        Raises MissingCredentials and its kinds.
        """
        if self._service is None:
            credential = complete(await self.credentials.get(self.profile), self.profile)
            connection = self.connect(self.profile, credential, self.timeout)
            connection.tell_waits(self.waiting.hear)
            self._service = GuardedCustomers(connection, self.policy, self.account)
        return self._service

    async def reconnect(self) -> None:
        """Forget the connection and its key, so that the next call asks for the key again."""
        self.lacking.forget()
        if self._service is not None:
            await self._service.aclose()
            self._service = None

    async def find(self, username: str, fields: Collection[str] = ()) -> Customer | None:
        """Ask the service for one customer; what it never tells is filled in. What is not read where one is asked for
        stays as it was known, unless *fields* names some of it: then it is read as well.

        Raises UnusableAnswer, with the rest, if the customer is not there and the answer is no proof of that.
        """
        service, enough = await self.service(), self.held.enough_for([username])
        ask = partial(service.find, username, enough)
        found = await self._read(ask)
        if found is None:
            return None
        found = self.held.completed(self.last_set.fill(found))
        return await self.filled(found, fields) if self.provider.are_details(fields) else found

    async def filled(self, customer: Customer, fields: Collection[str] = (), *, background: bool = False) -> Customer:
        """Return a customer with the details that the service tells for one at a time, read now: the groups that these
        fields are of, or the first one. Raises as find(), and CustomerNotFound, NotPermitted.
        """
        if not self.provider.details:
            return customer
        service, groups = await self.service(), self.provider.groups_of(fields) or tuple(self.provider.groups)[:1]
        self.lacking.refuse(groups)
        try:
            return await self._read(partial(service.fill, customer, fields, background=background))
        except NotPermitted as error:
            await self.lacking.learn(groups, error, service.probe)
            raise

    async def taken_away(self, call: Call, customer: Customer) -> Sequence[str]:
        """Return what a call takes away from a customer beside what it says, a line each. Raises as find()."""
        ask = partial((await self.service()).taken_away, call, customer)
        return await self._read(ask)

    async def email_of(self, username: str) -> str | None:
        """Return the e-mail address of a customer whom no list tells it of; None where it is not told. Raises as
        find(), and CustomerNotFound.
        """
        ask = partial((await self.service()).email_of, username)
        return await self._read(ask)

    async def offered_for(self, field: str, customer: Customer) -> Sequence[str]:
        """Return what the service offers a customer in a field, the best first. Raises as find()."""
        ask = partial((await self.service()).offered, field, customer)
        return await self._read(ask)

    async def offered(self) -> dict[str, Sequence[str]]:
        """Return what the service offers for the fields of a new customer, as far as it does, the best first.

        Raises as find().
        """
        service, found = await self.service(), {}
        for name in self.provider.offered_by_service:
            ask = partial(service.offered, name)
            found[name] = await self._read(ask)
        return found

    async def _read(self, ask: Callable[[], Awaitable[T]]) -> T:
        try:
            return await retry.read(
                self.clock, ask, self.budget, total=self.total_seconds, heard=self.waiting.heard
            )  # fmt: skip
        finally:
            self.waiting.over()

    async def catch_up(self) -> int:
        """Learn what the ledger knows, as a session begins: operations of processes that have ended become unknown,
        whether others must approve, and what this tool last set is read. Returns how many became unknown.

        Raises LedgerUnavailable; what can be learnt all the same has been learnt by then.
        """
        try:
            found = await self.ledger.recover()
            self.policy.approvals = await self.ledger.approvals(self.account)
            return found
        finally:
            await self.last_set.learn()

    async def break_glass(self, reason: str) -> None:
        """Write without the approval of others until this session ends. Raises LedgerUnavailable without the right."""
        if self.policy.approvals:
            await self.ledger.break_glass(self.account, reason)
            self.policy.approvals = 0

    async def aclose(self) -> None:
        """Close the connection. The ledger belongs to the whole program and stays open."""
        with contextlib.suppress(LedgerUnavailable):  # the last chance; after it they are unknown, as they should be
            await self.desk.write_down()
        if self._service is not None:
            await self._service.aclose()


def complete(credential: Credential | None, profile: Profile) -> Credential:
    """Return a credential with all that a profile needs. Raises MissingCredentials naming what is not there."""
    asks = command("profile", "secret", profile.name)
    if credential is None or not credential.key:
        raise MissingCredentials(f'no key for profile "{profile.name}"', hint=asks)
    if profile.wants_proxy_password and credential.proxy_password is None:
        if not profile.keeps_key:
            asks = "on a terminal it is asked for"
        if profile.credential_command:
            asks = f"let the credential_command print it as its second line; {asks}"
        raise MissingCredentials(f'no password for the proxy of profile "{profile.name}"', hint=asks)
    return credential
