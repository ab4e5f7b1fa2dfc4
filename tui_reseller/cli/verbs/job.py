"""job: plans being applied. They can be resumed after anything; the outcome for every customer is known."""

import click

from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.group import LazyGroup, Verb
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.job_rows import ALL_COLUMNS, RESULT_COLUMNS, as_row, by_number
from tui_reseller.cli.job_running import close, exit_code, job_line, known_job, watched
from tui_reseller.cli.options import common
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.job import Job, JobState
from tui_reseller.domain.printed import command
from tui_reseller.services.services import Services
from tui_reseller.services.time_input import local_text

COLUMNS = ("job", "state", "done", "total", "origin", "profile", "time", "owner", "why")
_WORDS = "Many customers"


@click.group(
    cls=LazyGroup,
    verbs=(
        Verb("list", "job:list_jobs", _WORDS, "List jobs, newest first."),
        Verb("show", "job:show", _WORDS, "Show a job."),
        Verb("watch", "job:watch", _WORDS, "Follow a job until it ends."),
        Verb("pause", "job:pause", _WORDS, "Let a running job send nothing more for now."),
        Verb("stop", "job:stop", _WORDS, "Let a running job send nothing more."),
        Verb("resume", "job_again:resume", _WORDS, "Resume a job, after anything."),
        Verb("retry", "job_again:retry", _WORDS, "Do again what was rejected, and nothing else."),
        Verb("results", "job:results", _WORDS, "What became of each customer of a job."),
    ),
)
def job() -> int:
    """Control jobs.

    Examples:
      tui-reseller job list
      tui-reseller job watch 7
      tui-reseller job resume 7
      tui-reseller job results 7 --output csv > results.csv

    """
    return 0


def _profile(services: Services, found: Job) -> str:
    """Return the profile to resume a job under: no other one may be named beside that of the environment."""
    return services.profiles.environment.name if services.profiles.environment else found.profile


@click.command()
@common
def list_jobs(inv: Invocation) -> int:
    """List jobs, newest first; of one profile if --profile names it.

    Examples:
      tui-reseller job list
      tui-reseller job list --output jsonl | jq -r 'select(.state != "finished") | .job'

    """

    async def work(services: Services) -> int:
        name = services.profiles.named
        jobs = [found for found in await services.jobs.all() if name is None or found.profile == name]
        with inv.out.rows(COLUMNS) as rows:
            for found in jobs:
                rows.add(_listed(found) if inv.out.format == "table" else found.as_dict())
        if not jobs:
            inv.console.say("no jobs yet: several customers at once are one, or a plan that is applied")
        return ExitCode.OK

    return inv.run(work)


def _listed(found: Job) -> dict[str, object]:
    """Return a job as a person reads it, at the time of this machine's clock."""
    return {**found.as_dict(), "state": found.state_word, "time": local_text(found.began)}


@click.command()
@by_number
@common
def show(inv: Invocation, *, number: int) -> int:
    """Show a job: how far it is, what became of how many, who runs it.

    Examples:
      tui-reseller job show 7

    """

    async def work(services: Services) -> int:
        found = await known_job(services, number)
        inv.out.item(found.as_dict())
        inv.console.say(job_line(found, _profile(services, found)))
        return ExitCode.OK

    return inv.run(work)


@click.command()
@by_number
@common
def watch(inv: Invocation, *, number: int) -> int:
    """Follow a job that another process runs, until it ends. Ends with 0, 9 or 10, as the job itself would.

    Examples:
      tui-reseller job watch 7

    """

    async def work(services: Services) -> int:
        found = await watched(inv, services, number)
        inv.out.item(found.as_dict())
        return close(inv, found, _profile(services, found))

    return inv.run(work)


def _asking(wanted: str, does: str) -> click.Command:
    def called(inv: Invocation, *, number: int) -> int:
        async def work(services: Services) -> int:
            found = await known_job(services, number)
            if found.state is not JobState.RUNNING:
                raise InvalidInput(f"job {number} is not running: it is {found.state_word}")
            await services.jobs.want(number, wanted)
            found = await watched(inv, services, number)
            inv.out.item(found.as_dict())
            inv.console.say(job_line(found, _profile(services, found)))
            return ExitCode.OK

        return inv.run(work)

    text = f"{does}\n\nExamples:\n  {command('job', wanted, '7')}"
    return click.command(wanted, help=text)(by_number(common(called)))


pause = _asking("pause", "Let a job that any process runs send nothing more for now; what is on its way is waited for.")
stop = _asking("stop", "Let a job that any process runs send nothing more. It can be resumed all the same.")


@click.command()
@by_number
@common
def results(inv: Invocation, *, number: int) -> int:
    """Write what became of each customer of a job: a row each, in the order of the plan.

    State is done where there is an outcome; without one it is in_flight (it was sent, the answer may still come) or
    not_begun (it was certainly not sent).

    Examples:
      tui-reseller job results 7 --output csv > results.csv
      tui-reseller job results 7 --output jsonl | jq -r 'select(.outcome == "rejected") | .username'

    """

    async def work(services: Services) -> int:
        found = await known_job(services, number)
        after = -1
        with inv.out.rows(RESULT_COLUMNS if inv.out.format == "table" else ALL_COLUMNS) as rows:
            while (page := await services.jobs.items(number, after)) and not inv.out.is_closed:
                for item in page:
                    rows.add(as_row(inv, found, item))
                after = page[-1].seq
        inv.console.say(job_line(found, _profile(services, found)))
        return exit_code(found)

    return inv.with_ledger(work)
