"""One open ledger, in one thread: transactions, and what the rules need of them."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_reseller.domain.audit import Entry, Intent
from tui_reseller.domain.errors import BadConfig, LedgerUnavailable, RefusedHere
from tui_reseller.domain.note import Note
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.text import clean
from tui_reseller.domain.vault import Anchor
from tui_reseller.storage.ledger import rules
from tui_reseller.storage.ledger.job_reader import IS_READY
from tui_reseller.storage.ledger.note_rows import note_row
from tui_reseller.storage.ledger.receipt import REMEDIES, Receipt, Takeover, compare_with_receipt
from tui_reseller.storage.ledger.rows import LedgerRow, intent_row, outcome_row, plain_row
from tui_reseller.storage.ledger.sqlite.accounts import AccountSpellings
from tui_reseller.storage.ledger.sqlite.errors import DAMAGED, NEVER_DELETED, ledger_errors
from tui_reseller.storage.ledger.sqlite.opening import open_ledger, read_ledger
from tui_reseller.storage.ledger.sqlite.read_only import why_unwritable
from tui_reseller.storage.ledger.sqlite.reader import SqliteReader
from tui_reseller.storage.ledger.sqlite.rows_table import append, damage, head, holds
from tui_reseller.storage.ledger.sqlite.unfinished_restore import discard_candidate
from tui_reseller.storage.paths import LEDGER
from tui_reseller.system.process import ProcessLock

if TYPE_CHECKING:
    from tui_reseller.storage.ledger.syslog_copy import SyslogCopy


class LedgerConnection(SqliteReader):
    """An open ledger; it is what the rules see of SQLite (rules.Transaction). Not for two threads. Every method may
    raise LedgerUnavailable.

    Lock is this process's own: it shows others that what it has begun may still come to an end. Suspect is a ledger
    that the disk has refused to write: it is checked as a whole before anything is written again (L04). Doubt says why
    this may not be the ledger that the receipt was kept of; it is empty if nothing speaks against it.
    """

    def __init__(
        self,
        folder: Path,
        now: Callable[[], datetime],
        lock: ProcessLock,
        receipt: Receipt,
        copy: "SyslogCopy | None" = None,
        *,
        is_suspect: bool = False,
    ) -> None:
        self._folder = folder
        self._lock = lock
        self.receipt = receipt
        self._copy = copy
        self._after_commit: list[Callable[[SyslogCopy], None]] = []
        self._unwritable = why_unwritable(folder, LEDGER)
        database = read_ledger(folder, now) if self._unwritable else open_ledger(folder, now)
        super().__init__(folder / LEDGER, database, AccountSpellings(database), now)
        self._inode = 0 if self._unwritable else self._path.stat().st_ino
        self.is_suspect = is_suspect
        self.doubt = self._checked_receipt()
        self.accounts.is_writable = not (self._unwritable or self.doubt)

    def _checked_receipt(self) -> str:
        """Return why the receipt casts doubt on this ledger; where it does not, write a new one."""
        with ledger_errors(self._path):
            last = self.receipt.last()
            doubt, remark = compare_with_receipt(self, last) if last else ("", "")
            self.receipt.warn(remark)
            if not self._unwritable:
                self.receipt.warn(discard_candidate(self._folder))
            if doubt:
                self.receipt.warn(f"{doubt} ({self._path})\n{REMEDIES}")
            elif not self._unwritable:
                self.receipt.keep(self.head(), anew=last is None or bool(remark))
        return doubt

    def know(self, accounts: Iterable[str]) -> None:
        """Learn of all accounts of ours: each may have another spelling in older rows."""
        with ledger_errors(self._path):
            self.accounts.know(accounts)

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    # The ledger as a whole

    def head(self) -> Anchor:
        """Return number and hash of the last row. Raises sqlite3.Error."""
        return head(self.database)

    def holds(self, anchor: Anchor) -> bool:
        """Whether the row of an anchor is still there, as it was. Raises sqlite3.Error."""
        return holds(self.database, anchor)

    def takeovers(self) -> Iterator[Takeover]:
        """Return the rows that record a restore or an acceptance, newest first. Raises sqlite3.Error."""
        query = "SELECT kind, time, body FROM rows WHERE kind IN ('restored', 'accepted') ORDER BY number DESC"
        return (Takeover(*row) for row in self.database.execute(query))

    def accept(self, body: object) -> None:
        """Go on with this ledger although it does not fit its receipt; its row records who decided that, and why."""
        self.doubt = ""
        self.receipt.take_warnings()  # they hold no more
        self.append_note("accepted", "ledger", body)
        self.receipt.keep(self.head(), anew=True)

    # Operations

    def begin(self, intent: Intent, untouched_since: Sequence[int | datetime] = ()) -> str:
        """Write an intent (rules.begin)."""
        with self.transaction():
            return rules.begin(self, intent, untouched_since)

    def already(self, intent: Intent, message: str) -> str | None:
        """Write down that a customer is so already (rules.already)."""
        with self.transaction():
            return rules.already(self, intent, message)

    def finish(
        self,
        entry_id: str,
        outcome: Outcome,
        message: str,
        *,
        target: str | None = None,
        is_observed: bool = False,
        is_answer: bool = False,
    ) -> None:
        """Write an outcome (rules.finish)."""
        with self.transaction():
            rules.finish(self, entry_id, outcome, message, target=target, is_observed=is_observed, is_answer=is_answer)

    def recover(self) -> int:
        """Give intents of ended processes the outcome unknown; return how many (rules.recover)."""
        if self._unwritable or self.doubt or not self.unanswered():
            return 0
        with self.transaction():
            return rules.recover(self)

    def write_note(self, profile: str, account: str, note: Note, seen: int) -> Note:
        """Write a note, and return it as it stands; seen is the newest row that its writer had seen.

        Raises Conflict if it was overtaken since (note_rows.refuse_overtaken).
        """
        with self.transaction():
            self.refuse_overtaken(account, note, seen)
            written = replace(note, time=self.now(), number=self.newest() + 1)
            self._append(lambda number: note_row(number, profile, account, written))
        return written

    # What the rules need inside a transaction, beside what EntryReader has

    def last_entry_id(self) -> str | None:
        """Return the greatest id of an operation."""
        return self.newest_id() or None

    def entry(self, entry_id: str) -> Entry:
        """Return one operation. Raises LedgerUnavailable if there is none with this id."""
        found = self.get(entry_id)
        if found is None:
            raise LedgerUnavailable(f'ledger {self._path}: it has no operation "{clean(entry_id, longest=40)}"')
        return found

    def claim(self, item: tuple[int, int], entry_id: str) -> bool:
        """Let the item of a job point to its operation, unless it points to one, was refused, or has to wait."""
        claimed = self.database.execute(
            "UPDATE job_items AS i SET entry = ?, attempts = attempts + 1 "  # noqa: S608 - our own text
            f"WHERE job = ? AND seq = ? AND entry IS NULL AND outcome IS NULL AND {IS_READY}",
            (entry_id, *item),
        )
        return claimed.rowcount == 1

    def append_intent(self, entry_id: str, intent: Intent) -> None:
        """Add an intent to the chain."""
        try:
            process = self._lock.process()
        except BadConfig as error:
            raise LedgerUnavailable(f"ledger: {error.message}", hint=error.hint) from None
        self._append(lambda number: intent_row(number, entry_id, self.now(), intent, process))
        self._after_commit.append(lambda copy: copy.intent(entry_id, intent))

    def append_outcome(
        self, entry: Entry, outcome: Outcome, message: str, *, target: str | None = None, is_observed: bool = False
    ) -> None:
        """Add an outcome to the chain."""
        moment = self.now()
        self._append(
            lambda number: outcome_row(
                number, entry.id, moment, outcome, message, target=target, is_observed=is_observed
            )
        )
        self._after_commit.append(lambda copy: copy.outcome(entry, outcome))

    def append_note(self, kind: str, entry: str, body: object) -> None:
        """Add a row of another kind to the chain."""
        with self.transaction():
            self._append(lambda number: plain_row(number, kind, entry, self.now(), body))

    def _append(self, made: Callable[[int], LedgerRow]) -> None:
        append(self.database, made)

    # Transactions

    def run_group(self, works: "Sequence[Callable[[LedgerConnection], Any]]") -> list[Any]:
        """Do several pieces of work in one transaction, durable when this returns: one sync for all of them (group
        commit). What one of them refuses stands in the place of its result, and does not touch the others.
        """
        results: list[Any] = []
        with self.transaction():
            for work in works:
                self.database.execute("SAVEPOINT work")
                before = len(self._after_commit)
                try:
                    results.append(work(self))
                except (RefusedHere, ValueError) as refusal:
                    self.database.execute("ROLLBACK TO work")
                    del self._after_commit[before:]
                    results.append(refusal)
                self.database.execute("RELEASE work")
        return results

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the write lock from the first read on: a lock that is taken later fails under load (reliability L14).
        Inside another transaction it is that one. Only what is durable is copied to syslog.
        """
        self._refuse_unwritable()
        is_inside = bool(self.database.in_transaction)
        if is_inside:
            yield
            return
        with ledger_errors(self._path):
            self._refuse_replaced()
            if self.is_suspect:
                self._check_suspect()
            self.database.execute("BEGIN IMMEDIATE")
            try:
                self._after_commit.clear()
                yield
                last = head(self.database)
                self.database.execute("COMMIT")
            except BaseException as error:
                self.is_suspect = self.is_suspect or isinstance(error, sqlite3.OperationalError)
                if self.database.in_transaction:
                    self.database.execute("ROLLBACK")
                raise
        self.receipt.keep(last)
        if self._copy is not None:
            for send in self._after_commit:
                send(self._copy)

    def _refuse_unwritable(self) -> None:
        if self._unwritable:
            raise LedgerUnavailable(f"ledger: {self._unwritable} ({self._path})", hint=NEVER_DELETED)
        if self.doubt:
            self.receipt.take_warnings()  # this error repeats them
            raise LedgerUnavailable(f"{self.doubt} ({self._path})", hint=REMEDIES)

    def _refuse_replaced(self) -> None:
        if not self._path.exists() or self._path.stat().st_ino != self._inode:
            raise LedgerUnavailable(
                f"ledger {self._path}: it was removed or replaced while the program ran",
                hint="put it back, or start again",
            )

    def _check_suspect(self) -> None:
        """Check the file after a refused write. Raises LedgerUnavailable if it is not what it was."""
        what = damage(self.database)
        if what:
            raise LedgerUnavailable(
                f"ledger {self._path}: it is damaged since a write was refused: {what}", hint=DAMAGED
            )
        self.is_suspect = False
