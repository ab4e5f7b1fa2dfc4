"""Every operation of every service, its answer lost or refused: all cases, and what has to be known in the end.

What a service has stands in its table; so does whether a reading can tell. A new service, or operation, is a case.
"""

import json
from dataclasses import dataclass

from tests.harness.samples import OLD_PASSWORD, call_of, planted_for
from tests.harness.sandbox import Sandbox
from tui_reseller.domain.action import Effect
from tui_reseller.domain.operation import RECORDED, WRITES, Call, Operation, Outcome
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
WAYS = ("goes", "appears")
"""What happens to the list behind each of its pages."""


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
class Refused(Case):
    """One operation that is refused: the fault is the shape, the code that of the status and of the body."""

    code: int | None = None

    def __str__(self) -> str:
        return f"{super().__str__()}{f'-{self.code}' if self.code else ''}"

    def strikes(self, sandbox: Sandbox) -> None:
        """Let the next call of it be refused."""
        code = {} if self.code is None else {"code": self.code}
        sandbox.fault("status", shape=self.fault, operation=self.operation.value, times=1, **code)

    @property
    def is_of_the_key(self) -> bool:
        """Whether the key is refused: of the services of today a 401 or 403 may be about something else."""
        return self.provider is RESELLER_V2 or self.fault in {"no-key", "bad-key"}


@dataclass(frozen=True)
class Lost(Case):
    """One operation whose answer is lost, and how; readings may be behind as well, or the list move under them."""

    lags: bool = False
    way: str = ""

    def __str__(self) -> str:
        return f"{super().__str__()}{'-lag' if self.lags else ''}{self.way and f'-{self.way}'}"

    def spoils(self, sandbox: Sandbox) -> None:
        """Lose the answer, and let readings be behind if they are to be."""
        if self.lags:
            sandbox.fault("lag", seconds=LAG, times=None)
        sandbox.fault(self.fault, operation=self.operation.value, times=1)

    def shifts(self, sandbox: Sandbox) -> None:
        """Let the list move behind each page from now on, if it is to."""
        if self.way:
            sandbox.fault("shift", way=self.way, operation="list", times=None)

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

    @property
    def may_be(self) -> frozenset[Outcome]:
        """All that may be said once it was looked at. Where a customer goes behind every page, that is the one who is
        looked for: only what was seen before is certain, and who is gone is gone, whoever did it. Where one appears
        behind every page, a list that has no end decides nothing, nor does it tell which of the new ones is ours.
        """
        if not self.way or self.due is Outcome.UNVERIFIABLE:
            return frozenset({self.due})
        if self.way == "appears":
            more = {Outcome.UNVERIFIABLE if self.provider.names_customers else Outcome.UNKNOWN}
            return frozenset({self.due, *(more if self.creates else ())})
        is_removed = self.provider.action(self.operation).effect is Effect.REMOVES
        return frozenset({self.due, Outcome.UNKNOWN, Outcome.VERIFIED_APPLIED if is_removed else Outcome.CONFLICT})

    @property
    def is_sent_again(self) -> bool:
        """Whether a job sends it again by itself: it certainly was not carried out."""
        return self.due is Outcome.VERIFIED_NOT_APPLIED


def _operations() -> tuple[tuple[Provider, Operation], ...]:
    """Return all operations that are written down, each of another service than the one before where that has it."""
    return tuple((each, one) for one in RECORDED for each in PROVIDERS.values() if each.has(one))


LOST = tuple(Lost(*each, fault) for fault in FAULTS for each in _operations())
LAGGING = tuple(Lost(*each, fault, lags=True) for fault in FAULTS for each in _operations() if each[0].reads_lag)
SHIFTED = tuple(
    Lost(*each, fault, way=way)
    for fault in FAULTS
    for way in WAYS
    for each in _operations()
    if not each[0].list_is_atomic
)
_REFUSED_V2 = tuple(
    Refused(*each, shape, code)
    for shape in ("E1", "E2", "E3", "E3-flat", "E4", "E5", "E6")
    for code in (401, 403)
    for each in _operations()
    if each[0] is RESELLER_V2
)
REFUSED = (
    *(Refused(*each, shape) for each in _operations() if each[0] is not RESELLER_V2 for shape in REFUSALS),
    *_REFUSED_V2,
)
LIMITED = tuple(Case(*each, "rate-limit") for each in _operations())


def _is_for_jobs(provider: Provider, operation: Operation) -> bool:
    """Whether a job may do it: not what only one customer at a time is given."""
    action = provider.action(operation)
    is_unnamed = action.effect is Effect.CREATES and provider.names_customers
    return operation in WRITES and not action.why_old_password and not is_unnamed


IN_JOBS = tuple(Lost(*each, fault) for fault in FAULTS for each in _operations() if _is_for_jobs(*each))
IN_SECOND_CALLS = tuple(
    Lost(each, operation, fault)
    for each in PROVIDERS.values()
    if each.set_after_create
    for operation in (Operation.CREATE, Operation.SET)
    for fault in FAULTS
)
"""Of new customers who take two calls: which of them is lost."""
