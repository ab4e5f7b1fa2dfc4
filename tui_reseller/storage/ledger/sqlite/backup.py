"""A backup of the ledger: a file of its own, checked before it gets its name."""

import contextlib
import sqlite3
from pathlib import Path

from tui_reseller.domain.errors import BadConfig, LedgerUnavailable
from tui_reseller.domain.text import clean
from tui_reseller.domain.vault import Anchor
from tui_reseller.storage.ledger.sqlite.copying import copy_whole
from tui_reseller.storage.ledger.sqlite.errors import DAMAGED
from tui_reseller.storage.ledger.sqlite.rows_table import damage, head
from tui_reseller.storage.new_file import new_file


def back_up(database: sqlite3.Connection, path: Path) -> Anchor:
    """Write all that a ledger holds at one moment into a new file, while others go on writing; return its last row.

    Raises InvalidInput if something is there already or the folder is missing, BadConfig if the disk refuses, and
    LedgerUnavailable if the ledger is not sound: then there is no file.
    """
    shown = clean(str(path))
    with new_file(path) as made:
        try:
            copy_whole(database, made)
            with contextlib.closing(sqlite3.connect(made)) as copy:
                why, last = damage(copy), head(copy)
        except sqlite3.Error as error:
            raise BadConfig(f"no backup was written to {shown}: SQLite says: {error}") from error
        if why:
            raise LedgerUnavailable(f"no backup was written to {shown}: the ledger is damaged: {why}", hint=DAMAGED)
    return last
