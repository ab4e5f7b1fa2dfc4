"""Creates and switches whose answer is lost, at every service: all cases, and what has to be known in the end.

What a service has stands in its table; so does whether a reading can tell. A new service, or a new switch, is a case.
"""

from dataclasses import dataclass

from tui_reseller.domain.action import Effect
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.providers import PROVIDERS

FAULTS = ("drop-before", "drop-after")
"""Nothing is carried out; all is, and the answer is lost."""


@dataclass(frozen=True)
class Lost:
    """One operation of a service, and how its answer is lost."""

    provider: Provider
    operation: Operation
    fault: str

    def __str__(self) -> str:
        return f"{self.provider.id}-{self.operation.value}-{self.fault}"

    @property
    def is_applied(self) -> bool:
        """Whether it was carried out all the same."""
        return self.fault == "drop-after"

    @property
    def creates(self) -> bool:
        return self.provider.action(self.operation).effect is Effect.CREATES

    @property
    def due(self) -> Outcome:
        """What is known once it was looked at (reliability 4.3): of a key that the service gives, nothing before there
        is a customer with it.
        """
        is_hidden = self.creates and self.provider.names_customers and not self.is_applied
        if is_hidden or not self.provider.action(self.operation).is_checkable:
            return Outcome.UNVERIFIABLE
        return Outcome.VERIFIED_APPLIED if self.is_applied else Outcome.VERIFIED_NOT_APPLIED


LOST = tuple(
    Lost(provider, operation, fault)
    for fault in FAULTS
    for operation in Operation
    for provider in PROVIDERS.values()
    if provider.has(operation)
    and (provider.action(operation).sets or provider.action(operation).effect is Effect.CREATES)
)
"""All cases, of which each has another service than the one before."""
