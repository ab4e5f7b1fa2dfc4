"""A process that moves the ledger of a file into that of a team, and kills itself where it is told to."""

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

from tui_reseller.domain.audit import Operator
from tui_reseller.storage.config import ConfigFile
from tui_reseller.storage.ledger.postgresql import archive
from tui_reseller.storage.ledger.sqlite import leaving
from tui_reseller.wiring.moving import Mover


def die(*_words: object, **_more: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killed_at(place: str) -> None:
    """Let the process die in the middle of the copy, before or after the note, after the commit, before its file has
    gone.
    """
    match place:
        case "copy":
            archive._checked = die
        case "note":
            leaving.write_note = die
        case "decided":
            write = leaving.write_note

            def write_and_die(*words: object) -> None:
                write(*words)
                die()

            leaving.write_note = write_and_die
        case "commit":
            leaving.set_aside = die


async def main(state: str, config: str, address: str, place: str) -> None:
    killed_at(place)
    mover = Mover(Path(state), ConfigFile(Path(config)), lambda _team: None, list, Path(config))
    await mover.move(address, Operator("kim", "bastion"))


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        asyncio.run(main(*sys.argv[1:]))
