"""Run, resume, detach and watch jobs: a row for each customer, progress, one closing line, the exit code."""

import asyncio
from collections.abc import Callable

from tui_reseller.cli import messages
from tui_reseller.cli.delivery import report_password_file
from tui_reseller.cli.detaching import LONGEST, wait_until_taken
from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.report import Report
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.job import HANDED_OVER, Job, JobState
from tui_reseller.domain.printed import command
from tui_reseller.domain.text import clean
from tui_reseller.services.door import Permit
from tui_reseller.services.job_passwords import Passwords
from tui_reseller.services.jobs import JobRun
from tui_reseller.services.services import Services
from tui_reseller.services.session import Session

WATCHED_EVERY = 0.5
"""Seconds between two looks at a job that another process runs."""


async def run_job(
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
    """Run a job here, or detach it to a process of its own; return the exit code. Reason is why it is resumed, if that
    is another one than it was made for.
    """
    if detach:
        if passwords is not None:
            raise InvalidInput("a job with passwords is not detached: they would have to leave this process")
        credential = await session.credentials.get(session.profile)
        pid = services.detach(job.number, session.profile, credential, session.policy.unlock_reason)
        return _report_detached(inv, job, await wait_until_taken(services, job, pid), pid, session.profile.name)
    with Report(inv, session.profile) as report:
        notify = job_reporter(inv, report)
        run = JobRun(session, services.jobs, job, permit, passwords, notify, settling=verify, reason=reason)
        inv.signals.on_first_stop = run.stop
        try:
            done = await run.run()
        finally:
            inv.signals.on_first_stop = None
    return close(inv, done, session.profile.name)


def _report_detached(inv: Invocation, job: Job, now: Job | None, pid: int, profile: str) -> int:
    """Report what was observed of a job that was detached; return the exit code."""
    inv.out.item((now or job).as_dict())
    if now is None:
        show = command("job", "show", str(job.number))
        inv.console.warn(f"job {job.number} does not run: the messages of process {pid} are in the log file - {show}")
        return ExitCode.PARTIAL
    if now.state is JobState.RUNNING:
        inv.console.say(f"job {job.number} runs in the background (process {pid})")
        return ExitCode.OK
    inv.console.say(f"job {job.number} was run in the background (process {pid})")
    return close(inv, now, profile)


async def resume_job(
    inv: Invocation,
    services: Services,
    session: Session,
    job: Job,
    permit: Permit,
    *,
    reason: str = "",
    detach: bool = False,
    verify: bool = False,
    given: Passwords | None = None,
) -> int:
    """Run a job that another command began, with the passwords that it has kept, or those of the operator's file;
    return the exit code.
    """
    made = services.passwords_of(job)
    passwords = given if made is None else made
    try:
        return await run_job(
            inv, services, session, job, permit, passwords, reason=reason, detach=detach, verify=verify
        )
    finally:
        if made is not None:
            made.close()
            if made.valid and services.password_files.is_own(made.file.path):
                report_password_file(inv, made.file.path)


def job_reporter(inv: Invocation, report: Report) -> Callable[[JobRun], None]:
    """Return what reports a job while it runs: a row for each result, and how far it is."""
    reported = 0

    def notify(run: JobRun) -> None:
        nonlocal reported
        new = run.progress.since(reported)
        reported = run.progress.told
        for result in new:
            report.add(result)
        inv.console.progress(progress_line(run))

    return notify


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
    """0 if all is applied or was so already, 10 if anything is unknown, else 9 (design: "Exit codes"): also where a job
    paused although all of it was taken, because something of it does not read so.
    """
    if job.open_unknowns:
        return ExitCode.UNKNOWN
    is_so = sum(count for outcome, count in job.counts.items() if outcome and outcome.is_so)
    return ExitCode.OK if is_so == job.total and job.is_finished else ExitCode.PARTIAL


def job_line(job: Job, profile: str = "") -> str:
    """Say what became of a job, and how to continue under a profile: its own, unless another one is used by now."""
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
    """Wait until nobody runs a job any more, showing how far it is. One that is handed over has somebody again soon; if
    nobody takes it, it is returned as it is.
    """
    waits_until: float | None = None
    while True:
        job = await known_job(services, number)
        if job.state is JobState.RUNNING:
            waits_until = None
            words = f"run by {job.owner}"
        elif job.is_finished or await services.jobs.wanted(number) != HANDED_OVER:
            return job
        else:
            waits_until = waits_until or services.clock.monotonic() + LONGEST
            words = "handed over to another process"
            if services.clock.monotonic() > waits_until:
                return job
        inv.console.progress(f"job {number}: {job.done:,} of {job.total:,}, {words}")
        await asyncio.sleep(WATCHED_EVERY)


async def known_job(services: Services, number: int) -> Job:
    """Return a job. Raises InvalidInput if there is none."""
    job = await services.jobs.get(number)
    if job is None:
        raise InvalidInput(f"there is no job {number}", hint="tui-reseller job list")
    return job
