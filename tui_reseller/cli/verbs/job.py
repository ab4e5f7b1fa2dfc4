"""job: plans being applied. They can be resumed after anything; the outcome for every customer is known."""

from collections.abc import Awaitable, Callable, Collection

import click

from tui_reseller.cli.argument_values import JobNumber, read_secrets
from tui_reseller.cli.arguments import Writing
from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.group import LazyGroup, Verb
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.job_running import close, exit_code, job_line, known_job, resume_job, watched
from tui_reseller.cli.messages import changes_text
from tui_reseller.cli.options import common, writing
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.errors import InvalidInput, RefusedHere
from tui_reseller.domain.job import Job, JobItem, JobState
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.printed import command
from tui_reseller.domain.providers import provider_of
from tui_reseller.services.approvals import refuse_unapproved_job
from tui_reseller.services.door import Consent, admit_job
from tui_reseller.services.job_items import RETRIED, left, retry_rejected
from tui_reseller.services.services import Services
from tui_reseller.services.session import Session
from tui_reseller.services.time_input import local_text

COLUMNS = ("job", "state", "done", "total", "origin", "profile", "time", "owner", "why")
RESULT_COLUMNS = ("username", "operation", "outcome", "id", "changes", "message", "line")
_ALL_COLUMNS = (*RESULT_COLUMNS, "state")  # a table has the state among the outcomes
_WORDS = "Many customers"


@click.group(
    cls=LazyGroup,
    verbs=(
        Verb("list", "job:list_jobs", _WORDS, "List jobs, newest first."),
        Verb("show", "job:show", _WORDS, "Show a job."),
        Verb("watch", "job:watch", _WORDS, "Follow a job until it ends."),
        Verb("pause", "job:pause", _WORDS, "Let a running job send nothing more for now."),
        Verb("stop", "job:stop", _WORDS, "Let a running job send nothing more."),
        Verb("resume", "job:resume", _WORDS, "Resume a job, after anything."),
        Verb("retry", "job:retry", _WORDS, "Do again what was rejected, and nothing else."),
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


def _number(function: Callable[..., int]) -> Callable[..., int]:
    return click.argument("number", metavar="ID", type=JobNumber())(function)


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
@_number
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
@_number
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
    return click.command(wanted, help=text)(_number(common(called)))


pause = _asking("pause", "Let a job that any process runs send nothing more for now; what is on its way is waited for.")
stop = _asking("stop", "Let a job that any process runs send nothing more. It can be resumed all the same.")


@click.command()
@_number
@click.option("--detach", is_flag=True, help="Run it in a process of its own.")
@click.option("--key-stdin", is_flag=True, hidden=True, help="Take the key, and the password of the proxy, from stdin.")
@writing
def resume(inv: Invocation, options: Writing, *, number: int, detach: bool, key_stdin: bool) -> int:
    """Resume a job: first unknown outcomes are checked by a whole list; then the rest is sent.

    It was reviewed when it was applied, so nothing is asked again; what may not be written now is refused. Works after
    a kill, a lost line, a reboot, refused credentials.

    Examples:
      tui-reseller job resume 7
      tui-reseller job resume 7 --detach

    """

    async def work(services: Services, session: Session, found: Job) -> int:
        if key_stdin:
            wanted = ("key", "password of the proxy") if session.profile.wants_proxy_password else ("key",)
            session.credentials.remember(session.profile, Credential(*read_secrets(*wanted)))
        if options.dry_run:
            return await _show_only(inv, services, found, _RESUMED)
        await inv.connect(session)
        permit = await admit_job(session, found, _count(found, _RESUMED), _consent(options))
        return await resume_job(
            inv, services, session, found, permit, reason=options.reason, detach=detach, verify=options.verify
        )

    return _with_job(inv, options, number, work)


_RESUMED = frozenset({None, Outcome.NOT_SENT, Outcome.VERIFIED_NOT_APPLIED})
"""Items that are sent when a job is resumed: those never begun, and those that certainly were not carried out."""


def _consent(options: Writing) -> Consent:
    """A job was agreed to when it was made; what is confirmed all the same must be right."""
    return Consent(agreed=True, typed=options.confirm, recorded=True)


def _count(found: Job, outcomes: Collection[Outcome | None]) -> int:
    return sum(count for outcome, count in found.counts.items() if outcome in outcomes)


async def _show_only(inv: Invocation, services: Services, found: Job, outcomes: Collection[Outcome | None]) -> int:
    """Write the items that would be sent; send nothing."""
    names: set[str] = set()
    with inv.out.rows(RESULT_COLUMNS if inv.out.format == "table" else _ALL_COLUMNS) as rows:
        async for item in left(services.jobs, found, outcomes):
            names.add(item.item.username)
            rows.add(_as_row(inv, found, item))
    inv.console.say(f"dry run: {len(names):,} customers, nothing was sent")
    return ExitCode.OK


@click.command()
@_number
@writing
def retry(inv: Invocation, options: Writing, *, number: int) -> int:
    """Send again what the service rejected or a rule of ours refused; nothing that was applied, nothing unknown.

    Examples:
      tui-reseller job retry 7

    """

    async def work(services: Services, session: Session, found: Job) -> int:
        if options.dry_run:
            return await _show_only(inv, services, found, RETRIED)
        await inv.connect(session)
        permit = await admit_job(session, found, _count(found, RETRIED), _consent(options))
        async with services.jobs.owning(number, session.operator):
            count = await retry_rejected(services.jobs, found)
        inv.console.say(f"{count:,} customers again")
        again = await known_job(services, number)
        return await resume_job(inv, services, session, again, permit, reason=options.reason, verify=options.verify)

    return _with_job(inv, options, number, work)


def _with_job(
    inv: Invocation, options: Writing, number: int, work: Callable[[Services, Session, Job], Awaitable[int]]
) -> int:
    """Open the profile of a job. Raises RefusedHere if it is another account by now."""

    async def opened(services: Services) -> int:
        inv.report_undelivered(services)
        found = await known_job(services, number)
        name = inv.common.profile or (None if services.profiles.environment else found.profile)
        async with inv.session(services, services.profiles.choose(name), writing=options) as session:
            if session.account != found.account:
                raise RefusedHere(f'refused: job {number} belongs to another account (profile "{found.profile}")')
            await refuse_unapproved_job(services.approvals, found, session.policy)
            return await work(services, session, found)

    return inv.run(opened)


@click.command()
@_number
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
        with inv.out.rows(RESULT_COLUMNS if inv.out.format == "table" else _ALL_COLUMNS) as rows:
            while (page := await services.jobs.items(number, after)) and not inv.out.is_closed:
                for item in page:
                    rows.add(_as_row(inv, found, item))
                after = page[-1].seq
        inv.console.say(job_line(found, _profile(services, found)))
        return exit_code(found)

    return inv.with_ledger(work)


def _as_row(inv: Invocation, job: Job, item: JobItem) -> dict[str, object]:
    return _for_table(job, item) if inv.out.format == "table" else item.as_dict(provider_of(job.account))


def _for_table(job: Job, found: JobItem) -> dict[str, object]:
    changes = changes_text(provider_of(job.account), found.item.operation, found.item.changes(provider_of(job.account)))
    return {**found.as_dict(provider_of(job.account)), "changes": changes, "outcome": found.word}
