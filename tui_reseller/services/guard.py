"""The one door to the service: whoever holds it reads freely, and writes only what the policy lets through now."""

from collections.abc import AsyncGenerator, Sequence

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.listing import ListProgress
from tui_reseller.domain.operation import Call
from tui_reseller.services.policy import Policy
from tui_reseller.services.ports import CustomersPort


class GuardedCustomers:
    """A connection that refuses writes by itself (a CustomersPort). The use cases check earlier and say more; this is
    what holds when one of them forgets, or when a profile locks itself between the check and the sending (H6).
    """

    def __init__(self, customers: CustomersPort, policy: Policy) -> None:
        self._customers = customers
        self._policy = policy

    def stream(self) -> AsyncGenerator[ListProgress, None]:
        """Read the complete list."""
        return self._customers.stream()

    async def find(self, username: str) -> Customer | None:
        """Ask for one customer."""
        return await self._customers.find(username)

    async def probe(self) -> Sequence[str]:
        """Prove the credentials."""
        return await self._customers.probe()

    async def send(self, call: Call) -> str:
        """Send one write, or raise RefusedHere: nothing was sent then."""
        self._policy.refuse(call)
        return await self._customers.send(call)

    async def aclose(self) -> None:
        """Close connections."""
        await self._customers.aclose()
