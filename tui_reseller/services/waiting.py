"""What is said while a call waits for the service's limit."""

from collections.abc import Callable
from dataclasses import dataclass

from tui_reseller.domain.errors import RateLimited, ResellerError

LONG = 2.0
"""Seconds from which on a wait is worth a word."""


def nobody(_words: str) -> None:
    """Nobody wants to know."""


@dataclass
class Waiting:
    """Tells a front door that something waits, in words, and with an empty text that it goes on."""

    tell: Callable[[str], None] = nobody
    _is_told: bool = False

    def hear(self, seconds: float) -> None:
        """Hear that a call waits so long from now, or, with 0, that it goes."""
        if seconds > LONG:
            self._is_told = True
            self.tell(f"waiting {seconds:.0f} s for the service's limit")
        elif not seconds:
            self.over()

    def heard(self, error: ResellerError) -> None:
        """Hear of an answer after which a call is made again."""
        if isinstance(error, RateLimited):
            self.hear(error.retry_after)

    def over(self) -> None:
        """Hear that nothing waits any more."""
        if self._is_told:
            self._is_told = False
            self.tell("")
