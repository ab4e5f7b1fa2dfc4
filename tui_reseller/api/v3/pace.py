"""How often a service may be asked: its own count of what is left until when, kept before it says no.

Every answer of a v3 service tells it in three headers (services 9.1). One pace is kept for all calls of an
account; what nobody waits for leaves a part of it to those that somebody waits for.
"""

import asyncio
from collections.abc import Callable

from tui_reseller.api.reply import Reply
from tui_reseller.api.retry_after import retry_after

SPARE_PART = 0.8
"""Calls in the background leave this part of the limit to the others."""
MARGIN = 0.05
"""Seconds after the moment that was told: clocks and roads differ."""

Monotonic = Callable[[], float]


class Pace:
    """Lets calls go as long as the service has some left. Nothing is known before the first answer: then one call goes
    at a time.
    """

    def __init__(self) -> None:
        self._limit: int | None = None
        self._left = 0
        self._resets_at = 0.0
        self._flying = 0
        self._news = asyncio.Event()

    def wait_for(self, now: float, *, background: bool = False) -> float | None:
        """Return seconds until a call may go, 0 for at once; None until another call's answer tells."""
        if self._limit is None:
            return None if self._flying else 0.0
        if now >= self._resets_at:
            self._left = self._limit
        kept = int(self._limit * SPARE_PART) if background else 0
        if self._left - self._flying > kept:
            return 0.0
        if self._flying and now >= self._resets_at:
            return None
        return max(self._resets_at - now, 0.0) + MARGIN

    async def turn(self, *, background: bool = False) -> None:
        """Wait for the turn of one call; end() belongs to each."""
        while wait := self._blocked(background=background):
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), wait)
            except TimeoutError:
                continue
        self._flying += 1

    def _blocked(self, *, background: bool) -> float:
        wait = self.wait_for(_now(), background=background)
        return _LONG if wait is None else wait

    def end(self, reply: Reply | None) -> None:
        """Take note of an answer, or that there was none."""
        self._flying -= 1
        if reply is not None:
            self._learn(reply)
        self._news.set()

    def _learn(self, reply: Reply) -> None:
        now = _now()
        limit, left = _number(reply, "x-ratelimit-limit"), _number(reply, "x-ratelimit-remaining")
        if reply.status == 429:
            self._limit = limit or self._limit or 1
            self._left, self._resets_at = 0, max(self._resets_at, now + retry_after(reply))
        elif limit and left is not None:
            resets_at = now + retry_after(reply)
            is_newer = resets_at > self._resets_at + MARGIN or now >= self._resets_at
            self._left = left if is_newer or self._limit is None else min(self._left, left)
            self._limit, self._resets_at = limit, resets_at if is_newer else self._resets_at
        elif self._limit is None:
            self._limit, self._left, self._resets_at = _UNLIMITED, _UNLIMITED, float("inf")


_LONG = 3600.0
_UNLIMITED = 1 << 30
"""Of a service that tells no limit."""


def _number(reply: Reply, name: str) -> int | None:
    text = reply.header(name) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _now() -> float:
    return asyncio.get_running_loop().time()
