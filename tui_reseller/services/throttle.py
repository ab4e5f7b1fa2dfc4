"""How fast a job may go: as fast as the service bears it, and not at all when it does not answer (reliability N26-N33).

In flight grows by one for each round of good answers and shrinks with bad ones, as TCP does: there is no figure for the
service's limit that could be configured. A breaker opens after bad answers in a row.
"""

import asyncio
from dataclasses import dataclass, field

from tui_reseller.domain.errors import NoAnswer, RateLimited, ResellerError
from tui_reseller.services.ports import Clock

MOST_IN_FLIGHT = 8
SLOWER_WHEN_LIMITED = 0.7
SLOWER_WITHOUT_ANSWER = 0.5
BREAKS_AT = 5
"""So many calls in a row without a usable answer, and nothing more is sent (N33)."""
LONGEST_WAIT = 15 * 60.0
"""Seconds. A service that asks for more is left alone until a person resumes (N29)."""


@dataclass
class Throttle:
    """Let each call leave when it may. Limit is how many calls may be on their way at once."""

    clock: Clock
    most: int = MOST_IN_FLIGHT
    limit: float = 0.0
    in_flight: int = 0
    in_a_row: int = 0
    not_before: float = 0.0
    broken_because: str = ""
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        self.limit = self.limit or float(self.most)

    async def acquire(self) -> None:
        """Wait until a call may leave."""
        while True:
            wait = self.not_before - self.clock.monotonic()
            if wait > 0:
                await self.clock.sleep(wait)
                continue
            if self.in_flight < max(1, int(self.limit)):
                self.in_flight += 1
                return
            async with self._changed:
                await self._changed.wait()

    async def release(self, error: ResellerError | None) -> None:
        """A call has its last answer. None is a good one, or one that says nothing about the service's strength."""
        self.in_flight -= 1
        if isinstance(error, NoAnswer | RateLimited):
            self.on_error(error)
        else:
            self.in_a_row = 0
            self.limit = min(float(self.most), self.limit + 1 / max(1.0, self.limit))
        async with self._changed:
            self._changed.notify_all()

    def on_error(self, error: ResellerError) -> None:
        """Slow down after an answer that was none, or that asks for it."""
        if isinstance(error, RateLimited):
            self.limit = max(1.0, self.limit * SLOWER_WHEN_LIMITED)
            self.not_before = max(self.not_before, self.clock.monotonic() + min(error.retry_after, LONGEST_WAIT))
            if error.retry_after > LONGEST_WAIT:
                self.broken_because = f"the service asks to wait {error.retry_after / 60:.0f} minutes"
            return
        self.limit = max(1.0, self.limit * SLOWER_WITHOUT_ANSWER)
        self.in_a_row += 1
        if self.in_a_row >= BREAKS_AT:
            self.broken_because = f"{self.in_a_row} calls in a row had no usable answer ({error.message})"
