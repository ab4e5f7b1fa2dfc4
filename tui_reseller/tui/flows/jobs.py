"""Jobs on the screen: the list, a job's page, running one here, what can be done afterwards."""

import asyncio
import json
from pathlib import Path

from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import InvalidInput, ResellerError
from tui_reseller.domain.plan import Job
from tui_reseller.domain.printed import command
from tui_reseller.domain.text import clean
from tui_reseller.services.door import Consent, Permit, admit_job
from tui_reseller.services.job_passwords import Passwords
from tui_reseller.services.jobs import RETRIED, JobRun, retry_rejected
from tui_reseller.services.undo import draft_undo
from tui_reseller.tui.dialogs.form import FormField, FormSpec
from tui_reseller.tui.dialogs.job_page import JobPage
from tui_reseller.tui.dialogs.page import Page
from tui_reseller.tui.presenters import job as words
from tui_reseller.tui.presenters.header import count_text
from tui_reseller.tui.profile_context import ProfileContext

PAINT_SECONDS = 0.2
SLOW_PAINT_SECONDS = 2.0


async def jobs(context: ProfileContext) -> None:
    """List the jobs of this account; open one."""
    while True:
        found = await context.services.jobs.all(context.session.account)
        rows = [(str(job.number), words.job_line(job, context.now())) for job in found]
        chosen = await context.ask(
            Page("Plans and jobs", rows, empty="No job yet: mark several customers, then a verb.")
        )
        if chosen is None:
            return
        await open_job(context, int(chosen))


async def open_job(context: ProfileContext, number: int) -> None:
    """Show a job, and do what is asked there."""
    while True:
        job = await context.services.jobs.get(number)
        if job is None:
            return
        page = JobPage(context.services.jobs, job, _run_here(context, number))
        context.job_page = page
        wanted = await context.ask(page)
        context.job_page = None
        if wanted is None:
            return
        try:
            if await _do(context, job, wanted):
                return
        except ResellerError as error:
            context.notify_error(error)
            return


async def _do(context: ProfileContext, job: Job, wanted: str) -> bool:
    """Do what was asked on a job's page; return whether it leads away from it."""
    match wanted:
        case "resume":
            permit = await _permitted(context, job, job.total - job.done)
            start_run(context, job, permit, context.services.passwords_of(job))
        case "retry":
            permit = await _permitted(context, job, sum(job.counts.get(outcome, 0) for outcome in RETRIED))
            with context.services.jobs.owning(job.number, context.session.operator):
                count = await retry_rejected(context.services.jobs, job)
            context.notify(f"{count_text(count)} customers again.")
            start_run(context, job, permit, context.services.passwords_of(job))
        case "undo":
            await _undo(context, job)
            return True
        case _:
            await _results(context, job)
    return False


def _run_here(context: ProfileContext, number: int) -> JobRun | None:
    return context.run if context.run is not None and context.run.job.number == number else None


async def _permitted(context: ProfileContext, job: Job, count: int) -> Permit:
    return await admit_job(context.session, job, count, Consent(agreed=True, recorded=True))


async def run_and_show(context: ProfileContext, job: Job, permit: Permit, passwords: Passwords | None = None) -> None:
    """Run a job here, and show its page."""
    start_run(context, job, permit, passwords)
    await open_job(context, job.number)


def start_run(context: ProfileContext, job: Job, permit: Permit, passwords: Passwords | None = None) -> None:
    """Run a job beside everything else. Raises InvalidInput while another one runs here. Passwords are closed."""
    if context.run is not None:
        if passwords is not None:
            passwords.close()
        raise InvalidInput(f"job {context.run.job.number} is still running here: one after the other")
    run = JobRun(context.session, context.services.jobs, job, permit, passwords, lambda run: _told(context, run))
    context.run = run
    context.app.run_job(lambda: _apply(context, run))


def _told(context: ProfileContext, run: JobRun) -> None:
    """Something new: painted some times a second, however fast the job is."""
    now = context.session.clock.monotonic()
    if context.run is not run or now - context.painted_at < (SLOW_PAINT_SECONDS if context.app.slow else PAINT_SECONDS):
        return
    context.painted_at = now
    if context.job_page is not None:
        context.job_page.draw()
    context.show(running=f"job {run.job.number} {count_text(run.progress.done)}/{count_text(run.job.total)}")


async def _apply(context: ProfileContext, run: JobRun) -> None:
    ended = run.job
    try:
        ended = await run.run()
    except ResellerError as error:
        context.notify_error(error)
        ended = await context.services.jobs.get(run.job.number) or run.job
    finally:
        if run.passwords is not None:
            run.passwords.close()
        context.run = None
        context.show(running="")
    line = words.ended(ended)
    context.summary.append(f"{line.partition('   ')[0]}  {command('job', 'show', str(ended.number))}")
    await context.requery()
    await context.count_open()
    context.notify(line, "good" if ended.is_finished and not _bad(ended) else "warning")
    context.app.bell()
    if context.job_page is not None:
        await context.job_page.ended(ended)


def _bad(job: Job) -> int:
    return sum(count for outcome, count in job.counts.items() if outcome and not outcome.is_so)


async def hand_over(context: ProfileContext) -> None:
    """Let the job that runs here go on in a process of its own. Raises ResellerError if it cannot."""
    run = context.run
    if run is None:
        return
    run.stop("handed over to a process of its own")
    while context.run is run:
        await context.session.clock.sleep(0.05)
    profile = context.session.profile
    credential = await context.services.credentials.get(profile)
    pid = context.services.detach(run.job.number, profile, credential, context.session.policy.unlock_reason)
    watch = command("job", "watch", str(run.job.number))
    context.summary.append(f"Job {run.job.number} goes on (process {pid}): {watch}")


async def _undo(context: ProfileContext, job: Job) -> None:
    from tui_reseller.tui.flows.plans import review  # noqa: PLC0415 - plans start jobs, and jobs are undone by plans

    entries = await context.services.ledger.entries(AuditQuery(account=context.session.account, batch=job.batch))
    context.notify(f"Planning: undo of job {job.number} ...")
    drafted = await draft_undo(context.session, entries, f"undo of {job.batch}")
    await review(context, drafted, note=f"Undo of job {job.number}; what was changed since is left alone.")


async def _results(context: ProfileContext, job: Job) -> None:
    """Write what became of each customer to a new file."""
    name = Path.cwd() / f"job-{job.number}-results.jsonl"
    lines = (f"{count_text(job.total)} rows, one a customer: JSON Lines, yours alone (0600).",)
    fields = (FormField("file", "New file", value=str(name), required=True),)
    answer = await context.ask_form(
        FormSpec(f"Results of job {job.number}", context.profile_title, lines, fields, "Write")
    )
    if answer is None:
        return
    lines_of: list[str] = []
    after = -1
    while page := await context.services.jobs.items(job.number, after):
        lines_of += [json.dumps(item.as_dict()) + "\n" for item in page]
        after = page[-1].seq
    place = await asyncio.to_thread(_written, context, answer["file"], "".join(lines_of))
    context.notify(f"Wrote {count_text(len(lines_of))} rows to {clean(place)}", "good")


def _written(context: ProfileContext, name: str, content: str) -> str:
    path = Path(name).expanduser()
    context.services.write_new(path, content.encode("ascii"))
    return str(path)
