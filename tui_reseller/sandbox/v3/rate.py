"""The rate limit over all calls: one window, counted whether it is enforced or not."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_reseller.sandbox.journal import Clock

_GENEROUS = (1_000_000, 60.0)


class Rate:
    """A window of calls that begins with its first one."""

    def __init__(self, limit: tuple[int, float] | None, clock: Clock) -> None:
        self._calls, self._seconds = limit or _GENEROUS
        self._clock = clock
        self._ends = 0.0
        self._left = self._calls

    def take(self) -> bool:
        """Count a call; say whether the limit allows it."""
        now = self._clock.now()
        if now >= self._ends:
            self._ends, self._left = now + self._seconds, self._calls
        if self._left == 0:
            return False
        self._left -= 1
        return True

    def headers(self) -> dict[str, str]:
        """Return what every answer says of the limit; the reset is a moment, in seconds since 1970."""
        return {
            "x-ratelimit-limit": str(self._calls),
            "x-ratelimit-remaining": str(self._left),
            "x-ratelimit-reset": str(math.ceil(self._ends)),
        }
