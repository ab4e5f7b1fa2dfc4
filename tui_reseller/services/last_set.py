"""What this tool last set of fields that the service never tells: the ledger is the only one that knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.value import Value
from tui_reseller.services.ledger_ports import LedgerPort


@dataclass
class LastSet:
    """Values by username and field. Trouble is why the ledger could not tell; they are unknown then."""

    account: str
    provider: Provider
    ledger: LedgerPort
    values: dict[str, dict[str, Value]] = field(default_factory=dict)
    trouble: LedgerUnavailable | None = None

    async def learn(self) -> None:
        """Read them from the ledger. One that cannot be read leaves them unknown: the list is true without them."""
        try:
            found = await self.ledger.last_set(self.account)
        except LedgerUnavailable as error:
            self.values, self.trouble = {}, error
        else:
            self.values, self.trouble = {name: dict(values) for name, values in found.items()}, None

    def fill(self, customer: Customer) -> Customer:
        """Return a customer with what we last set where the service did not tell."""
        ours = self.values.get(customer.username, {})
        untold = {name: value for name, value in ours.items() if customer.value(name) is None}
        return customer.with_values(untold) if untold else customer

    def note(self, username: str, values: Mapping[str, Value]) -> None:
        """Remember what we set, as far as the service never tells it; None is what nobody knows now."""
        untold = {name: value for name, value in values.items() if name in self.provider.untold}
        if untold:
            self.values.setdefault(username, {}).update(untold)

    def renamed(self, username: str, new: str) -> None:
        """Let what is known follow the customer."""
        if username in self.values:
            self.values[new] = self.values.pop(username)

    def forget(self, username: str) -> None:
        """Forget a customer who is gone."""
        self.values.pop(username, None)
