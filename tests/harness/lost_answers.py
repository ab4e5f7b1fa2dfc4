"""Every operation of every service, its answer lost or refused: all cases, and what has to be known in the end.

What a service has stands in its table; so does whether a reading can tell. A new service, or operation, is a case.
"""

import json
from dataclasses import dataclass

from tests.harness.samples import OLD_PASSWORD, call_of, planted_for
from tests.harness.sandbox import Sandbox
from tui_reseller.domain.action import Effect
from tui_reseller.domain.operation import RECORDED, Call, Operation, Outcome
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.providers import PROVIDERS
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2

FAULTS = ("drop-before", "drop-after")
"""Nothing is carried out; all is, and the answer is lost."""
LAG = 30.0
"""Seconds that readings are behind."""
CREDITS = {"type": "nonrecurring", "reset_frequency": None, "remain": 40, "total": None, "used": None}
REFUSALS = ("no-key", "bad-key", "no-credits", "not-authorised", "no-scope", "no-plan")
"""Each kind of 401 and 403 that was documented or seen (services 9.5)."""


@dataclass(frozen=True)
class Case:
    """One operation of a service."""

    provider: Provider
    operation: Operation
    fault: str

    def __str__(self) -> str:
        return f"{self.provider.id}-{self.operation.value}-{self.fault}"

    @property
    def creates(self) -> bool:
        return self.provider.action(self.operation).effect is Effect.CREATES

    def planted(self, sandbox: Sandbox) -> str:
        """Plant a customer on whom the operation has something to do, unless it makes one; return the key."""
        name = sandbox.fresh_name()
        if self.creates:
            return name
        more = {"email": f"{name}@x.example", "region": "global", "website_access": "true", "password": OLD_PASSWORD}
        values = planted_for(self.provider, self.operation) | more
        if self.provider is not RESELLER_V2:
            values["credits"] = json.dumps(CREDITS)
        sandbox.plant_person(name, **values)
        return str(sandbox.held(name)["account_id"]) if self.provider.names_customers else name

    def call(self, key: str) -> Call:
        """Return a call of it."""
        return call_of(self.provider, self.operation, key)


@dataclass(frozen=True)
class Lost(Case):
    """One operation whose answer is lost, and how; readings may be behind as well."""

    lags: bool = False

    def __str__(self) -> str:
        return f"{super().__str__()}{'-lag' if self.lags else ''}"

    @property
    def is_applied(self) -> bool:
        """Whether it was carried out all the same."""
        return self.fault == "drop-after"

    @property
    def due(self) -> Outcome:
        """What is known once it was looked at (reliability 4.3): of a key that the service gives, nothing before there
        is a customer with it; who is still listed may be closed later.
        """
        action = self.provider.action(self.operation)
        is_hidden = self.creates and self.provider.names_customers and not self.is_applied
        if is_hidden or not action.is_checkable:
            return Outcome.UNVERIFIABLE
        if self.is_applied:
            return Outcome.VERIFIED_APPLIED
        return Outcome.UNKNOWN if action.effect is Effect.REMOVES else Outcome.VERIFIED_NOT_APPLIED


def _operations() -> tuple[tuple[Provider, Operation], ...]:
    """Return all operations that are written down, each of another service than the one before where that has it."""
    return tuple((each, one) for one in RECORDED for each in PROVIDERS.values() if each.has(one))


LOST = tuple(Lost(*each, fault) for fault in FAULTS for each in _operations())
LAGGING = tuple(Lost(*each, fault, lags=True) for fault in FAULTS for each in _operations() if each[0].reads_lag)
REFUSED = tuple(Case(*each, shape) for each in _operations() if each[0] is not RESELLER_V2 for shape in REFUSALS)
LIMITED = tuple(Case(*each, "rate-limit") for each in _operations())
