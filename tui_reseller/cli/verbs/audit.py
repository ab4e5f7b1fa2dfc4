"""audit: who did what, when, to whom, why, and what became of it."""

from typing import Unpack

import click

from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.group import LazyGroup, Verb
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.options import common
from tui_reseller.cli.output import Row
from tui_reseller.cli.selecting import Given, query_of, selecting
from tui_reseller.cli.words import changes_text
from tui_reseller.domain.audit import Entry
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.text import quoted
from tui_reseller.services.services import Services

COLUMNS = (
    "time", "profile", "username", "operation", "outcome", "id", "changes", "message", "operator", "reason", "batch",
    "until",
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
        Verb("report", "shift:report", _WORDS, "Tell a shift as text for a ticket."),
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


@click.command()
@click.option("--limit", metavar="N", type=click.IntRange(min=0), default=50, help="At most so many (50); 0 is all.")
@selecting
@common
def list_entries(inv: Invocation, *, limit: int, **given: Unpack[Given]) -> int:
    """List operations, newest first; of one profile if --profile names it.

    A username also finds what was done to this customer before and after it was renamed.

    Examples:
      tui-reseller audit list
      tui-reseller audit list --username garcia.mail --limit 0
      tui-reseller audit list --operation delete --since 7d --output csv
      tui-reseller audit list --me --since 8h --outcome unknown

    """

    async def work(services: Services) -> int:
        await services.ledger.recover()
        query = query_of(services, given, limit)
        entries = await services.ledger.entries(query)
        write_entries(inv, entries)
        if limit and len(entries) == limit:
            inv.talk.say(f"{limit:,} of {await services.ledger.count(query):,}")
        return ExitCode.FINE

    return inv.run(work)


@click.command()
@selecting
@common
def export(inv: Invocation, **given: Unpack[Given]) -> int:
    """Write all operations, oldest first: jsonl unless --output says otherwise.

    Examples:
      tui-reseller audit export > audit.jsonl
      tui-reseller audit export --since 2026-11-01 --output csv > november.csv

    """
    if inv.common.output is None:
        inv.out.format = "jsonl"

    async def work(services: Services) -> int:
        await services.ledger.recover()
        entries = await services.ledger.entries(query_of(services, given))
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
