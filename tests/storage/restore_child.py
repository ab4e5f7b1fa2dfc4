"""A process that backs a ledger up or restores it, or has it open, for tests that kill it."""

import asyncio
import sys
from pathlib import Path

from tui_reseller.domain.audit import Operator
from tui_reseller.domain.errors import ResellerError
from tui_reseller.storage.ledger.sqlite.ledger import Ledger
from tui_reseller.storage.ledger.sqlite.vault import Vault


def say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


async def restore(state: Path, config: Path, backup: Path) -> None:
    ledger = Ledger(state, receipts=config)
    vault = Vault(ledger, state)
    async with vault.candidate(backup):
        say("ready")
        sys.stdin.readline()
        await vault.restore(backup, Operator("kim", "bastion"))
    say("done")
    await ledger.aclose()


async def wait(state: Path, config: Path) -> None:
    """Have it open, reading only."""
    ledger = Ledger(state, receipts=config)
    await ledger.check()
    say("open")
    sys.stdin.readline()
    await ledger.aclose()


if __name__ == "__main__":
    verb, *paths = sys.argv[1:]
    try:
        asyncio.run({"restore": restore, "wait": wait}[verb](*map(Path, paths)))
    except ResellerError as error:
        say(error.message)
