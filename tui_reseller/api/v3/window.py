"""How long the window of a service's limit really is. Pure: every moment is handed in.

A service tells the end of its window in whole seconds, and so does it date its answers: what follows from both is up to
two seconds late, which of a short window is half. So the end is looked for. A call that goes alone, when the window may
be over, is told how much is left: more than before, and a new window has begun with it. While the length is not known
some calls of a window are kept for that; the first guesses are whole seconds.
"""

import math
from dataclasses import dataclass

KEPT = 3
"""Calls of a window that are kept until its length is known: so many whole seconds come into question."""
WORTH_IT = 100
"""Of a smaller limit nothing is kept: it would be too large a part."""
EARLY = 2.0
"""Seconds by which a window may end sooner than it was told: the end and the date are in whole ones."""
LOOSE = 0.05
"""Seconds from which on a length that was found is looked at again: the road of a call may have been part of it."""


@dataclass
class Window:
    """When the present window began, between two moments, and how long one is, between two lengths.

    Earliest and latest are 0 where the beginning is not known. Longest is 0 until a window was seen to begin. Is_steady
    is false for a service whose windows are not of one length, counted from their first calls: then what is told is all
    that is believed.
    """

    earliest: float = 0.0
    latest: float = 0.0
    shortest: float = 0.0
    longest: float = 0.0
    is_steady: bool = True

    def begins(self, sent: float, now: float) -> None:
        """Take note that one began with a call that was sent, and answered now."""
        self.earliest, self.latest = sent, now

    def opens(self) -> None:
        """Take note that one begins, or may begin, with a call that is not known."""
        self.earliest = self.latest = 0.0

    def was_over(self, now: float) -> None:
        """Take note that a call that went alone, and was answered now, was counted in a new one."""
        if self.latest:
            length = now - self.earliest
            self.longest = min(self.longest or length, length)
            self.is_steady = self.is_steady and self.shortest <= self.longest
        self.opens()

    def was_not_over(self, sent: float) -> None:
        """Take note that a call that went alone was still counted in the window before."""
        if self.latest:
            self.shortest = max(self.shortest, sent - self.latest)
            self.is_steady = self.is_steady and not 0 < self.longest < self.shortest

    def forgets(self) -> None:
        """Take note that the service refused a call where a new window should have begun."""
        self.is_steady = False

    def kept(self, limit: int) -> int:
        """Return how many calls are kept to find out how long it is."""
        if not (self.is_steady and self.latest) or limit < WORTH_IT:
            return 0
        return KEPT if not self.longest else int(self._nearer() > 0)

    def over_at(self, told: float, left: int) -> float | None:
        """Return the moment from which it may be over, if one call may look then; *told* is the end as it was told."""
        if not (self.is_steady and self.latest):
            return None
        least = max(self.shortest, told - EARLY - self.latest, 0.0)
        if self.longest:
            self.is_steady = least < self.longest
            length = (self._nearer() if left > 0 else 0) or self.longest
            return self.latest + length if self.is_steady else None
        return self.latest + math.floor(least) + 1 if left > 0 else None

    def _nearer(self) -> int:
        """Return whole seconds that may be the length that was found but for a road; 0 where there are none."""
        whole = math.floor(self.longest)
        return whole if self.longest - whole > LOOSE and whole > self.shortest else 0

    @classmethod
    def from_dict(cls, tree: dict[str, object], now: float) -> "Window":
        """Return what another process knew; nothing is known where it is damaged."""
        match tree:
            case {
                "earliest": int() | float() as earliest, "latest": int() | float() as latest,
                "shortest": int() | float() as shortest, "longest": int() | float() as longest,
                "is_steady": bool() as is_steady,
            } if all(0 <= at <= now + 1 for at in (earliest, latest, shortest, longest)):  # fmt: skip
                return cls(earliest, latest, shortest, longest, is_steady)
        return cls()
