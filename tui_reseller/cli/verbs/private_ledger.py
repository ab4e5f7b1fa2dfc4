"""ledger dev: a team's ledger to try, on a PostgreSQL that lives as long as the command."""

import asyncio
import json
import shlex
import signal
from contextlib import suppress
from pathlib import Path

import click

from tui_reseller.cli import streams
from tui_reseller.cli.argument_values import FilePath
from tui_reseller.cli.arguments import start_of
from tui_reseller.cli.console import Console
from tui_reseller.cli.entry_points import EntryPoints, PrivateLedger
from tui_reseller.cli.exit_codes import ExitCode
from tui_reseller.cli.running import STOPPING
from tui_reseller.domain.environment import LEDGER
from tui_reseller.domain.errors import BadConfig

LOOK_SECONDS = 0.5
"""How often it is looked whether PostgreSQL still lives."""


@click.command()
@click.option("--folder", metavar="FOLDER", type=FilePath(), help="Where its files are; made if it is not there.")
@click.pass_context
def dev(ctx: click.Context, *, folder: Path | None) -> int:
    """Start a PostgreSQL of your own with a team's ledger in it, to try what a team sees; Ctrl+C ends it.

    It is made of what is installed here, answers on a socket of this machine only, and keeps what was written in a
    folder of this program for the next time. Two people are in it: ann, who may do everything, and bob, who may write.
    One JSON line on stdout says where.

    Examples:
      tui-reseller ledger dev
      tui-reseller ledger dev --folder /tmp/ledger-dev

    """
    return asyncio.run(_serve(start_of(ctx).entry_points, folder))


async def _serve(entry_points: EntryPoints, folder: Path | None) -> int:
    is_over, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            loop.add_signal_handler(number, is_over.set)
    with entry_points.private_ledger(folder) as ledger:
        ready = json.dumps({"ready": True, "folder": str(ledger.folder), **ledger.addresses})
        if not streams.write_now(f"{ready}\n"):
            return ExitCode.OK  # whoever was to read where it is has gone
        _explain(ledger)
        while not is_over.is_set():
            if not ledger.lives():
                raise BadConfig("PostgreSQL has ended by itself", hint=f"what it says: {ledger.folder / 'log'}")
            with suppress(TimeoutError):
                await asyncio.wait_for(is_over.wait(), LOOK_SECONDS)
    return ExitCode.OK


def _explain(ledger: PrivateLedger) -> None:
    console = Console(quiet=False)
    for person, address in ledger.addresses.items():
        console.say(f"a window of {person}: export {LEDGER}={shlex.quote(address)}")
    console.say("Ctrl+C ends it; what was written is there again the next time")
