"""What is refused in an account where others have to approve, before anything is read, asked or sent."""

from tui_reseller.domain.approval import Standing
from tui_reseller.domain.errors import NeedsApproval, RefusedHere
from tui_reseller.domain.job import Job
from tui_reseller.domain.plan import Plan
from tui_reseller.domain.printed import command
from tui_reseller.services.approval_ports import ApprovalsPort
from tui_reseller.services.policy import Policy
from tui_reseller.services.ports import Clock


def who_approves(needed: int) -> str:
    """Return who has to approve, in words."""
    return "another person" if needed == 1 else f"{needed} other persons"


def why_single(policy: Policy) -> str:
    """Return why a single write is not sent in this account; empty where it is."""
    return f"{who_approves(policy.approvals)} must approve first" if policy.approvals else ""


async def refuse_unapproved(approvals: ApprovalsPort | None, plan: Plan, policy: Policy, clock: Clock) -> None:
    """Raise RefusedHere if a plan may not be applied yet: not proposed, not approved, denied, or over."""
    if approvals is None or not policy.approvals:
        return
    digest = plan.digest
    proposals = [one for one in await approvals.all(plan.account) if one.digest == digest]
    if not proposals:
        raise NeedsApproval(
            f"refused: {why_single(policy)}; nothing was sent",
            hint=command("plan", "propose", digest[:12], "--reason", "TEXT"),
        )
    found = proposals[0]
    standing = found.standing(clock.now())
    if standing is Standing.OPEN or (standing is Standing.APPROVED and found.for_me < policy.approvals):
        raise RefusedHere(
            f"refused: proposal {found.number} has {found.for_me} of {policy.approvals} approvals that count for you; "
            "nothing was sent",
            hint=command("approval", "show", str(found.number)),
        )
    if standing in {Standing.DENIED, Standing.EXPIRED}:
        raise RefusedHere(
            f"refused: proposal {found.number} is {standing.value}; nothing was sent",
            hint="make the plan again, and propose it" if standing is Standing.DENIED else "propose it again",
        )


async def refuse_unapproved_job(approvals: ApprovalsPort | None, job: Job, policy: Policy) -> None:
    """Raise RefusedHere if a job was made of a plan that nobody approved of, as before that was asked for."""
    if approvals is None or not policy.approvals:
        return
    if not any(one.job == job.number for one in await approvals.all(job.account)):
        raise RefusedHere(
            f"refused: job {job.number} was made before others had to approve; nothing was sent",
            hint="make a plan of what is left of it, and propose that",
        )
