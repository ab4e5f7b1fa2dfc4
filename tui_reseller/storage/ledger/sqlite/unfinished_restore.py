"""A restore that a kill has left: one that was decided is brought to its end by whoever opens the ledger; of one that
was not, the copy is removed.
"""

import contextlib
import json
import os
import sqlite3
from pathlib import Path

from tui_reseller.storage.ledger.sqlite.copying import SIDE_FILES, remove_copy, side_file
from tui_reseller.storage.paths import LEDGER
from tui_reseller.system.files import only_writer, sync_folder
from tui_reseller.system.process import is_held

CANDIDATE = ".ledger-restore.sqlite3"
"""The copy of a backup that is being checked, or that an operator is being asked about."""
DECIDED = "ledger-restoring.sqlite3"
"""A ledger that is to take the place of the present one; whoever finds it brings that to its end."""
RESTORE_LOCK = "ledger-restore.lock"
"""Held while a backup is checked and put in place."""


def finish_restore(folder: Path) -> None:
    """Bring a decided restore to its end, if there is one. The lock of the ledger is held (opening.LOCK).

    Raises OSError, sqlite3.Error.
    """
    path, decided = folder / LEDGER, folder / DECIDED
    if not os.path.lexists(decided):
        return
    with contextlib.closing(sqlite3.connect(decided)) as database:
        query = "SELECT body FROM rows WHERE kind = 'restored' ORDER BY number DESC LIMIT 1"
        (body,) = database.execute(query).fetchone()
    kept = folder / (json.loads(body)["kept"] or "ledger-replaced.sqlite3")
    for suffix in (*SIDE_FILES, ""):
        if os.path.lexists(side_file(path, suffix)):
            side_file(path, suffix).rename(side_file(kept, suffix))
    decided.rename(path)
    sync_folder(folder)


def discard_candidate(folder: Path) -> str:
    """Remove the copy of a restore that was broken off before it was decided, and return what to say of it; empty if
    there is none, or the restore is under way. Raises OSError, BadConfig.
    """
    if not os.path.lexists(folder / CANDIDATE) or is_held(folder / RESTORE_LOCK):
        return ""
    with only_writer(folder / RESTORE_LOCK):
        remove_copy(folder / CANDIDATE)
    return "a restore of the ledger was broken off before it was decided: the ledger is the one from before it"
