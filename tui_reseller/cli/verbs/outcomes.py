"""needs-you, verify, resolve: outcomes that are not known, until a reading proves them or a note closes them."""

from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import click

from tui_reseller.cli.exit_codes import ExitCode, for_outcome
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.lost_answers import check_outcome, read_others
from tui_reseller.cli.messages import SHOWN, open_line, result_line
from tui_reseller.cli.options import common
from tui_reseller.cli.report import COLUMNS
from tui_reseller.cli.verbs.audit import known_entry, write_entries
from tui_reseller.domain.audit import Entry
from tui_reseller.domain.errors import BadConfig, InvalidInput
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.printed import command
from tui_reseller.domain.providers import provider_of
from tui_reseller.services import verify
from tui_reseller.services.result import Result
from tui_reseller.services.services import LedgerUse, Services
from tui_reseller.services.session import Session
from tui_reseller.services.suspensions import open_suspensions


@click.command()
@common
def needs_you(inv: Invocation) -> int:
    """List outcomes that a person has to look at, oldest first; of one profile if --profile names it.

    For the first ten it says what is known and what is safe. Further changes to these customers wait until they are
    resolved.

    Examples:
      tui-reseller needs-you
      tui-reseller needs-you --output jsonl | jq -r .id

    """

    async def work(services: Services) -> int:
        entries = await services.ledger.needs_you(inv.account_named(services))
        write_entries(inv, entries)
        for entry in entries[:SHOWN]:
            inv.console.say(open_line(entry))
        inv.console.say(f"{len(entries):,} to look at")
        account, now = inv.account_named(services), services.clock.now()
        over = [one for one in await open_suspensions(services.ledger, account) if one.state(now) == "due"]
        if over:
            inv.console.say(f"{len(over):,} suspended until a time that is over: {command('due')}")
        inv.report_undelivered(services)
        return ExitCode.OK

    return inv.with_ledger(work)


@click.command()
@click.argument("entry_id", metavar="ID")
@common
def verify_one(inv: Invocation, *, entry_id: str) -> int:
    """Check an operation whose answer was lost against the service, up to 90 s. Only reads.

    Ends with 0 (it was applied), 5 (it was not), 8 (somebody else changed it) or 10 (still not known).

    Examples:
      tui-reseller needs-you
      tui-reseller verify ID

    """

    async def work(services: Services) -> int:
        entry = await known_entry(services, entry_id)
        if entry.outcome is None:
            raise InvalidInput("this operation is still on its way in another process")
        if entry.outcome.needs_you:
            entry = await _checked(inv, services, entry)
        outcome = entry.outcome or Outcome.UNKNOWN
        result = Result(entry.username, entry.operation, outcome, entry.message, entry.id, entry.changes)
        inv.out.item(result.as_dict(), COLUMNS)
        code = for_outcome(outcome)
        (inv.console.say if code is ExitCode.OK else inv.console.warn)(
            result_line(provider_of(entry.account), result, _profile(inv, services, entry))
        )
        return code

    return inv.with_ledger(work)


async def _checked(inv: Invocation, services: Services, entry: Entry) -> Entry:
    async with _session_of(inv, services, entry) as session:
        await inv.connect(session)
        await read_others(session)
        outcome, words = await check_outcome(session, entry)
    return replace(entry, outcome=outcome, message=words)


def _profile(inv: Invocation, services: Services, entry: Entry) -> str:
    """Return the profile for next steps: no other one may be named beside that of the environment."""
    environment = services.profiles.environment
    return inv.common.profile or (environment.name if environment else entry.profile)


def _session_of(inv: Invocation, services: Services, entry: Entry) -> AbstractAsyncContextManager[Session]:
    """Open the profile under which an operation was done. Raises BadConfig if it is now another account."""
    name = inv.common.profile or (None if services.profiles.environment else entry.profile)
    profile = services.profiles.choose(name)
    if profile.account != entry.account:
        raise BadConfig(
            f'profile "{profile.name}" is another account than the one the operation was sent to',
            hint=f'it was sent under profile "{entry.profile}"',
        )
    return inv.session(services, profile, LedgerUse.LAST_SET)


@click.command()
@click.argument("entry_id", metavar="ID")
@click.option("--note", metavar="TEXT", required=True, help="What you know, and from whom.")
@click.option("--force", "is_forced", is_flag=True, help="Also one on its way in a process that does not come back.")
@common
def resolve(inv: Invocation, *, entry_id: str, note: str, is_forced: bool) -> int:
    """Close an open outcome with a note. It is written down and never counted as success.

    With --force, after two minutes, also an operation that is on its way in another process. If that process goes on
    after all, it sends nothing; what it was answered before is written down, and a contradiction is in needs-you.

    Examples:
      tui-reseller resolve ID --note 'closed, says the provider (ticket 4711)'
      tui-reseller resolve ID --force --note 'host bastion2 was shut down in the middle of it'

    """

    async def work(services: Services) -> int:
        entry = await known_entry(services, entry_id)
        async with _session_of(inv, services, entry) as session:
            await verify.resolve(session, entry, note, is_forced=is_forced)
        resolved = await known_entry(services, entry_id)
        result = Result(entry.username, entry.operation, Outcome.RESOLVED, resolved.message, entry.id, entry.changes)
        inv.out.item(result.as_dict(), COLUMNS)
        inv.console.say(result_line(provider_of(entry.account), result, _profile(inv, services, entry)))
        return ExitCode.OK

    return inv.with_ledger(work)
