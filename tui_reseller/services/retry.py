"""When a call may be sent again (reliability R1): reads after any lost answer, writes only after *not sent* or 429."""

import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tui_reseller.domain.errors import NoAnswer, NotSent, RateLimited, ResellerError
from tui_reseller.services.ports import Clock

READ_ATTEMPTS = 4
WRITE_ATTEMPTS = 3
TOTAL_SECONDS = 45.0
"""Longest time for one call with its repetitions (design: "Sizes and times")."""
LONGEST_WAIT = 20.0
FIRST_WAIT = 0.25

REPEATABLE_READ = (NoAnswer, RateLimited)
REPEATABLE_WRITE = (NotSent, RateLimited)

T = TypeVar("T")
Heard = Callable[[ResellerError], None]
"""Told of an answer after which the call is made again."""


def nobody(_error: ResellerError) -> None:
    """Nobody wants to know."""


async def read(clock: Clock, attempt: Callable[[], Awaitable[T]], *, total: float = TOTAL_SECONDS) -> T:
    """Make a read, up to 4 times within *total* seconds. Raises the last error."""
    return await _repeat(clock, attempt, READ_ATTEMPTS, REPEATABLE_READ, total)


async def write(
    clock: Clock, attempt: Callable[[], Awaitable[T]], *, total: float = TOTAL_SECONDS, heard: Heard = nobody
) -> T:
    """Make a write: again only if nothing was sent or the service asked to come later. Raises the last error."""
    return await _repeat(clock, attempt, WRITE_ATTEMPTS, REPEATABLE_WRITE, total, heard)


async def _repeat(
    clock: Clock,
    attempt: Callable[[], Awaitable[T]],
    attempts: int,
    repeatable: tuple[type[ResellerError], ...],
    total: float,
    heard: Heard = nobody,
) -> T:
    end = clock.monotonic() + total
    for number in range(1, attempts + 1):
        try:
            return await attempt()
        except repeatable as error:
            wait = wait_before(error, number)
            if number == attempts or clock.monotonic() + wait >= end:
                raise
            heard(error)
            await clock.sleep(wait)
    raise AssertionError("unreachable: the last attempt returns or raises")


def wait_before(error: ResellerError, number: int) -> float:
    """Seconds to wait: what the service asks for, else growing, with jitter so that programs do not march in step."""
    if isinstance(error, RateLimited):
        return error.retry_after + random.uniform(0, 0.1)  # noqa: S311 - not a secret
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (number - 1))
    return random.uniform(0.5, 1) * longest  # noqa: S311 - not a secret
