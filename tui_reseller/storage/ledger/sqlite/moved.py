"""What stands in the place of a ledger that was moved away: who opens it is told where it is.

The note is written just before the move is decided elsewhere. As long as the file has its name, it is not known
whether it came to that: whoever is about to open it has to ask there first (settle).
"""

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.domain.printed import Typed, command
from tui_reseller.storage.ledger.archive import Place
from tui_reseller.storage.ledger.sqlite.copying import SIDE_FILES, side_file
from tui_reseller.storage.paths import LEDGER
from tui_reseller.system.files import read_plain, sync_folder, write_whole

NOTE = "ledger-moved.json"


@dataclass(frozen=True, slots=True)
class Moved:
    """Where a ledger was moved to, or was to be, what its file is called then, and when (ISO 8601)."""

    address: str
    ledger: str
    archive: int
    kept: str
    time: str

    @property
    def place(self) -> Place:
        """Where it went."""
        return Place(self.address, self.ledger, self.archive)


def read_note(folder: Path) -> Moved | None:
    """Return what the note says; None if there is none. Raises OSError, LedgerUnavailable for one that is damaged."""
    path = folder / NOTE
    if not os.path.lexists(path):
        return None
    try:
        found = json.loads(read_plain(path))
        return Moved(str(found["address"]), str(found["ledger"]), int(found["archive"]), found["kept"], found["time"])
    except (ValueError, KeyError, TypeError):
        raise LedgerUnavailable(
            f"{path} is damaged: it says where the ledger was moved to", hint="nothing is sent without the ledger"
        ) from None


def write_note(folder: Path, moved: Moved) -> None:
    """Write it, durably. Raises BadConfig."""
    write_whole(folder / NOTE, json.dumps(asdict(moved)).encode())


def refuse_moved(folder: Path) -> None:
    """Raise LedgerUnavailable if the ledger was moved away, or may have been."""
    note = read_note(folder)
    if note is None:
        return
    if os.path.lexists(folder / LEDGER) and os.path.lexists(folder / note.kept):
        raise LedgerUnavailable(
            f"ledger: it was moved to {note.address} on {note.time[:10]}, and another file stands in its place now",
            hint=f"if you want to work with that one all the same, move {NOTE} in its folder away",
        )
    if os.path.lexists(folder / LEDGER):
        raise LedgerUnavailable(
            f"ledger: whether it was moved to {note.address} is not known: that was broken off",
            hint=command("ledger", "move", Typed(note.address)) or "ledger move, with the same address, finds it out",
        )
    raise LedgerUnavailable(
        f"ledger: it was moved to {note.address} on {note.time[:10]}",
        hint=f'name it in the config below [team]: ledger = "{note.address}"',
    )


def settle(folder: Path, is_there: Callable[[Place], bool]) -> bool:
    """Bring a move that was broken off to its end, or let the file be the ledger again; return whether it was moved.
    The lock of the ledger is held (opening.LOCK). Raises what asking raises, OSError.
    """
    note = read_note(folder)
    if note is None or not os.path.lexists(folder / LEDGER) or os.path.lexists(folder / note.kept):
        return note is not None
    if not is_there(note.place):
        (folder / NOTE).unlink()
        sync_folder(folder)
        return False
    set_aside(folder, note.kept)
    return True


def set_aside(folder: Path, kept: str) -> None:
    """Give the file of the ledger its other name. Raises OSError."""
    path = folder / LEDGER
    for suffix in (*SIDE_FILES, ""):
        if os.path.lexists(side_file(path, suffix)):
            side_file(path, suffix).rename(side_file(folder / kept, suffix))
    sync_folder(folder)
