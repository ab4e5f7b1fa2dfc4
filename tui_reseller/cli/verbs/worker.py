"""worker: sends items of jobs that run in a ledger of a team, with a key of this machine."""

import asyncio

import click

from tui_reseller.cli.arguments import Writing
from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.job_running import known_job, progress_line
from tui_reseller.cli.options import common
from tui_reseller.cli.output import Row
from tui_reseller.cli.verbs.team_ledger import team_of
from tui_reseller.domain.errors import LedgerUnavailable, TakenElsewhere
from tui_reseller.domain.job import Job, JobState
from tui_reseller.services.door import Consent, admit_job
from tui_reseller.services.joined_job import JoinedRun
from tui_reseller.services.services import Services
from tui_reseller.services.session import Session
from tui_reseller.services.throttle import MOST_IN_FLIGHT

LOOK_SECONDS = 1.0
"""How often it is looked whether there is a job."""
AWAY_SECONDS = 10.0
"""How often it is looked whether the ledger is there again."""


@click.command()
@click.option(
    "--in-flight", metavar="N", type=click.IntRange(1, MOST_IN_FLIGHT), default=MOST_IN_FLIGHT,
    help=f"Calls on their way at once ({MOST_IN_FLIGHT}).",
)  # fmt: skip
@click.option("--once", is_flag=True, help="End when there is nothing to do.")
@click.option("--unlock", metavar="REASON", help="Open a protected profile for this command.")
@common
def worker(inv: Invocation, *, in_flight: int, once: bool, unlock: str | None) -> int:
    """Send items of the jobs of an account that run in a ledger of a team, beside whoever started them.

    A job is joined once its first eleven items were sent by the process that runs it. One whose process is gone is gone
    on with. The key is that of this machine's profile; a job with passwords is left to the machine that has them.
    Ctrl+C ends it after the calls on their way. A row on stdout says of each job how many were sent here.

    Examples:
      tui-reseller worker --profile acme
      tui-reseller worker --once

    """

    async def work(services: Services, session: Session) -> int:
        team_of(services)
        await inv.connect(session)
        with inv.out.rows(("job", "sent", "state")) as rows:
            while not inv.signals.received:
                try:
                    number = await services.jobs.for_worker(session.account)
                    if number is not None:
                        row = await _send(inv, services, session, await known_job(services, number), in_flight)
                        rows.add(row)
                    elif once:
                        break
                except LedgerUnavailable as error:
                    if once:
                        raise
                    inv.console.warn(f"{error.message}; it is looked again every {AWAY_SECONDS:g} seconds")
                    await asyncio.sleep(AWAY_SECONDS)
                await asyncio.sleep(LOOK_SECONDS)
        return ExitCode.OK

    return inv.with_session(work, writing=Writing(unlock=unlock))


async def _send(inv: Invocation, services: Services, session: Session, job: Job, in_flight: int) -> Row:
    """Join a job, or go on with one whose process is gone; return the row of it."""
    permit = await admit_job(session, job, job.not_begun, Consent(agreed=True, recorded=True))
    run = JoinedRun(
        session,
        services.jobs,
        job,
        permit,
        in_flight=in_flight,
        tell=lambda run: inv.console.progress(progress_line(run)),
    )
    inv.signals.on_first_stop = run.stop
    try:
        if job.state is JobState.RUNNING:
            await run.join()
        else:
            await services.ledger.recover()  # what its process had begun
            await run.run()
    except TakenElsewhere as error:
        inv.console.say(error.message)
    finally:
        inv.signals.on_first_stop = None
    now = await known_job(services, job.number)
    inv.console.say(f"job {job.number}: {run.progress.sent:,} sent here; it is {now.state_word}")
    return {"job": job.number, "sent": run.progress.sent, "state": now.state_word.replace(" ", "_")}
