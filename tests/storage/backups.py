"""Files that are no sound backups of a ledger, and what is read of those that are."""

import os
import sqlite3
from contextlib import closing

from tui_reseller.domain.audit import AuditQuery


async def names(ledger):
    return [entry.username for entry in reversed(await ledger.entries(AuditQuery()))]


def rows(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT * FROM rows ORDER BY number").fetchall()


def spoil(path, *statements):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


NO_BACKUPS = {
    "missing": (lambda path: path.unlink(), "cannot be read: No such file"),
    "folder": (lambda path: (path.unlink(), path.mkdir()), "not a plain file|Is a directory"),
    "pipe": (lambda path: (path.unlink(), os.mkfifo(path)), "not a plain file"),
    "link": (lambda path: (path.rename(path.with_name("y")), path.symlink_to("y")), "cannot be read"),
    "empty": (lambda path: path.write_bytes(b""), "not a ledger"),
    "text": (lambda path: path.write_text("text\n" * 3000), "damaged, or not a ledger"),
    "cut": (lambda path: path.write_bytes(path.read_bytes()[:-4096]), "damaged"),
    "other": (lambda path: spoil(path, "PRAGMA application_id = 7"), "not a ledger of this program"),
    "newer": (lambda path: spoil(path, "PRAGMA user_version = 99"), "newer version"),
    "chain": (
        lambda path: spoil(path, "DROP TRIGGER no_update", "UPDATE rows SET time = '' WHERE number = 2"),
        "row 2 does not fit",
    ),
}
