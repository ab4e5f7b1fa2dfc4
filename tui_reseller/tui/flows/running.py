"""Apply a job in this process, beside everything else, or hand it over to a process of its own."""

from dataclasses import dataclass

from tui_reseller.domain.errors import InvalidInput, ResellerError
from tui_reseller.domain.job import HANDED_OVER, Job
from tui_reseller.domain.printed import command
from tui_reseller.services.door import Permit
from tui_reseller.services.job_passwords import Passwords
from tui_reseller.services.jobs import JobRun
from tui_reseller.tui.dialogs.job_page import JobPage
from tui_reseller.tui.presenters import job as words
from tui_reseller.tui.presenters.header import count_text
from tui_reseller.tui.profile_context import ProfileContext

PAINT_SECONDS = 0.2
SLOW_PAINT_SECONDS = 2.0
"""A run is painted at most so often, also on a slow line, however fast it is."""


@dataclass(slots=True)
class _Painting:
    """The page on which a job is shown now, and when it was painted last, by the monotonic clock."""

    page: JobPage | None = None
    at: float = 0.0


async def ask_page(context: ProfileContext, job: Job) -> str | None:
    """Show the page of a job until the operator leaves it; return what is wanted next, None for back."""
    painting = context.memory(_Painting)
    is_here = context.run is not None and context.run.job.number == job.number
    painting.page = JobPage(context.provider, context.services.jobs, job, context.run if is_here else None)
    try:
        return await context.dialogs.ask(painting.page)
    finally:
        painting.page = None


def start_run(context: ProfileContext, job: Job, permit: Permit, passwords: Passwords | None = None) -> None:
    """Run a job beside everything else. Raises InvalidInput while another one runs here. Passwords are closed."""
    if context.run is not None:
        if passwords is not None:
            passwords.close()
        raise InvalidInput(f"job {context.run.job.number} is still running here: one after the other")
    run = JobRun(context.session, context.services.jobs, job, permit, passwords, lambda run: _paint(context, run))
    context.run = run
    context.host.run_job(lambda: _apply(context, run))


def _paint(context: ProfileContext, run: JobRun) -> None:
    """Show progress, some times a second."""
    painting, now = context.memory(_Painting), context.session.clock.monotonic()
    pause = SLOW_PAINT_SECONDS if context.host.slow else PAINT_SECONDS
    if context.run is not run or now - painting.at < pause:
        return
    painting.at = now
    if painting.page is not None:
        painting.page.draw()
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
    note = words.ended(ended)
    context.host.leave_line(f"{note.text}  {command('job', 'show', str(ended.number))}")
    await context.requery()
    await context.count_open()
    context.show_note(note)
    context.host.bell()
    page = context.memory(_Painting).page
    if page is not None:
        await page.ended(ended)


async def hand_over(context: ProfileContext) -> None:
    """Let the job that runs here go on in a process of its own. Raises ResellerError if it cannot."""
    run = context.run
    if run is None:
        return
    number, profile, jobs = run.job.number, context.session.profile, context.services.jobs
    credential = await context.services.credentials.get(profile)
    await jobs.want(number, HANDED_OVER)
    run.stop("handed over to a process of its own")
    try:
        while context.run is run:
            await context.session.clock.sleep(0.05)
        pid = context.services.detach(number, profile, credential, context.session.policy.unlock_reason)
    except BaseException:
        await jobs.want(number, "")
        raise
    watch = command("job", "watch", str(number))
    context.host.leave_line(f"Job {number} goes on (process {pid}): {watch}")
