"""audit: who did what, when, to whom, why, and what became of it."""

from typing import Unpack

import click

from tui_reseller.cli.entry_options import EntryOptions, audit_query, selects_entries
from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.group import LazyGroup, Verb
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.messages import changes_text
from tui_reseller.cli.options import common
from tui_reseller.cli.output import Row
from tui_reseller.domain.audit import Entry
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.providers import provider_of
from tui_reseller.domain.text import clean, quoted
from tui_reseller.domain.vault import Anchor
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
        Verb("sign-ins", "sign_in:sign_ins", _WORDS, "List who asked for sign-in links, and for whom."),
        Verb("verify", "audit:verify", _WORDS, "Check that nothing in the log was changed afterwards."),
        Verb("anchor", "ledger:anchor", _WORDS, "Print what stands for the whole log, to keep elsewhere."),
        Verb("export", "audit:export", _WORDS, "Write the whole log, oldest first."),
        Verb("report", "activity_report:report", _WORDS, "Report a period as text for a ticket."),
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
@selects_entries
@common
def list_entries(inv: Invocation, *, limit: int, **given: Unpack[EntryOptions]) -> int:
    """List operations, newest first; of one profile if --profile names it.

    A username also finds what was done to this customer before and after it was renamed.

    Examples:
      tui-reseller audit list
      tui-reseller audit list --username garcia.mail --limit 0
      tui-reseller audit list --operation delete --since 7d --output csv
      tui-reseller audit list --me --since 8h --outcome unknown

    """

    async def work(services: Services) -> int:
        query = audit_query(services, given, limit)
        entries = await services.ledger.entries(query)
        write_entries(inv, entries)
        if limit and len(entries) == limit:
            inv.console.say(f"{limit:,} of {await services.ledger.count(query):,}")
        return ExitCode.OK

    return inv.with_ledger(work)


@click.command()
@selects_entries
@common
def export(inv: Invocation, **given: Unpack[EntryOptions]) -> int:
    """Write all operations, oldest first: jsonl unless --output says otherwise.

    Examples:
      tui-reseller audit export > audit.jsonl
      tui-reseller audit export --since 2026-11-01 --output csv > november.csv

    """
    if inv.common.output is None:
        inv.out.format = "jsonl"

    async def work(services: Services) -> int:
        entries = await services.ledger.entries(audit_query(services, given))
        write_entries(inv, entries[::-1])
        inv.console.say(f"{len(entries):,} operations")
        return ExitCode.OK

    return inv.with_ledger(work)


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
        inv.out.item((await known_entry(services, entry_id)).as_dict(), COLUMNS)
        return ExitCode.OK

    return inv.with_ledger(work)


@click.command()
@click.option("--anchor", metavar="NUMBER:HASH", help="What audit anchor printed before: that row must still be there.")
@common
def verify(inv: Invocation, *, anchor: str | None) -> int:
    """Check the chain from the first row: nothing was changed, dropped or put in between. A broken one ends with 1.

    What was cut off the end is seen by the receipt in the config folder, and by an anchor that you kept.

    Examples:
      tui-reseller audit verify
      tui-reseller audit verify --anchor 4711:5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9
      tui-reseller audit verify --output json

    """
    kept = Anchor.read(anchor) if anchor is not None else None

    async def work(services: Services) -> int:
        report, doubt = await services.ledger.check(), await services.vault.doubt()
        is_there = await services.vault.holds(kept) if kept else None
        found = {"rows": report.rows, "whole": report.is_whole, "broken_at": report.broken_at}
        inv.out.item({**found, "receipt": not doubt, "anchor": is_there})
        if not report.is_whole:
            inv.console.warn(
                f"the audit log was changed afterwards: row {report.broken_at} does not fit the one before it"
                + (f" ({clean(report.account)})" if report.account else "")
            )
        if kept and not is_there:
            inv.console.warn(f"row {kept.number} of the anchor is not there as it was: {_missing(report.rows, kept)}")
        if report.is_whole and not doubt and is_there is not False:
            inv.console.say(_unseen(kept))
            return ExitCode.OK
        return ExitCode.UNEXPECTED

    return inv.run(work)


def _missing(rows: int, kept: Anchor) -> str:
    if kept.number > rows:
        return f"the log ends with row {rows}: rows were cut off, or an older copy or a new one stands in its place"
    return "the log was rewritten, or it is another one"


def _unseen(kept: Anchor | None) -> str:
    """Say what no check of a file by itself can see."""
    since = f" after row {kept.number}" if kept else ""
    return (
        f"what this cannot see: who can write to both the ledger and the config folder can cut off or rewrite "
        f"rows{since} and leave no trace; against that keep anchors elsewhere: tui-reseller audit anchor"
    )


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
    changes = changes_text(provider_of(entry.account), entry.operation, entry.changes) if entry.changes else ""
    outcome = entry.outcome.word if entry.outcome else "in flight"
    shown = {"time": f"{entry.time:%Y-%m-%d %H:%M}", "changes": changes, "outcome": outcome}
    return {**entry.as_dict(), **shown, "operator": entry.operator.name}
