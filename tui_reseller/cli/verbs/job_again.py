"""job resume and retry: a job that was begun goes on."""

from collections.abc import Awaitable, Callable, Collection
from typing import Unpack

import click

from tui_reseller.cli.argument_values import read_secrets
from tui_reseller.cli.arguments import Writing
from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.given_passwords import given_for, read_given
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.job_rows import ALL_COLUMNS, RESULT_COLUMNS, as_row, by_number
from tui_reseller.cli.job_running import known_job, resume_job
from tui_reseller.cli.options import writing
from tui_reseller.cli.reading_options import ReadingGiven, reads_files
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.job import Job
from tui_reseller.domain.operation import Outcome
from tui_reseller.services.approvals import refuse_unapproved_job
from tui_reseller.services.door import Consent, admit_job
from tui_reseller.services.job_items import RETRIED, left, retry_rejected
from tui_reseller.services.services import Services
from tui_reseller.services.session import Session


@click.command()
@by_number
@click.option("--detach", is_flag=True, help="Run it in a process of its own.")
@click.option("--from", "place", metavar="FILE|-", help="The plan's file again, for the passwords in it.")
@reads_files
@click.option("--key-stdin", is_flag=True, hidden=True, help="Take the key, and the password of the proxy, from stdin.")
@writing
def resume(
    inv: Invocation,
    options: Writing,
    *,
    number: int,
    detach: bool,
    key_stdin: bool,
    place: str | None,
    **given: Unpack[ReadingGiven],
) -> int:
    """Resume a job: first unknown outcomes are checked by a whole list; then the rest is sent.

    It was reviewed when it was applied, so nothing is asked again; what may not be written now is refused. Works after
    a kill, a lost line, a reboot, refused credentials.

    Examples:
      tui-reseller job resume 7
      tui-reseller job resume 7 --detach
      tui-reseller job resume 7 --from new-customers.csv

    """
    how = read_given(place, given, options)

    async def work(services: Services, session: Session, found: Job) -> int:
        if key_stdin:
            wanted = ("key", "password of the proxy") if session.profile.wants_proxy_password else ("key",)
            session.credentials.remember(session.profile, Credential(*read_secrets(*wanted)))
        if options.dry_run:
            return await _show_only(inv, services, found, _RESUMED)
        await inv.connect(session)
        permit = await admit_job(session, found, _count(found, _RESUMED), _consent(options))
        passwords = await given_for(services, found, how)
        return await resume_job(
            inv, services, session, found, permit, reason=options.reason, detach=detach, verify=options.verify,
            given=passwords,
        )  # fmt: skip

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
    with inv.out.rows(RESULT_COLUMNS if inv.out.format == "table" else ALL_COLUMNS) as rows:
        async for item in left(services.jobs, found, outcomes):
            names.add(item.item.username)
            rows.add(as_row(inv, found, item))
    inv.console.say(f"dry run: {len(names):,} customers, nothing was sent")
    return ExitCode.OK


@click.command()
@by_number
@click.option("--from", "place", metavar="FILE|-", help="The plan's file again, for the passwords in it.")
@reads_files
@writing
def retry(inv: Invocation, options: Writing, *, number: int, place: str | None, **given: Unpack[ReadingGiven]) -> int:
    """Send again what the service rejected or a rule of ours refused; nothing that was applied, nothing unknown.

    Examples:
      tui-reseller job retry 7

    """
    how = read_given(place, given, options)

    async def work(services: Services, session: Session, found: Job) -> int:
        if options.dry_run:
            return await _show_only(inv, services, found, RETRIED)
        await inv.connect(session)
        permit = await admit_job(session, found, _count(found, RETRIED), _consent(options))
        passwords = await given_for(services, found, how)
        async with services.jobs.owning(number, session.operator):
            count = await retry_rejected(services.jobs, found)
        inv.console.say(f"{count:,} customers again")
        again = await known_job(services, number)
        return await resume_job(
            inv, services, session, again, permit, reason=options.reason, verify=options.verify, given=passwords
        )

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
