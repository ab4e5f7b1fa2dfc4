"""Apply a plan or go on with a job: check, ask, run or hand over, a row for each customer, one closing line."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tui_reseller.cli import messages
from tui_reseller.cli.arguments import Writing
from tui_reseller.cli.confirmation import Confirmation, ask, consent_from_options
from tui_reseller.cli.delivery import report_password_file
from tui_reseller.cli.detaching import wait_until_taken
from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.operator_files import OperatorFile, shown_place
from tui_reseller.cli.report import Report
from tui_reseller.domain.changes import as_object
from tui_reseller.domain.errors import InvalidInput, RefusedHere
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.plan import Job, JobState, Plan
from tui_reseller.domain.printed import command
from tui_reseller.domain.providers import provider_of
from tui_reseller.domain.text import clean
from tui_reseller.services import door, plan_file, plans
from tui_reseller.services.door import Permit
from tui_reseller.services.job_passwords import Given, Made, Passwords
from tui_reseller.services.jobs import JobRun
from tui_reseller.services.services import Services
from tui_reseller.services.session import Session


@dataclass(frozen=True, slots=True)
class Applying:
    """How a plan is applied. Source is the operator's file with passwords, passwords_to a new file for made ones."""

    skip_changed: bool = False
    detach: bool = False
    source: OperatorFile | None = None
    passwords_to: Path | None = None


async def apply(
    inv: Invocation, services: Services, session: Session, plan: Plan, options: Writing, how: Applying
) -> int:
    """Apply a plan; return the exit code. Raises ResellerError for what stops it before anything is sent."""
    plans.check_place(plan, session)
    await services.jobs.refuse_applied(plan)
    if options.unlock is not None:
        session.policy.unlock_for_run(options.unlock)
    for item in plan.items if not options.dry_run else ():
        session.policy.check(item.call, options.reason)
    confirmation = confirmation_of(plan, session)
    consent = None if options.dry_run else consent_from_options(confirmation, options, can_ask=inv.console.can_ask)
    await inv.connect(session)
    reviewed = plan
    plan = await plans.unmoved(plan, session, skip_changed=how.skip_changed)
    if options.dry_run:
        write_items(inv, plan)
        inv.console.say("dry run: nothing was sent")
        return ExitCode.OK
    if consent is None:
        consent = ask(confirmation, review(plan, session), inv.console)
    total = await door.total_for_ceiling(session)
    permit = door.admit(session, [item.call for item in reviewed.items], options.reason, total, consent)
    with _passwords(services, plan, how) as passwords:
        to = str(how.passwords_to.absolute()) if how.passwords_to else ""
        job = await services.jobs.add(plan, session.operator, options.reason, to, digest=reviewed.digest)
        inv.console.say(f"job {job.number}: {job.total:,} customers - {command('job', 'watch', str(job.number))}")
        granted = permit.for_job(job.number)
        return await go_on(inv, services, session, job, granted, passwords, detach=how.detach, verify=options.verify)


def confirmation_of(plan: Plan, session: Session) -> Confirmation:
    """Return what is to be allowed: the gravest operation of the plan, on all its customers."""
    gravest = max(plan.operations, key=lambda operation: session.provider.action(operation).grade)
    return Confirmation(gravest, [item.username for item in plan.items], session.profile, plan.total)


def review(plan: Plan, session: Session) -> list[str]:
    """Return what a person reads before the confirmation."""
    lines = [(item.username, item.changes(session.provider)) for item in plan.items]
    gravest = confirmation_of(plan, session).operation
    said = [*plan.warnings, f"{100 * plan.share:.1f} % of {plan.total:,} customers; {plan.already:,} are so already"]
    if len(plan.operations) > 1:
        said.append("several actions: " + ", ".join(operation.value for operation in plan.operations))
    return messages.review(gravest, session.profile, lines, said)


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
def _passwords(services: Services, plan: Plan, how: Applying) -> Iterator[Passwords | None]:
    """Give what a plan needs, and close it afterwards. Raises what speaks against the files."""
    found = _needed(services, plan, how)
    try:
        yield found
    finally:
        if found is not None:
            found.close()


def _needed(services: Services, plan: Plan, how: Applying) -> Passwords | None:
    needing = [item.username for item in plan.items if provider_of(plan.account).action(item.operation).needs_password]
    if not needing:
        return None
    given = {}
    if how.source is not None:
        found = plan_file.read_rows(provider_of(plan.account), how.source.content, _only(plan))
        if plan.source and found.source != plan.source:
            shown = shown_place(how.source.place)
            raise RefusedHere(
                f"refused: {shown} is not the file that the plan was made from, or was changed since",
                hint="make the plan again from it",
            )
        given = {one.call.username: one.call.password for one in found.wanted if one.call.password}
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


async def go_on(
    inv: Invocation,
    services: Services,
    session: Session,
    job: Job,
    permit: Permit,
    passwords: Passwords | None = None,
    *,
    reason: str = "",
    detach: bool = False,
    verify: bool = False,
) -> int:
    """Run a job here, or hand it to a process of its own; return the exit code. Reason is why it goes on, if that is
    another one than it was made for.
    """
    if detach:
        if passwords is not None:
            raise InvalidInput("a job with passwords is not detached: they would have to leave this process")
        credential = await session.credentials.get(session.profile)
        pid = services.detach(job.number, session.profile, credential, session.policy.unlock_reason)
        return _handed_over(inv, job, await wait_until_taken(services, job, pid), pid, session.profile.name)
    with Report(inv, session.profile) as report:
        told = job_reporter(inv, report)
        run = JobRun(session, services.jobs, job, permit, passwords, told, settling=verify, reason=reason)
        inv.signals.on_first_stop = run.stop
        try:
            done = await run.run()
        finally:
            inv.signals.on_first_stop = None
    return close(inv, done, session.profile.name)


def _handed_over(inv: Invocation, job: Job, now: Job | None, pid: int, profile: str) -> int:
    """Tell what was seen of a job that was handed to a process; return the exit code."""
    inv.out.item((now or job).as_dict())
    if now is None:
        show = command("job", "show", str(job.number))
        inv.console.warn(f"job {job.number} does not run: what process {pid} says stands in the log file - {show}")
        return ExitCode.PARTIAL
    if now.state is JobState.RUNNING:
        inv.console.say(f"job {job.number} runs on by itself (process {pid})")
        return ExitCode.OK
    inv.console.say(f"job {job.number} was run by itself (process {pid})")
    return close(inv, now, profile)


async def go_on_again(
    inv: Invocation,
    services: Services,
    session: Session,
    job: Job,
    permit: Permit,
    *,
    reason: str = "",
    detach: bool = False,
    verify: bool = False,
) -> int:
    """Run a job that another command began, with the passwords that it has kept; return the exit code."""
    passwords = services.passwords_of(job)
    try:
        return await go_on(inv, services, session, job, permit, passwords, reason=reason, detach=detach, verify=verify)
    finally:
        if passwords is not None:
            passwords.close()
            if passwords.valid and services.password_files.is_own(passwords.file.path):
                report_password_file(inv, passwords.file.path)


def job_reporter(inv: Invocation, report: Report) -> Callable[[JobRun], None]:
    """Return what a job tells while it runs: a row for each result, and how far it is."""
    told = 0

    def tell(run: JobRun) -> None:
        nonlocal told
        new = run.progress.since(told)
        told = run.progress.told
        for result in new:
            report.add(result)
        inv.console.progress(progress_line(run))

    return tell


def progress_line(run: JobRun) -> str:
    """Say how far a job is, with rate and time left."""
    number, progress = run.job.number, run.progress
    if progress.doing:
        return f"job {number}: {progress.doing}"
    left = progress.seconds_left
    rest = f", {left:,.0f} s left" if left is not None else ""
    return f"job {number}: {progress.done:,} of {run.job.total:,}, {progress.rate:.0f}/s{rest}"


def close(inv: Invocation, job: Job, profile: str = "") -> ExitCode:
    """Say the closing line of a job; return the exit code."""
    code = exit_code(job)
    (inv.console.say if code is ExitCode.OK else inv.console.warn)(job_line(job, profile))
    return code


def exit_code(job: Job) -> ExitCode:
    """0 if all is applied or was so already, 10 if anything is unknown, else 9 (design: "Exit codes")."""
    if job.open_unknowns:
        return ExitCode.UNKNOWN
    is_so = sum(count for outcome, count in job.counts.items() if outcome and outcome.is_so)
    return ExitCode.OK if is_so == job.total else ExitCode.PARTIAL


def job_line(job: Job, profile: str = "") -> str:
    """Say what became of a job, and how to go on under a profile: its own, unless another one is used by now."""
    name = profile or job.profile
    counts = [f"{count:,} {outcome.word.lower()}" for outcome, count in job.counts.items() if outcome and count]
    counts += [f"{job.in_flight:,} in flight"] if job.in_flight else []
    counts += [f"{job.not_begun:,} not begun"] if job.not_begun else []
    why = f" ({clean(job.why, longest=200)})" if job.why else ""
    line = f"job {job.number} {job.state_word}{why}: {', '.join(counts) or 'nothing begun'}"
    if job.state is JobState.RUNNING:
        line += f" - {command('job', 'watch', str(job.number))}"
    elif job.state is not JobState.FINISHED or job.open_unknowns:
        line += f" - {messages.next_step(name, 'job', 'resume', str(job.number))}"
    elif job.is_undoable:
        line += f" - {messages.next_step(name, 'undo', job.batch)}"
    return line


async def watched(inv: Invocation, services: Services, number: int) -> Job:
    """Wait until nobody runs a job any more, telling how far it is."""
    while True:
        job = await known_job(services, number)
        if job.state is not JobState.RUNNING:
            return job
        inv.console.progress(f"job {number}: {job.done:,} of {job.total:,}, run by {job.owner}")
        await asyncio.sleep(0.5)


async def known_job(services: Services, number: int) -> Job:
    """Return a job. Raises InvalidInput if there is none."""
    job = await services.jobs.get(number)
    if job is None:
        raise InvalidInput(f"there is no job {number}", hint="tui-reseller job list")
    return job
