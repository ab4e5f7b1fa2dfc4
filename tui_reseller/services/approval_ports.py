"""What the use cases need where others approve of plans."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from tui_reseller.domain.approval import Proposal, Verdict
from tui_reseller.domain.plan import Plan


class ApprovalsPort(Protocol):
    """Proposals of a team. Every method may raise LedgerUnavailable."""

    async def propose(self, plan: Plan, reason: str, lasting: timedelta) -> Proposal:
        """Propose a plan; one that is open already stays as it is. Raises RefusedHere for one that was applied."""

    async def all(self, account: str | None) -> Sequence[Proposal]:
        """Return proposals, newest first."""

    async def get(self, number: int) -> Proposal | None:
        """Return one."""

    async def plan_of(self, number: int) -> Plan:
        """Return the plan that was proposed, as its digest says. Raises InvalidInput for none."""

    async def review(self, number: int, verdict: Verdict, digest: str, reason: str) -> Proposal:
        """Say yes or no to the plan with this digest; return the proposal as it is then. Raises RefusedHere for a plan
        of one's own, another digest, a second vote, and a proposal that is over.
        """
