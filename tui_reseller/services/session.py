"""One opened profile: its ports, its list and what it allows. Front doors hold one at a time."""

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from tui_reseller.domain.audit import Operator
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import BadConfig, LedgerUnavailable, MissingCredentials, RefusedHere
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.printed import command
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.text import quoted
from tui_reseller.domain.value import Value
from tui_reseller.services import absence, retry
from tui_reseller.services.guard import GuardedCustomers
from tui_reseller.services.list_ports import CustomerListPort, SnapshotPort
from tui_reseller.services.policy import Policy
from tui_reseller.services.ports import Clock, CredentialsPort, CustomersPort, LedgerPort

Connect = Callable[[Profile, Credential, float | None], CustomersPort]


@dataclass
class Session:
    """Everything that use cases need for one profile.

    Timeout, in seconds, lowers the deadline of every call. Retention is how old a snapshot may get. Last_set holds what
    this tool last set of fields that the service never tells, by username; kept what this session changed, in order,
    for lists that were on their way then. Read_tick is when the list was read by the monotonic clock, None for one that
    was read by another run.
    """

    profile: Profile
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
    read_at: datetime | None = None
    read_tick: float | None = None
    is_partial: bool = False
    last_set: dict[str, dict[str, Value]] = field(default_factory=dict)
    unwritten: list[tuple[str, Outcome, str]] = field(default_factory=list)
    in_flight: set[str] = field(default_factory=set)
    kept: list[tuple[str, Customer | None]] = field(default_factory=list)
    budget: retry.Budget = field(default_factory=retry.Budget)
    ledger_trouble: LedgerUnavailable | None = None
    _service: GuardedCustomers | None = None

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

    async def service(self) -> GuardedCustomers:
        """Return the connection, made at first use; it sends nothing without a permit.

        Raises MissingCredentials and its kinds.
        """
        if self._service is None:
            credential = complete(await self.credentials.get(self.profile), self.profile)
            connection = self.connect(self.profile, credential, self.timeout)
            self._service = GuardedCustomers(connection, self.policy, self.account)
        return self._service

    async def reconnect(self) -> None:
        """Forget the connection and its key, so that the next call asks for the key again."""
        if self._service is not None:
            await self._service.aclose()
            self._service = None

    async def find(self, username: str) -> Customer | None:
        """Ask the service for one customer; what the service never tells is filled in. Raises
        UnusableAnswer, with the rest, if it is not there and the answer is no proof of that.
        """
        service, enough = await self.service(), self.enough_for([username])
        ask = partial(service.find, username, enough)
        found = await retry.read(self.clock, ask, self.budget, total=self.total_seconds)
        return self.with_last_set(found) if found else None

    def enough_for(self, missing: Collection[str]) -> float:
        """Return how many customers a whole list must have to prove that these are missing from it.

        The last list that we hold tells, without those: they are what may be gone.
        """
        total, there = self.customers.total, len(missing)
        if self.read_at is None and (found := self.snapshot.head(self.account, 0)) is not None:
            total = found[0].total
        elif total <= absence.FEW:
            there = len(self.customers.named(missing))
        return absence.enough(total, there)

    def with_last_set(self, customer: Customer) -> Customer:
        """Fill in what we last set where the service did not tell."""
        ours = self.last_set.get(customer.username, {})
        untold = {name: value for name, value in ours.items() if customer.value(name) is None}
        return customer.with_values(untold) if untold else customer

    def set_by_us(self, username: str, values: Mapping[str, Value]) -> None:
        """Remember what we set, as far as the service never tells it; None is what nobody knows now."""
        untold = {name: value for name, value in values.items() if name in self.provider.untold}
        if untold:
            self.last_set.setdefault(username, {}).update(untold)

    async def learn_last_set(self) -> None:
        """Read from the ledger what this tool last set of fields that the service never tells.

        A ledger that cannot be read leaves it unknown, and its trouble is kept: the list is true without it.
        """
        try:
            found = await self.ledger.last_set(self.account)
        except LedgerUnavailable as error:
            self.last_set, self.ledger_trouble = {}, error
        else:
            self.last_set, self.ledger_trouble = {name: dict(values) for name, values in found.items()}, None

    async def catch_up(self) -> int:
        """Learn what the ledger knows, as a session begins: operations of processes that have ended become unknown, and
        what this tool last set is read. Returns how many became unknown.

        Raises LedgerUnavailable; what can be learnt all the same has been learnt by then.
        """
        try:
            return await self.ledger.recover()
        finally:
            await self.learn_last_set()

    async def keep(self, *changes: tuple[str, Customer | None]) -> None:
        """Take certain changes into list and snapshot: username, and the customer or None. A disk that refuses costs
        only the snapshot.
        """
        if not changes:
            return
        self.customers.apply(changes)
        self.kept.extend(changes)
        with contextlib.suppress(BadConfig):  # never an error of the operation, which is done
            await self.snapshot.note(self.account, changes)
        await self.customers.tidy()

    @contextlib.contextmanager
    def changing(self, username: str) -> Iterator[None]:
        """Be the only change of a customer that is on its way. Raises RefusedHere if there is another one."""
        if username in self.in_flight:
            raise RefusedHere(f"refused: a change of {quoted(username)} is still on its way")
        self.in_flight.add(username)
        try:
            yield
        finally:
            self.in_flight.discard(username)

    async def write_down_kept(self) -> None:
        """Write down outcomes that the disk refused before. Raises LedgerUnavailable if it still does."""
        while self.unwritten:
            first = self.unwritten[0]
            await self.ledger.finish(*first)
            if self.unwritten and self.unwritten[0] is first:  # another call may have written it meanwhile
                self.unwritten.pop(0)

    async def aclose(self) -> None:
        """Close the connection. The ledger belongs to the whole program and stays open."""
        with contextlib.suppress(LedgerUnavailable):  # the last chance; after it they are unknown, as they should be
            await self.write_down_kept()
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
