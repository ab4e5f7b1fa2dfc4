"""When a call may be sent again (reliability R1): reads after any lost answer, writes only after *not sent* or 429.

A budget bounds what repeating adds to the load of a service in trouble (N32, I11).
"""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from tui_reseller.domain.errors import NoAnswer, NotSent, ProxyRefused, RateLimited, ResellerError
from tui_reseller.services.ports import Clock

READ_ATTEMPTS = 4
WRITE_ATTEMPTS = 3
TOTAL_SECONDS = 45.0
"""Longest time for one call with its repetitions (design: "Sizes and times")."""
LONGEST_WAIT = 20.0
FIRST_WAIT = 0.25
FIRST_WAIT_WHEN_BUSY = 1.0
SHORTEST_WAIT_WHEN_BUSY = 0.5

REPEATABLE_READ = (NoAnswer, RateLimited)
REPEATABLE_WRITE = (NotSent, RateLimited)

TOKENS = 100.0
COST_NOT_SENT = 5.0
COST = 10.0

T = TypeVar("T")
Heard = Callable[[ResellerError], None]
"""Told of an answer after which the call is made again."""


def nobody(_error: ResellerError) -> None:
    """Nobody wants to know."""


@dataclass
class Budget:
    """What repetitions may cost: 100 tokens, 1 back for every answer, 5 for a repetition of what was not sent and 10 of
    what the service had to answer. So at most one call in ten is a repetition, however bad the service is.

    (N32 charges 10 after a time-out only. Measured with 30 % of errors 500, 2,400 calls then become 2,810; with this
    rule 2,590.)
    """

    tokens: float = TOKENS

    def earn(self) -> None:
        """Take back a token for an answer."""
        self.tokens = min(TOKENS, self.tokens + 1)

    def pay(self, error: ResellerError) -> bool:
        """Pay for one repetition after this error; return whether there was enough. A proxy that refuses us is not
        asked again at any price: it would count wrong passwords.
        """
        if isinstance(error, ProxyRefused):
            return False
        cost = COST_NOT_SENT if isinstance(error, NotSent) else COST
        if cost > self.tokens:
            return False
        self.tokens -= cost
        return True


async def read(
    clock: Clock,
    attempt: Callable[[], Awaitable[T]],
    budget: Budget,
    *,
    total: float = TOTAL_SECONDS,
    heard: Heard = nobody,
) -> T:
    """Make a read, up to 4 times within *total* seconds and the budget. Raises the last error."""
    return await _repeat(clock, attempt, budget, READ_ATTEMPTS, REPEATABLE_READ, total, heard)


async def write(
    clock: Clock,
    attempt: Callable[[], Awaitable[T]],
    budget: Budget,
    *,
    total: float = TOTAL_SECONDS,
    heard: Heard = nobody,
) -> T:
    """Make a write: again only if nothing was sent or the service asked to come later. Raises the last error."""
    return await _repeat(clock, attempt, budget, WRITE_ATTEMPTS, REPEATABLE_WRITE, total, heard)


async def _repeat(
    clock: Clock,
    attempt: Callable[[], Awaitable[T]],
    budget: Budget,
    attempts: int,
    repeatable: tuple[type[ResellerError], ...],
    total: float,
    heard: Heard = nobody,
) -> T:
    end = clock.monotonic() + total
    for number in range(1, attempts + 1):
        try:
            answer = await attempt()
        except repeatable as error:
            wait = wait_before(error, number)
            if number == attempts or clock.monotonic() + wait >= end or not budget.pay(error):
                raise
            heard(error)
            await clock.sleep(wait)
        else:
            budget.earn()
            return answer
    raise AssertionError("unreachable: the last attempt returns or raises")


def wait_before(error: ResellerError, number: int) -> float:
    """Seconds to wait: what the service asks for, else growing, with jitter so that programs do not march in step.

    A busy service that names no time, or none at all, gets 0.5 to 20 s (N27, N28).
    """
    if isinstance(error, RateLimited):
        longest = min(LONGEST_WAIT, FIRST_WAIT_WHEN_BUSY * 2.0 ** (number - 1))
        ours = random.uniform(SHORTEST_WAIT_WHEN_BUSY, longest)  # noqa: S311 - not a secret
        return max(error.retry_after, ours) + random.uniform(0, 0.1)  # noqa: S311 - not a secret
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (number - 1))
    return random.uniform(0.5, 1) * longest  # noqa: S311 - not a secret
