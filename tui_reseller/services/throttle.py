"""How fast a job may go: as fast as the service bears it, and not at all when it does not answer (reliability N26-N33).

In flight grows by one for each round of good answers and shrinks with bad ones, as TCP does: there is no figure for the
service's limit that could be configured. A breaker opens after bad answers in a row.

Two items more than that may be begun, or have their answer: the ledger writes beside the calls, not between them.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from tui_reseller.domain.errors import NoAnswer, NotSent, RateLimited, ResellerError
from tui_reseller.services.ports import Clock

MOST_IN_FLIGHT = 8
MOST_BESIDE = 2
"""Items that wait for their turn, or whose outcome is written, while as many calls as may be are on their way. A call
takes 25 ms of 31 at 20 ms latency (measured); without them its place stayed empty for the rest.
"""
SLOWER_WHEN_LIMITED = 0.7
SLOWER_WITHOUT_ANSWER = 0.5
BREAKS_AT = 5
"""So many calls in a row without a usable answer, and nothing more is sent (N33)."""
LONGEST_WAIT = 15 * 60.0
"""Seconds. A service that asks for more is left alone until a person resumes (N29)."""


@dataclass
class Throttle:
    """Let each call leave when it may. Limit is how many calls may be on their way at once. At work are items: those of
    the calls, and those beside them.
    """

    clock: Clock
    most: int = MOST_IN_FLIGHT
    limit: float = 0.0
    in_flight: int = 0
    at_work: int = 0
    in_a_row: int = 0
    not_before: float = 0.0
    broken_because: str = ""
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        self.limit = self.limit or float(self.most)

    async def begin_item(self) -> None:
        """Wait until an item may be begun."""
        await self._until(lambda: self.at_work < self._may_leave + self._beside)
        self.at_work += 1

    async def end_item(self) -> None:
        """All of an item is written down."""
        self.at_work -= 1
        await self._wake()

    async def acquire(self) -> None:
        """Wait until a call may leave."""
        await self._until(lambda: self.in_flight < self._may_leave)
        self.in_flight += 1

    async def release(self, error: ResellerError | None) -> None:
        """A call has its last answer. None is a good one, or one that says nothing about the service's strength."""
        self.in_flight -= 1
        if isinstance(error, NoAnswer | RateLimited):
            self.on_error(error)
        else:
            self.in_a_row = 0
            self.limit = min(float(self.most), self.limit + 1 / max(1.0, self.limit))
        await self._wake()

    @property
    def _may_leave(self) -> int:
        return max(1, int(self.limit))

    @property
    def _beside(self) -> int:
        """None while the service is in trouble: an item that waits long keeps its customer from others."""
        return min(MOST_BESIDE, self.most // 4) if self.limit >= self.most else 0

    async def _until(self, holds: Callable[[], bool]) -> None:
        while True:
            wait = self.not_before - self.clock.monotonic()
            if wait > 0:
                await self.clock.sleep(wait)
            elif holds():
                return
            else:
                async with self._changed:
                    await self._changed.wait()

    async def _wake(self) -> None:
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


@dataclass
class Turn:
    """The turn of one item's call."""

    throttle: Throttle
    is_halted: Callable[[], bool]
    is_taken: bool = False

    async def take(self) -> None:
        """Wait until the call may leave. Raises NotSent if the job was halted meanwhile."""
        await self.throttle.acquire()
        if self.is_halted():
            await self.throttle.release(None)
            raise NotSent("the job was halted before it was sent")
        self.is_taken = True

    def heard(self, error: ResellerError) -> None:
        """An answer after which the call is made again."""
        self.throttle.on_error(error)

    async def give_back(self, error: ResellerError | None) -> None:
        """The call has its last answer, or will leave no more."""
        if self.is_taken:
            await self.throttle.release(error)
