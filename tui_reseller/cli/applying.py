"""Apply a plan as a job: check, ask, make the job, run it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tui_reseller.cli import messages
from tui_reseller.cli.arguments import Writing
from tui_reseller.cli.confirmation import Confirmation, ask, consent_from_options
from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.given_passwords import GivenFile, passwords_in
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.job_running import run_job
from tui_reseller.domain.changes import as_object
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.grading import gravest
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.plan import Plan
from tui_reseller.domain.printed import command
from tui_reseller.domain.providers import provider_of
from tui_reseller.domain.secret import Secret
from tui_reseller.services import door, plans
from tui_reseller.services.approvals import refuse_unapproved
from tui_reseller.services.creating import TWO_CALLS
from tui_reseller.services.job_passwords import Given, Made, Passwords
from tui_reseller.services.services import Services
from tui_reseller.services.session import Session


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """How a plan is applied. File is the operator's, with passwords; passwords_to a new one for made ones."""

    skip_changed: bool = False
    detach: bool = False
    file: GivenFile | None = None
    passwords_to: Path | None = None


async def apply(
    inv: Invocation, services: Services, session: Session, plan: Plan, options: Writing, how: ApplyOptions
) -> int:
    """Apply a plan; return the exit code. Raises ResellerError for what stops it before anything is sent."""
    plans.check_place(plan, session)
    await services.jobs.refuse_applied(plan)
    if not options.dry_run:
        if session.policy.approvals:
            services.plans.save(plan)  # so that it can be proposed by its digest
        await refuse_unapproved(services.approvals, plan, session.policy, session.clock)
    approach = None if options.dry_run else _approach(session, plan, options.reason)
    confirmation = confirmation_of(plan, session)
    consent = None if options.dry_run else consent_from_options(confirmation, options, can_ask=inv.console.can_ask)
    await inv.connect(session)
    reviewed = plan
    is_final = consent is not None
    plan = await plans.unmoved(plan, session, skip_changed=how.skip_changed, is_final=is_final)
    if approach is None:
        write_items(inv, plan)
        inv.console.say("dry run: nothing was sent")
        return ExitCode.OK
    if consent is None:
        consent = ask(confirmation, review(plan, session), inv.console)
        plan = await plans.unmoved(plan, session, skip_changed=how.skip_changed, is_final=True)
    total = await door.total_for_ceiling(session)
    permit = approach.admit(total, consent, plan.seen)
    with _passwords(services, plan, how) as passwords:
        to = str(how.passwords_to.absolute()) if how.passwords_to else ""
        job = await services.jobs.add(plan, session.operator, options.reason, to, digest=reviewed.digest)
        inv.console.say(f"job {job.number}: {job.total:,} customers - {command('job', 'watch', str(job.number))}")
        granted = permit.for_job(job.number)
        return await run_job(inv, services, session, job, granted, passwords, detach=how.detach, verify=options.verify)


def _approach(session: Session, plan: Plan, reason: str) -> door.Approach:
    return door.approach(session, plan.calls, reason, as_plan=True)


def confirmation_of(plan: Plan, session: Session) -> Confirmation:
    """Return what is to be allowed: the gravest operation of the plan, on all its customers."""
    found = gravest(session.provider, [item.call for item in plan.items], plan.seen)
    return Confirmation(found, [item.username for item in plan.items], session.profile, plan.total)


def review(plan: Plan, session: Session) -> list[str]:
    """Return what a person reads before the confirmation."""
    lines = [(item.username, item.changes(session.provider)) for item in plan.items]
    operation = confirmation_of(plan, session).gravest.operation
    said = [*plan.warnings, f"{100 * plan.share:.1f} % of {plan.total:,} customers; {plan.already:,} are so already"]
    if plan.makes_two_calls:
        said.append(TWO_CALLS)
    if len(plan.operations) > 1:
        said.append("several actions: " + ", ".join(operation.value for operation in plan.operations))
    return messages.review(operation, session.profile, lines, said)


def write_items(inv: Invocation, plan: Plan) -> None:
    """Write the items of a plan as rows."""
    provider = provider_of(plan.account)
    with inv.out.rows(("username", "operation", "changes", "line")) as rows:
        for item in plan.items:
            found = item.changes(provider)
            changes: object = as_object(found)
            if inv.out.format == "table":
                changes = messages.changes_text(provider, item.operation, found)
            rows.add({
                "username": item.username, "operation": item.operation.value, "changes": changes,
                "line": item.line or None,
            })  # fmt: skip


@contextmanager
def _passwords(services: Services, plan: Plan, how: ApplyOptions) -> Iterator[Passwords | None]:
    """Give what a plan needs, and close it afterwards. Raises what speaks against the files."""
    found = _needed(services, plan, how)
    try:
        yield found
    finally:
        if found is not None:
            found.close()


def _needed(services: Services, plan: Plan, how: ApplyOptions) -> Passwords | None:
    needing = [item.username for item in plan.items if provider_of(plan.account).action(item.operation).needs_password]
    if not needing:
        return None
    given: Mapping[str, Secret] = {}
    if how.file is not None:
        given = passwords_in(provider_of(plan.account), how.file, plan.source, _only(plan))
    if how.passwords_to is not None:
        return Made(services.password_files.new(how.passwords_to), given)
    if missing := [name for name in needing if name not in given]:
        raise InvalidInput(
            f"{len(missing):,} customers need a password",
            hint="--passwords-to NEWFILE makes them and writes them there; --from FILE takes them from the plan's file",
        )
    return Given(given)


def _only(plan: Plan) -> Operation | None:
    """The one action for all, where the file has no column for it."""
    return plan.operations[0] if len(plan.operations) == 1 else None
