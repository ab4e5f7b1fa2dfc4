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
from tui_reseller.tui.stage import Stage

PAINT_SECONDS = 0.2
SLOW_PAINT_SECONDS = 2.0


async def jobs(stage: Stage) -> None:
    """List the jobs of this account; open one."""
    while True:
        found = await stage.services.jobs.all(stage.session.account)
        rows = [(str(job.number), words.job_line(job, stage.now())) for job in found]
        chosen = await stage.ask(Page("Plans and jobs", rows, empty="No job yet: mark several customers, then a verb."))
        if chosen is None:
            return
        await open_job(stage, int(chosen))


async def open_job(stage: Stage, number: int) -> None:
    """Show a job, and do what is asked there."""
    while True:
        job = await stage.services.jobs.get(number)
        if job is None:
            return
        page = JobPage(stage.services.jobs, job, _run_here(stage, number))
        stage.job_page = page
        wanted = await stage.ask(page)
        stage.job_page = None
        if wanted is None:
            return
        try:
            if await _do(stage, job, wanted):
                return
        except ResellerError as error:
            stage.tell_error(error)
            return


async def _do(stage: Stage, job: Job, wanted: str) -> bool:
    """Do what was asked on a job's page; return whether it leads away from it."""
    match wanted:
        case "resume":
            permit = await _permitted(stage, job, job.total - job.done)
            start_run(stage, job, permit, stage.services.passwords_of(job))
        case "retry":
            permit = await _permitted(stage, job, sum(job.counts.get(outcome, 0) for outcome in RETRIED))
            with stage.services.jobs.owning(job.number, stage.session.operator):
                count = await retry_rejected(stage.services.jobs, job)
            stage.tell(f"{count_text(count)} customers again.")
            start_run(stage, job, permit, stage.services.passwords_of(job))
        case "undo":
            await _undo(stage, job)
            return True
        case _:
            await _results(stage, job)
    return False


def _run_here(stage: Stage, number: int) -> JobRun | None:
    return stage.run if stage.run is not None and stage.run.job.number == number else None


async def _permitted(stage: Stage, job: Job, count: int) -> Permit:
    return await admit_job(stage.session, job, count, Consent(agreed=True, recorded=True))


async def run_and_show(stage: Stage, job: Job, permit: Permit, passwords: Passwords | None = None) -> None:
    """Run a job here, and show its page."""
    start_run(stage, job, permit, passwords)
    await open_job(stage, job.number)


def start_run(stage: Stage, job: Job, permit: Permit, passwords: Passwords | None = None) -> None:
    """Run a job beside everything else. Raises InvalidInput while another one runs here. Passwords are closed."""
    if stage.run is not None:
        if passwords is not None:
            passwords.close()
        raise InvalidInput(f"job {stage.run.job.number} is still running here: one after the other")
    run = JobRun(stage.session, stage.services.jobs, job, permit, passwords, lambda run: _told(stage, run))
    stage.run = run
    stage.app.run_job(lambda: _apply(stage, run))


def _told(stage: Stage, run: JobRun) -> None:
    """Something new: painted some times a second, however fast the job is."""
    now = stage.session.clock.monotonic()
    if stage.run is not run or now - stage.painted_at < (SLOW_PAINT_SECONDS if stage.app.slow else PAINT_SECONDS):
        return
    stage.painted_at = now
    if stage.job_page is not None:
        stage.job_page.draw()
    stage.show(running=f"job {run.job.number} {count_text(run.progress.done)}/{count_text(run.job.total)}")


async def _apply(stage: Stage, run: JobRun) -> None:
    ended = run.job
    try:
        ended = await run.run()
    except ResellerError as error:
        stage.tell_error(error)
        ended = await stage.services.jobs.get(run.job.number) or run.job
    finally:
        if run.passwords is not None:
            run.passwords.close()
        stage.run = None
        stage.show(running="")
    line = words.ended(ended)
    stage.summary.append(f"{line.partition('   ')[0]}  {command('job', 'show', str(ended.number))}")
    await stage.requery()
    await stage.count_open()
    stage.tell(line, "good" if ended.is_finished and not _bad(ended) else "warning")
    stage.app.bell()
    if stage.job_page is not None:
        await stage.job_page.ended(ended)


def _bad(job: Job) -> int:
    return sum(count for outcome, count in job.counts.items() if outcome and not outcome.is_so)


async def hand_over(stage: Stage) -> None:
    """Let the job that runs here go on in a process of its own. Raises ResellerError if it cannot."""
    run = stage.run
    if run is None:
        return
    run.stop("handed over to a process of its own")
    while stage.run is run:
        await stage.session.clock.sleep(0.05)
    profile = stage.session.profile
    credential = await stage.services.credentials.get(profile)
    pid = stage.services.detach(run.job.number, profile, credential, stage.session.policy.unlock_reason)
    watch = command("job", "watch", str(run.job.number))
    stage.summary.append(f"Job {run.job.number} goes on (process {pid}): {watch}")


async def _undo(stage: Stage, job: Job) -> None:
    from tui_reseller.tui.flows.plans import review  # noqa: PLC0415 - plans start jobs, and jobs are undone by plans

    entries = await stage.services.ledger.entries(AuditQuery(account=stage.session.account, batch=job.batch))
    stage.tell(f"Planning: undo of job {job.number} ...")
    drafted = await draft_undo(stage.session, entries, f"undo of {job.batch}")
    await review(stage, drafted, note=f"Undo of job {job.number}; what was changed since is left alone.")


async def _results(stage: Stage, job: Job) -> None:
    """Write what became of each customer to a new file."""
    name = Path.cwd() / f"job-{job.number}-results.jsonl"
    lines = (f"{count_text(job.total)} rows, one a customer: JSON Lines, yours alone (0600).",)
    fields = (FormField("file", "New file", value=str(name), required=True),)
    answer = await stage.ask_form(FormSpec(f"Results of job {job.number}", stage.profile_title, lines, fields, "Write"))
    if answer is None:
        return
    lines_of: list[str] = []
    after = -1
    while page := await stage.services.jobs.items(job.number, after):
        lines_of += [json.dumps(item.as_dict(stage.session.provider)) + "\n" for item in page]
        after = page[-1].seq
    place = await asyncio.to_thread(_written, stage, answer["file"], "".join(lines_of))
    stage.tell(f"Wrote {count_text(len(lines_of))} rows to {clean(place)}", "good")


def _written(stage: Stage, name: str, content: str) -> str:
    path = Path(name).expanduser()
    stage.services.write_new(path, content.encode("ascii"))
    return str(path)
