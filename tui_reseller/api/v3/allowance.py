"""How many calls a service still allows, as its answers tell it (services 9.1). Pure: every moment is handed in.

Moments are seconds of a clock that never jumps and is one for all processes of a machine. A moment that the service
tells is known to the second; the later one is believed.
"""

import math
from dataclasses import asdict, dataclass, field

from tui_reseller.api.reply import Reply
from tui_reseller.api.retry_after import LONGEST, retry_after
from tui_reseller.api.v3.window import Window

SPARE_PART, SPARE_OF_MANY = 0.8, 0.01
"""Calls in the background leave this part of the limit to the others, and each of many leaves that to single ones."""
MARGIN = 0.05
"""Seconds after the moment that was told: clocks and roads differ."""
SAME = 1.0
"""Moments of a reset that differ by no more are those of one window: they are told, and measured, in whole seconds."""
SLOW, AT_ONCE = 5.0, 4
"""Seconds between two calls that the service takes more seldom, and so many of them that may go without that: a client
of the live service that sends one in five seconds is still refused now and then (services 9.1).
"""
SOONEST = 0.5
"""Seconds after which a service that said that it was too soon is asked again at the earliest: the rest of a window
that it tells may have been cut off to nothing.
"""
EXPIRES = 60.0
"""Seconds after which a call is not on its way any more, whatever became of the process that made it."""


@dataclass
class Allowance:
    """What is known of the limit: how many calls a window has, how many are left of it, and when the next one begins.

    Limit is None until an answer told it; is_silent says that a good answer told none. Told is the reset that was told
    last, resets_at when the window ends: after that moment it is a guess, until the next answer, by the longest window
    that was seen. Flying are calls without an answer yet, by a name of each, with the moment at which they are
    forgotten. Slow_at is when the next of the seldom calls would go if all had kept their distance. Is_looking is
    whether a call went alone to find out whether a new window has begun.
    """

    limit: int | None = None
    left: int = 0
    told: float = 0.0
    resets_at: float = 0.0
    seconds: float = SAME
    closed_until: float = 0.0
    is_silent: bool = False
    slow_at: float = 0.0
    flying: dict[str, float] = field(default_factory=dict)
    is_looking: bool = False
    window: Window = field(default_factory=Window)

    def wait_for(self, now: float, spares: float = 0.0) -> float | None:
        """Return seconds until a call may go that spares a part of the limit, 0 for at once; None until the answer of
        another call tells.
        """
        self.flying = {name: until for name, until in self.flying.items() if now < until}
        if now < self.closed_until:
            return self.closed_until - now
        if self.limit is None:
            return 0.0 if self.is_silent or not self.flying else None
        ends = self.resets_at + MARGIN
        if now >= ends:
            was_refused = self.closed_until >= self.resets_at
            self.window.opens()
            self.left, self.resets_at, self.is_looking = self.limit, now + self.seconds, False
            if was_refused and not self.flying:  # it may be too soon again: one call finds that out for all
                self.left, self.is_looking = 0, True
                return 0.0
            ends = self.resets_at + MARGIN
        if self.is_looking and self.flying:
            return None
        left = self.left - len(self.flying)
        if left > (max(int(self.limit * spares), self.window.kept(self.limit)) if spares else 0):
            return 0.0
        over = self.window.over_at(self.told - SAME, left)
        if over is None or over >= ends:
            return ends - now
        if now < over:
            return over - now
        self.is_looking = not self.flying
        return 0.0 if self.is_looking else None

    def slow_wait(self, now: float) -> float:
        """Return seconds until a call may go that the service takes more seldom, 0 for at once: then it is counted."""
        wait = max(0.0, self.slow_at - (AT_ONCE - 1) * SLOW - now)
        if not wait:
            self.slow_at = max(self.slow_at, now) + SLOW
        return wait

    def refused_slow(self, now: float) -> None:
        """Take note that one of them came too soon."""
        self.slow_at = now + AT_ONCE * SLOW

    def begin(self, name: str, now: float) -> None:
        """Take note that a call goes."""
        self.flying[name] = now + EXPIRES

    def end(self, name: str, reply: Reply | None, now: float) -> None:
        """Take note of a call's answer, or that there was none; the service may have counted it all the same."""
        sent = self.flying.pop(name, now + EXPIRES) - EXPIRES
        looked, self.is_looking = self.is_looking, False
        limit, left = (None, None) if reply is None else (_number(reply, "limit"), _number(reply, "remaining"))
        if reply is not None and reply.status == 429:
            self.closed_until = max(self.closed_until, now + max(retry_after(reply), SOONEST) + MARGIN)
            self.limit = limit or self.limit
            self.left, self.resets_at = 0, self.closed_until - MARGIN
            if looked:
                self.window.forgets()
        elif reply is not None and limit and left is not None:
            # Whole seconds may have been cut off or rounded up.
            told = now + retry_after(reply) + SAME
            if looked and left >= self.left:
                self.window.was_over(now)
                self._begin(limit, left, now, told)
            else:
                if looked:
                    self.window.was_not_over(sent)
                self._learn(limit, left, now, told)
            if left == limit - 1:  # it was the first of its window, whoever counts
                self.window.begins(sent, now)
        elif self.limit is not None:
            self.left = max(self.left - 1, 0)
        elif reply is not None and 200 <= reply.status < 300:
            self.is_silent = True

    def _learn(self, limit: int, left: int, now: float, told: float) -> None:
        is_guess = self.resets_at > self.told + SAME
        if self.limit is None or told > self.told + SAME:
            self.window.opens()
            left = min(self.left, left) if self.limit is not None and is_guess else left
            self._begin(limit, left, now, told)
        elif is_guess:  # an answer of the window before, or of one that is hardly longer than what can be told
            self.left = max(self.left - 1, 0)
        else:
            self.left = min(self.left, left)
            self.told = self.resets_at = max(self.told, told)
        self.limit = limit

    def _begin(self, limit: int, left: int, now: float, told: float) -> None:
        self.limit, self.left = limit, left
        self.told = self.resets_at = told
        self.seconds = max(self.seconds, told - now)

    def as_dict(self) -> dict[str, object]:
        """Return it in plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, tree: object, now: float) -> "Allowance":
        """Return what another process knew; nothing is known where it is damaged, or of another run of the machine."""
        match tree:
            case {
                "limit": int() | None as limit, "left": int() as left, "told": int() | float() as told,
                "resets_at": int() | float() as resets_at, "seconds": int() | float() as seconds,
                "closed_until": int() | float() as closed_until, "is_silent": bool() as is_silent,
                "slow_at": int() | float() as slow_at, "flying": dict() as flying, "is_looking": bool() as is_looking,
                "window": dict() as window,
            } if (limit is None or limit > 0) and left >= 0:  # fmt: skip
                pass
            case _:
                return cls()
        moments = [told, resets_at, closed_until, slow_at, now + seconds, *flying.values()]
        if not all(isinstance(at, int | float) and math.isfinite(at) and at - now <= LONGEST + 1 for at in moments):
            return cls()
        found = cls(limit, left, told, resets_at, max(seconds, SAME), closed_until, is_silent, slow_at, dict(flying))
        found.is_looking, found.window = is_looking, Window.from_dict(window, now)
        return found


def _number(reply: Reply, name: str) -> int | None:
    text = reply.header(f"x-ratelimit-{name}") or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
