"""The way to the service: whoever holds it reads freely, and writes only what a permit was given for (door.py), if the
policy lets it through now.
"""

from collections.abc import AsyncGenerator, Collection, Sequence
from datetime import timedelta
from typing import Protocol

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.identity import Identity
from tui_reseller.domain.listing import ListProgress
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.receipt import Receipt
from tui_reseller.services.policy import Policy
from tui_reseller.services.ports import CustomersPort
from tui_reseller.services.usage_port import UsagePort


class PermitPort(Protocol):
    """What the door gives; see door.py."""

    def refuse_other(self, account: str, call: Call, job: int | None) -> None:
        """Raise RefusedHere for a call that this permit was not given for."""


class GuardedCustomers:
    """A connection that sends nothing without a permit. The use cases check earlier and say more; this is what holds
    when one of them forgets, or when a profile locks itself between the check and the sending (H6).
    """

    def __init__(self, customers: CustomersPort, policy: Policy, account: str) -> None:
        self._customers = customers
        self._policy = policy
        self._account = account

    def stream(self) -> AsyncGenerator[ListProgress, None]:
        """Read the complete list."""
        return self._customers.stream()

    async def find(self, username: str, enough: float = 0.0) -> Customer | None:
        """Ask for one customer; a list of others proves that it is not there if it has *enough* customers."""
        return await self._customers.find(username, enough)

    async def fill(self, customer: Customer, fields: Collection[str] = (), *, background: bool = False) -> Customer:
        """Return a customer with what the service tells for one at a time."""
        return await self._customers.fill(customer, fields, background=background)

    async def offered(self, field: str, customer: Customer | None = None) -> Sequence[str]:
        """Return values that a customer may have in a field, the best first."""
        return await self._customers.offered(field, customer)

    async def taken_away(self, call: Call, customer: Customer) -> Sequence[str]:
        """Return what a call takes away from a customer beside what it says."""
        return await self._customers.taken_away(call, customer)

    async def email_of(self, username: str) -> str | None:
        """Return the e-mail address of a customer whom no list tells it of; None where it is not told."""
        return await self._customers.email_of(username)

    async def probe(self) -> Identity:
        """Prove the credentials."""
        return await self._customers.probe()

    async def send(self, call: Call, permit: PermitPort, job: int | None = None) -> Receipt:
        """Send one write, of a job if one is named; or raise RefusedHere: nothing was sent then."""
        permit.refuse_other(self._account, call, job)
        self._policy.refuse(call)
        if call.operation is Operation.SIGN_IN:
            return Receipt("given", link=await self._customers.link(call.username))
        return await self._customers.send(call)

    def usage(self) -> UsagePort:
        """Return the service's statistics."""
        return self._customers.usage()

    def ahead(self) -> timedelta | None:
        """Return how far the service's clock is before ours, where an answer told it."""
        return self._customers.ahead()

    async def aclose(self) -> None:
        """Close connections."""
        await self._customers.aclose()
