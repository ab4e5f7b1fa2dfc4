"""The file of the ledger on its way into another ledger: nobody else has it, it is sound, it is read as a stream."""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from tui_reseller.domain.audit import utc_text
from tui_reseller.domain.errors import LedgerUnavailable, RefusedHere
from tui_reseller.domain.printed import command
from tui_reseller.domain.text import clean
from tui_reseller.domain.vault import Anchor
from tui_reseller.storage.ledger.archive import ITEM_COLUMNS, JOB_COLUMNS, NO_ACCOUNT, Place
from tui_reseller.storage.ledger.encoding import escaped, unescaped
from tui_reseller.storage.ledger.rows import COLUMNS
from tui_reseller.storage.ledger.sqlite.accounts import AccountSpellings
from tui_reseller.storage.ledger.sqlite.checks import check_kind, harden
from tui_reseller.storage.ledger.sqlite.errors import DAMAGED, ledger_errors
from tui_reseller.storage.ledger.sqlite.in_use import end_wal_mode, refuse_in_use
from tui_reseller.storage.ledger.sqlite.moved import Moved, refuse_moved, set_aside, write_note
from tui_reseller.storage.ledger.sqlite.opening import LOCK
from tui_reseller.storage.ledger.sqlite.rows_table import damage, head
from tui_reseller.storage.ledger.sqlite.schema import VERSION
from tui_reseller.storage.ledger.statements import CLOSED, OUTCOME
from tui_reseller.storage.paths import LEDGER
from tui_reseller.system.files import only_writer

_JOB = "SELECT j.account FROM jobs j WHERE r.kind = 'job' AND r.entry = 'job-' || j.number"
_OF = f"coalesce(r.account, i.account, ({_JOB}))"
_ROWS = (
    f"SELECT {', '.join(f'r.{name}' for name in COLUMNS)}, r.hash, {_OF} FROM rows r "  # noqa: S608 - our own text
    "LEFT JOIN rows i ON r.account IS NULL AND i.entry = r.entry AND i.kind = 'intent' ORDER BY r.number"
)
_OPEN = f"SELECT 1 FROM rows i WHERE kind = 'intent' AND account = ? AND coalesce({OUTCOME}, '') NOT IN ({CLOSED})"  # noqa: S608
_WHY_PAUSED = "the ledger was moved while the job was not at its end"


class LeavingFile:
    """An open file of our version; see archive.Leaving. Every method may raise sqlite3.Error."""

    def __init__(
        self, folder: Path, database: sqlite3.Connection, now: Callable[[], datetime], accounts: Iterable[str]
    ) -> None:
        self._folder = folder
        self._database = database
        self._spellings = AccountSpellings(database)
        self._spellings.know(accounts)
        self._now = now
        self.head: Anchor = head(database)
        self.kept = ""

    @cached_property
    def first(self) -> str:
        """The hash of the first row."""
        return str(self._database.execute("SELECT hash FROM rows WHERE number = 1").fetchone()[0])

    @cached_property
    def last_job(self) -> int:
        """The highest number of a job, 0 where there is none."""
        return int(self._database.execute("SELECT coalesce(max(number), 0) FROM jobs").fetchone()[0])

    @cached_property
    def _canonical(self) -> Mapping[str, str]:
        return self._spellings.canonical

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Return all rows, with hash and account."""
        keys: dict[str | None, str] = {None: NO_ACCOUNT}
        for *values, hashed, account in self._database.execute(_ROWS):
            if account not in keys:
                keys[account] = self._key_of(account)
            yield (*values, bytes.fromhex(hashed), keys[account])

    def jobs(self) -> Iterator[tuple[Any, ...]]:
        """Return all jobs; those that were not at their end wait for somebody to resume them."""
        query = f"SELECT {', '.join(JOB_COLUMNS)} FROM jobs ORDER BY number"  # noqa: S608 - our own text
        for number, digest, account, time, total, body, state, why in self._database.execute(query):
            is_broken_off = state == "running"
            yield (
                number, digest, self._key_of(account), time, total, body,
                "paused" if is_broken_off else state, _WHY_PAUSED if is_broken_off else why,
            )  # fmt: skip

    def items(self) -> Iterator[tuple[Any, ...]]:
        """Return all items of jobs."""
        yield from self._database.execute(f"SELECT {', '.join(ITEM_COLUMNS)} FROM job_items ORDER BY job, seq, step")  # noqa: S608

    def _key_of(self, account: str) -> str:
        return escaped(self._canonical.get(unescaped(account), unescaped(account)))

    def decide(self, place: Place) -> None:
        """Write down where it goes: from now on that is asked there. Raises BadConfig."""
        moment = self._now()
        self.kept = f"ledger-moved-{moment:%Y%m%dT%H%M%S%fZ}.sqlite3"
        write_note(self._folder, Moved(place.address, place.ledger, place.archive, self.kept, utc_text(moment)))

    def leave(self) -> None:
        """Set the file aside: it was moved. Raises OSError."""
        self._database.close()
        set_aside(self._folder, self.kept)

    def refuse_unclear(self) -> None:
        """Raise RefusedHere if something is open under an old spelling that several accounts claim: here it locks under
        each of them, and in the other ledger it could do so under one.
        """
        for account in self._spellings.shared:
            if self._database.execute(_OPEN, (escaped(account),)).fetchone():
                raise RefusedHere(
                    f"refused: operations of {clean(account, longest=120)} are open, and several profiles claim that "
                    "spelling of their account; nothing was moved",
                    hint=f"settle them first: {command('needs-you')}",
                )


@contextlib.contextmanager
def leaving(folder: Path, now: Callable[[], datetime], accounts: Iterable[str]) -> Iterator[LeavingFile]:
    """Have the file alone, for as long as it takes to move it. Not while this process has it open. Accounts are the
    keys of all accounts of ours: each may be named otherwise in older rows.

    Raises RefusedHere where there is nothing to move, or another process uses it; LedgerUnavailable.
    """
    path = folder / LEDGER
    with ledger_errors(path), only_writer(folder / LOCK):
        refuse_moved(folder)
        if not os.path.lexists(path):
            raise RefusedHere(f"refused: there is no ledger to be moved ({path})")
        refuse_in_use(folder)
        end_wal_mode(path)
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
            harden(database)
            if check_kind(database, path) != VERSION:
                raise LedgerUnavailable(f"ledger {path}: it is of an older version", hint="try again")
            if why := damage(database):
                raise LedgerUnavailable(f"ledger {path}: it is damaged: {why}; nothing was moved", hint=DAMAGED)
            if not head(database).number:
                raise RefusedHere("refused: the ledger has no rows: there is nothing to move")
            found = LeavingFile(folder, database, now, accounts)
            found.refuse_unclear()
            yield found
