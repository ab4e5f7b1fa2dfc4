"""audit salvage: copy out what is readable of a damaged audit log."""

from pathlib import Path

import click

from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.options import common
from tui_reseller.services.services import Services


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--ledger", metavar="LEDGER", type=click.Path(path_type=Path), help="Another ledger than the one in use.")
@common
def salvage(inv: Invocation, *, file: Path, ledger: Path | None) -> int:
    """Copy the readable rows of a damaged audit log into FILE, a new one (JSON Lines, 0600). The log is not touched.

    A row whose hash does not fit is copied too, with "intact": false. Ends with 9 if rows are altered or missing.

    Examples:
      tui-reseller audit salvage rows.jsonl
      tui-reseller audit salvage rows.jsonl --ledger ledger.sqlite3.old

    """

    async def work(services: Services) -> int:
        found = await services.ledger.salvage(file, ledger)
        inv.out.item(found.as_dict())
        said = f"{found.rows:,} rows read from {found.ledger}: {found.rows - found.altered:,} as they were written"
        inv.talk.say(f"{said}, {found.altered:,} altered; {found.missing:,} before the last one are missing")
        return ExitCode.FINE if found.is_whole else ExitCode.SOME

    return inv.run(work)
