"""ledger move: the file of this account becomes an archive in the ledger of a team."""

import click

from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.options import common
from tui_reseller.domain.errors import RefusedHere
from tui_reseller.services.services import Services


@click.command()
@click.argument("address", metavar="ADDRESS")
@click.option("--yes", is_flag=True, help="Do not ask.")
@common
def move(inv: Invocation, *, address: str, yes: bool) -> int:
    """Move the ledger of this account into that of a team: all of it or nothing. Nothing is deleted.

    It becomes an archive there, with its numbers and hashes: audit verify checks it, audit list shows it. What is open
    locks its customers for everybody; jobs can be resumed there. The file is kept under another name. Needs the right
    admin in every account, and nobody else who uses the file.

    Examples:
      tui-reseller ledger move postgresql://ledger.example.com/reseller
      tui-reseller ledger move service=reseller --yes

    """

    async def work(services: Services) -> int:
        if services.mover is None:
            raise RefusedHere("refused: there is no ledger to be moved")
        if not yes and not inv.console.can_ask:
            raise RefusedHere("refused: without a terminal this needs --yes; nothing was moved")
        if not yes and inv.console.ask("Type yes to move the ledger of this account there") != "yes":
            raise RefusedHere("refused: not confirmed; nothing was moved")
        done = await services.mover.move(address, services.operator)
        inv.out.item({
            "ledger": done.place, "archive": done.archive, "rows": done.head.number, "anchor": done.head.text,
            "open": done.opened, "jobs_renumbered_by": done.shift or None, "kept": done.kept,
        })  # fmt: skip
        inv.console.say(
            f"{done.head.number:,} rows are in {done.place} now; the file is kept: {done.kept}. Name the ledger in "
            "the config, below [team], here and on the other machines"
        )
        return ExitCode.OK

    return inv.run(work)
