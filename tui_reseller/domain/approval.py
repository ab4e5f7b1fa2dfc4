"""Four eyes: a plan that somebody proposes, and what others say of it before it is applied."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from tui_reseller.domain.audit import utc_text

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=30)
"""How long a proposal can stand."""
USUAL = timedelta(days=7)


class Verdict(Enum):
    """What somebody says of a proposal. One no is enough."""

    APPROVE = "approve"
    DENY = "deny"


class Standing(Enum):
    """What became of a proposal."""

    OPEN = "open"
    APPROVED = "approved"
    DENIED = "denied"
    EXPIRED = "expired"
    APPLIED = "applied"


@dataclass(frozen=True, slots=True)
class Review:
    """What a role has said, and why."""

    role: str
    verdict: Verdict
    reason: str
    made: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan that waits for others. Digest is that of the plan, items how many customers it has; needed is how many
    others must approve, given how many did who still may; for_me leaves one's own out, if one is to apply it. Job is
    the one that it became, or None.
    """

    number: int
    account: str
    digest: str
    items: int
    role: str
    reason: str
    made: datetime
    until: datetime
    needed: int
    given: int
    for_me: int
    reviews: Sequence[Review] = ()
    job: int | None = None

    def standing(self, now: datetime) -> Standing:
        """Return what became of it."""
        if self.job is not None:
            return Standing.APPLIED
        if any(review.verdict is Verdict.DENY for review in self.reviews):
            return Standing.DENIED
        if self.until <= now:
            return Standing.EXPIRED
        return Standing.APPROVED if self.given >= self.needed else Standing.OPEN

    def as_dict(self, now: datetime) -> dict[str, object]:
        """Return the stable object of output."""
        return {
            "proposal": self.number, "state": self.standing(now).value, "plan": self.digest[:12], "items": self.items,
            "by": self.role, "reason": self.reason, "approvals": f"{self.given} of {self.needed}",
            "until": utc_text(self.until), "job": self.job, "account": self.account, "digest": self.digest,
            "reviews": [
                {"by": one.role, "verdict": one.verdict.value, "reason": one.reason, "time": utc_text(one.made)}
                for one in self.reviews
            ],
        }  # fmt: skip
