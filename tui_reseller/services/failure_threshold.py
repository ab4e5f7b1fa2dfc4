"""When a job stops itself: too many were not applied, or too much is unknown (reliability 4.4)."""

from dataclasses import dataclass

from tui_reseller.domain.errors import NeverSent
from tui_reseller.domain.operation import Outcome
from tui_reseller.services.result import Result

REJECTED_IN_A_ROW = 3
REJECTED_SHARE = 0.02
MOST_UNKNOWN = 20
"""More open unknowns than this, and the service is not answering: nothing more is sent."""
_NOT_APPLIED = frozenset({Outcome.REJECTED, Outcome.NOT_SENT, Outcome.CONFLICT, Outcome.VERIFIED_NOT_APPLIED})


@dataclass
class FailureThreshold:
    """Counts what was not applied. In a row means in the order in which the answers arrived."""

    in_a_row: int = 0
    not_applied: int = 0

    def after(self, result: Result, sent: int, unknown: int) -> str:
        """Return why to pause after this outcome, the last of so many sent, or nothing.

        Only final outcomes count: an item that is put back to be sent again was not turned down. Nor was one that our
        own rules left out for what its customer is: that says nothing of the service, nor of the plan.
        """
        if isinstance(result.error, NeverSent):
            return ""
        is_bad = result.outcome in _NOT_APPLIED
        self.in_a_row = self.in_a_row + 1 if is_bad else 0
        self.not_applied += is_bad
        if self.in_a_row >= REJECTED_IN_A_ROW:
            return f"{REJECTED_IN_A_ROW} in a row were not applied"
        if self.not_applied > max(REJECTED_IN_A_ROW, REJECTED_SHARE * sent):
            return f"{self.not_applied:,} of {sent:,} were not applied"
        if unknown > MOST_UNKNOWN:
            return f"{unknown:,} outcomes are unknown"
        return ""
