"""One operation on several customers: one after the other, with pause and stop, a result for each."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import CredentialsRefused, LedgerUnavailable
from tui_reseller.domain.operation import Call, Outcome
from tui_reseller.services.result import Result
from tui_reseller.services.session import Session
from tui_reseller.services.write import carry_out

PAUSE_AFTER = 3
"""So many customers in a row that were not applied, and the run pauses itself (reliability O15)."""


@dataclass
class Bulk:
    """A run over frozen targets. Results grow in order; those not begun are missing from them."""

    calls: Sequence[Call]
    loaded: Sequence[Customer | None]
    reason: str = ""
    batch: str = field(default_factory=lambda: secrets.token_hex(4))
    results: list[Result] = field(default_factory=list)
    paused_because: str = ""
    is_stopped: bool = False
    _go: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_paused(self) -> bool:
        """Whether it waits for resume()."""
        return bool(self.paused_because)

    def pause(self, why: str = "paused by you") -> None:
        """Stop after the call in flight, until resume()."""
        if not self.is_stopped:
            self.paused_because = why
            self._go.clear()

    def resume(self) -> None:
        """Go on."""
        self.paused_because = ""
        self._go.set()

    def stop(self) -> None:
        """End after the call in flight; what was not begun is not sent."""
        self.is_stopped = True
        self.resume()

    async def run(self, session: Session, tell: Callable[[Result], None], *, pausing: bool = True) -> list[Result]:
        """Carry out the calls one by one. *Tell* is called after each. A script sets *pausing* off: it then goes on."""
        self._go.set()
        in_a_row = 0
        for call, loaded in zip(self.calls, self.loaded, strict=True):
            await self._go.wait()
            if self.is_stopped:
                break
            result = await carry_out(session, call, loaded=loaded, reason=self.reason, batch=self.batch)
            self.results.append(result)
            in_a_row = 0 if result.outcome.is_applied else in_a_row + 1
            self._brake(result, in_a_row, pausing=pausing)
            tell(result)
        return self.results

    def _brake(self, result: Result, in_a_row: int, *, pausing: bool) -> None:
        if isinstance(result.error, CredentialsRefused | LedgerUnavailable):
            self.stop()
        elif pausing and in_a_row and in_a_row % PAUSE_AFTER == 0:
            self.pause(f"paused by itself: {PAUSE_AFTER} in a row were not applied")

    @property
    def not_begun(self) -> int:
        """How many were not begun."""
        return len(self.calls) - len(self.results)

    def count(self, *outcomes: Outcome) -> int:
        """How many results have one of these outcomes."""
        return sum(result.outcome in outcomes for result in self.results)
