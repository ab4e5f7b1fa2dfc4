"""audit: who did what, when, to whom, why, and what became of it."""

from collections.abc import Callable

import click

from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.group import LazyGroup, Verb
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.names import read_moment
from tui_reseller.cli.options import common
from tui_reseller.cli.output import Row
from tui_reseller.cli.words import changes_text
from tui_reseller.domain.audit import AuditQuery, Entry
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.text import quoted
from tui_reseller.services.services import Services

COLUMNS = (
    "time", "profile", "username", "operation", "outcome", "id", "changes", "message", "operator", "reason", "batch",
)  # fmt: skip
TABLE_COLUMNS = ("time", "username", "operation", "outcome", "id", "changes", "operator", "profile", "reason")
_WORDS = "Accounting"


@click.group(
    cls=LazyGroup,
    verbs=(
        Verb("list", "audit:list_entries", _WORDS, "List operations, newest first."),
        Verb("show", "audit:show", _WORDS, "Show one operation."),
        Verb("verify", "audit:verify", _WORDS, "Check that nothing in the log was changed afterwards."),
        Verb("export", "audit:export", _WORDS, "Write the whole log, oldest first."),
    ),
)
def audit() -> int:
    """Read the audit log of this account of the operating system.

    Examples:
      tui-reseller audit list --username garcia.mail
      tui-reseller audit list --since 24h --outcome unknown
      tui-reseller audit show ID
      tui-reseller audit verify
      tui-reseller audit export --output csv > audit.csv

    """
    return 0


def _selecting(function: Callable[..., int]) -> Callable[..., int]:
    for option in (
        click.option("--username", metavar="NAME", help="Only this customer."),
        click.option("--operation", type=click.Choice([item.value for item in Operation]), help="Only this operation."),
        click.option("--outcome", type=click.Choice([item.value for item in Outcome]), help="Only this outcome."),
        click.option("--batch", metavar="ID", help="Only what was done as one."),
        click.option("--since", metavar="TIME", help="From here on: 2026-11-20, 2026-11-20T14:00 (UTC), 24h."),
    ):
        function = option(function)
    return function


def _query(services: Services, limit: int, given: dict[str, str | None]) -> AuditQuery:
    since, operation, outcome = given["since"], given["operation"], given["outcome"]
    return AuditQuery(
        profile=services.profiles.named,
        username=given["username"],
        operation=Operation(operation) if operation else None,
        outcome=Outcome(outcome) if outcome else None,
        batch=given["batch"],
        since=read_moment(since, services.clock.now()) if since else None,
        limit=limit,
    )


@click.command()
@click.option("--limit", metavar="N", type=click.IntRange(min=0), default=50, help="At most so many (50); 0 is all.")
@_selecting
@common
def list_entries(inv: Invocation, *, limit: int, **given: str | None) -> int:
    """List operations, newest first; of one profile if --profile names it.

    Examples:
      tui-reseller audit list
      tui-reseller audit list --username garcia.mail --limit 0
      tui-reseller audit list --operation delete --since 7d --output csv

    """

    async def work(services: Services) -> int:
        await services.ledger.recover()
        write_entries(inv, await services.ledger.entries(_query(services, limit, given)))
        return ExitCode.FINE

    return inv.run(work)


@click.command()
@_selecting
@common
def export(inv: Invocation, **given: str | None) -> int:
    """Write all operations, oldest first: jsonl unless --output says otherwise.

    Examples:
      tui-reseller audit export > audit.jsonl
      tui-reseller audit export --since 2026-11-01 --output csv > november.csv

    """
    if inv.common.output is None:
        inv.out.format = "jsonl"

    async def work(services: Services) -> int:
        await services.ledger.recover()
        entries = await services.ledger.entries(_query(services, 0, given))
        write_entries(inv, entries[::-1])
        inv.talk.say(f"{len(entries):,} operations")
        return ExitCode.FINE

    return inv.run(work)


@click.command()
@click.argument("entry_id", metavar="ID")
@common
def show(inv: Invocation, *, entry_id: str) -> int:
    """Show one operation.

    Examples:
      tui-reseller audit show ID
      tui-reseller audit show ID --output json

    """

    async def work(services: Services) -> int:
        await services.ledger.recover()
        inv.out.item((await known_entry(services, entry_id)).as_dict(), COLUMNS)
        return ExitCode.FINE

    return inv.run(work)


@click.command()
@common
def verify(inv: Invocation) -> int:
    """Check the chain from the first row: nothing was changed, dropped or put in between. A broken one ends with 1.

    Examples:
      tui-reseller audit verify
      tui-reseller audit verify --output json

    """

    async def work(services: Services) -> int:
        report = await services.ledger.check()
        inv.out.item({"rows": report.rows, "whole": report.is_whole, "broken_at": report.broken_at})
        if report.is_whole:
            return ExitCode.FINE
        inv.talk.warn(f"the audit log was changed afterwards: row {report.broken_at} does not fit the one before it")
        return ExitCode.UNEXPECTED

    return inv.run(work)


async def known_entry(services: Services, entry_id: str) -> Entry:
    """Return an operation of the ledger. Raises InvalidInput if there is none."""
    entry = await services.ledger.get(entry_id)
    if entry is None:
        raise InvalidInput(f"there is no operation {quoted(entry_id)} in the audit log", hint="tui-reseller audit list")
    return entry


def write_entries(inv: Invocation, entries: list[Entry]) -> None:
    """Write operations as rows."""
    in_table = inv.out.format == "table"
    with inv.out.rows(TABLE_COLUMNS if in_table else COLUMNS) as rows:
        for entry in entries:
            if inv.out.is_closed:
                break
            rows.add(_for_table(entry) if in_table else entry.as_dict())


def _for_table(entry: Entry) -> Row:
    changes = changes_text(entry.operation, entry.changes) if entry.changes else ""
    outcome = entry.outcome.word if entry.outcome else "in flight"
    shown = {"time": f"{entry.time:%Y-%m-%d %H:%M}", "changes": changes, "outcome": outcome}
    return {**entry.as_dict(), **shown, "operator": entry.operator.user}
