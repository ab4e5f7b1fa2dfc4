"""ledger: the audit log as a file. Back it up, restore it, accept it; and the anchor that stands for it.

What there is only for the ledger of a team: team_ledger.py.
"""

from pathlib import Path

import click

from tui_reseller.cli.argument_values import FilePath
from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.group import LazyGroup, Verb
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.options import common
from tui_reseller.cli.output import Row
from tui_reseller.domain.audit import utc_text
from tui_reseller.domain.errors import InvalidInput, RefusedHere
from tui_reseller.domain.text import clean
from tui_reseller.domain.vault import Comparison
from tui_reseller.services.services import Services

_WORDS, _TEAM = "The ledger", "The ledger of a team"
_FILE = click.argument("file", metavar="FILE", type=FilePath(), callback=lambda _ctx, _parameter, path: path.absolute())
_YES = click.option("--yes", is_flag=True, help="Do not ask.")


@click.group(
    cls=LazyGroup,
    verbs=(
        Verb("backup", "ledger:backup", _WORDS, "Write all of it to a new file, while others go on."),
        Verb("restore", "ledger:restore", _WORDS, "Put a backup in its place; the present one is kept."),
        Verb("accept", "ledger:accept", _WORDS, "Go on although rows are missing or replaced.", "accept-loss"),
        Verb("init", "team_ledger:init", _TEAM, "Make one in a database of PostgreSQL."),
        Verb("migrate", "team_ledger:migrate", _TEAM, "Bring it to the version of this program."),
        Verb("show", "team_ledger:show", _TEAM, "Say what it is, and who you are there."),
        Verb("dev", "private_ledger:dev", _TEAM, "One to try: a PostgreSQL of your own, until Ctrl+C."),
        Verb("account", "team_ledger:account", _TEAM, "What holds for all who work in an account."),
        Verb("move", "ledger_move:move", _TEAM, "Move the file of this account into it."),
        Verb("member", "team_ledger:member", _TEAM, "Who may work there: list, add, remove."),
    ),
)
def ledger() -> int:
    """Keep the audit log safe: it is one file, with the jobs in it. Or share one with a team, on PostgreSQL.

    Examples:
      tui-reseller ledger backup /backup/ledger-2026-11-27.sqlite3
      tui-reseller ledger restore /backup/ledger-2026-11-27.sqlite3
      tui-reseller audit anchor
      TUI_RESELLER_LEDGER=postgresql://ledger.example.com/reseller tui-reseller ledger show

    """
    return 0


@click.command()
@_FILE
@common
def backup(inv: Invocation, *, file: Path) -> int:
    """Write the whole ledger to a new private file. Others may go on working.

    The file is checked before it gets its name. One that is there is never replaced.

    Examples:
      tui-reseller ledger backup /backup/ledger-2026-11-27.sqlite3
      tui-reseller ledger backup "/backup/ledger-$(date +%F).sqlite3" --quiet

    """

    async def work(services: Services) -> int:
        head = await services.vault.back_up(file)
        inv.out.item({"file": str(file), "rows": head.number, "anchor": head.text})
        inv.console.say(f"{head.number:,} rows; checked: {file}")
        return ExitCode.OK

    return inv.run(work)


@click.command()
@_FILE
@_YES
@common
def restore(inv: Invocation, *, file: Path, yes: bool) -> int:
    """Put a backup in the place of the ledger, also of a damaged one. Nothing is deleted.

    The backup is checked first, and compared with the present ledger, which is kept beside it. Not while another
    process uses the ledger. That it was restored, and by whom, is a row of the audit log.

    Examples:
      tui-reseller ledger restore /backup/ledger-2026-11-27.sqlite3
      tui-reseller ledger restore /backup/ledger-2026-11-27.sqlite3 --yes --output json

    """

    async def work(services: Services) -> int:
        async with services.vault.candidate(file) as found:
            for line in _review(found):
                inv.console.warn(line)
            _agree(inv, yes=yes, question="Type yes to put the backup in the place of the present ledger")
            done = await services.vault.restore(file, services.operator)
        present = done.comparison.present
        inv.out.item({
            "rows": done.head.number, "anchor": done.head.text, "kept": done.kept or None,
            "operations_missing": present.operations if present else None,
            "unknown_missing": present.unknown if present else None,
            "open": done.comparison.backup.open, "jobs_paused": done.comparison.jobs,
        })  # fmt: skip
        kept = f"; the former one is kept beside it: {done.kept}" if done.kept else ""
        inv.console.say(f"the ledger was restored, {done.head.number:,} rows{kept}")
        return ExitCode.OK

    return inv.run(work)


def _review(found: Comparison) -> list[str]:
    """Say what a restore would change."""
    lines = [f"the backup is sound: {found.backup.head.number:,} rows"]
    if found.present is None and not found.why:
        lines.append("there is no present ledger")
    elif found.present is None:
        lines.append(f"the present ledger cannot be read ({found.why}): what it has that the backup lacks is not known")
    else:
        lost = f"the present ledger has {_operations(found.present.operations)} that the backup does not have"
        if found.present.unknown:
            lost += f", {found.present.unknown:,} of them with an outcome that is not known: nothing will ask for them"
        lines.append(lost)
        if found.backup.operations:
            lines.append(f"the backup has {_operations(found.backup.operations)} that the present one does not have")
    if found.backup.open:
        lines.append(f"after it, {_operations(found.backup.open)} in the backup will wait to be looked at")
    if found.jobs:
        lines.append(
            f"{found.jobs:,} unfinished {'job' if found.jobs == 1 else 'jobs'} of the backup will be paused: items "
            "that were sent since are not known to it"
        )
    return lines


def _operations(count: int) -> str:
    return f"{count:,} {'operation' if count == 1 else 'operations'}"


@click.command()
@click.option("--reason", metavar="TEXT", required=True, help="Why it is right so; kept in the audit log.")
@_YES
@common
def accept(inv: Invocation, *, reason: str, yes: bool) -> int:
    """Go on with a ledger whose last rows are missing or replaced. Until then nothing is sent.

    What the missing rows recorded stays unknown, open outcomes included: check these customers first. Of the
    ledger of a team that is so in each account, for this machine. Found as accept-loss, too.

    Examples:
      tui-reseller ledger accept --reason 'state folder lost with the old disk, ticket 4711'

    """
    if not reason.strip():
        raise InvalidInput("a reason is needed: it is what others will find in the audit log", field="reason")

    async def work(services: Services) -> int:
        doubt = await services.vault.doubt()
        if doubt:
            inv.console.warn(doubt)
            _agree(inv, yes=yes, question="Type yes to go on with this ledger")
        head = await services.vault.accept(reason, services.operator)
        inv.out.item({"rows": head.number, "anchor": head.text})
        inv.console.say(f"accepted; written down as row {head.number:,}")
        return ExitCode.OK

    return inv.run(work)


def _agree(inv: Invocation, *, yes: bool, question: str) -> None:
    if yes:
        return
    if not inv.console.can_ask:
        raise RefusedHere("refused: without a terminal this needs --yes; nothing was changed")
    if inv.console.ask(question) != "yes":
        raise RefusedHere("refused: not confirmed; nothing was changed")


@click.command()
@common
def anchor(inv: Invocation) -> int:
    """Print number and hash of the last row. Kept elsewhere, they prove later that nothing before was changed.

    Of the ledger of a team those of each account, a line each: for cron, into git, syslog or a ticket.

    Examples:
      tui-reseller audit anchor
      tui-reseller audit anchor --output json | logger -t ledger-anchor
      tui-reseller audit verify --anchor NUMBER:HASH

    """

    async def work(services: Services) -> int:
        now, who = utc_text(services.clock.now()), services.operator
        said: Row = {"time": now, "operator": clean(who.user), "host": who.host}
        found = await services.vault.anchors()
        if services.team is None:
            for one in found:
                inv.out.item({"anchor": one.anchor.text, "rows": one.anchor.number, **said})
            return ExitCode.OK
        with inv.out.rows(("ledger", "account", "anchor", "time", "operator", "host")) as rows:
            for one in found:
                rows.add({"ledger": one.ledger, "account": one.account, "anchor": one.anchor.text, **said})
        return ExitCode.OK

    return inv.run(work)
