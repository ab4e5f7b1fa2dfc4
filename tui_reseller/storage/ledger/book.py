"""The ledger's rules on one connection, in one thread: what is written, what is refused, what stands."""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_reseller.domain.audit import Entry, Intent, utc_text
from tui_reseller.domain.errors import BadConfig, LedgerUnavailable, RefusedHere
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.providers import provider_of
from tui_reseller.domain.text import clean, quoted
from tui_reseller.storage.ledger.accounts import Accounts
from tui_reseller.storage.ledger.chain import append, flaw, head
from tui_reseller.storage.ledger.entries import Entries
from tui_reseller.storage.ledger.file import CANDIDATE, DAMAGED, NEVER_DELETED, open_ledger, read_ledger, worded
from tui_reseller.storage.ledger.items import refuse_changed
from tui_reseller.storage.ledger.reading import why_unwritable
from tui_reseller.storage.ledger.receipt import REMEDIES, Receipt, verdict
from tui_reseller.storage.ledger.rows import (
    LOST,
    Row,
    intent_row,
    new_id,
    outcome_row,
    plain_row,
    target_of,
)
from tui_reseller.storage.paths import LEDGER
from tui_reseller.system.process import Process, ProcessLock

if TYPE_CHECKING:
    from tui_reseller.storage.syslog_copy import SyslogCopy

_REPEATABLE_STATES = (Outcome.UNKNOWN, Outcome.UNVERIFIABLE)


class Book(Entries):
    """An open ledger. Not for two threads. Every method may raise LedgerUnavailable.

    Lock is this process's own: it tells others that what it has begun may still come to an end. Suspect is one that the
    disk has refused to write: it is checked as a whole before anything is written again (L04). Doubt says why this may
    not be the ledger that the receipt was kept of; it is empty if nothing speaks against it.
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
        self._told: list[Callable[[SyslogCopy], None]] = []
        self._unwritable = why_unwritable(folder, LEDGER)
        connection = read_ledger(folder, now) if self._unwritable else open_ledger(folder, now)
        super().__init__(folder / LEDGER, connection, Accounts(connection), now)
        self._inode = 0 if self._unwritable else self._path.stat().st_ino
        self.is_suspect = is_suspect
        self.doubt = self._doubted()
        self.accounts.is_writable = not (self._unwritable or self.doubt)

    def _doubted(self) -> str:
        """Compare with the receipt; where nothing speaks against it, write a new one."""
        with worded(self._path):
            last = self.receipt.last()
            doubt, told = verdict(self.connection, last) if last else ("", "")
            if told:
                self.receipt.complain(told)
            if not self._unwritable and os.path.lexists(self._folder / CANDIDATE):
                from tui_reseller.storage.ledger.restore import broken_off  # noqa: PLC0415 - after a kill only

                self.receipt.complain(broken_off(self._folder))
            if doubt:
                self.receipt.complain(f"{doubt} ({self._path})\n{REMEDIES}")
            elif not self._unwritable:
                self.receipt.keep(head(self.connection), anew=last is None or bool(told))
        return doubt

    def know(self, accounts: Iterable[str]) -> None:
        """Learn of all accounts of ours: each may be named otherwise in older rows."""
        with worded(self._path):
            self.accounts.know(accounts)

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def begin(self, intent: Intent) -> str:
        """Write an intent. Raises RefusedHere if the customer has an open operation, or the item of a job is taken."""
        with self.writing():
            self._refuse_if_open(intent)
            entry = new_id(self.now(), self.one("SELECT max(entry) FROM rows WHERE kind = 'intent'"))
            if intent.item is not None:
                self._claim(intent.item, entry)
            process = self._process()
            self._append(lambda number: intent_row(number, entry, self.now(), intent, process))
            self._told.append(lambda copy: copy.intent(entry, intent))
            return entry

    def already(self, intent: Intent, message: str) -> str | None:
        """Write down that a customer is so already, and nothing is sent; return the id. None if an outcome of the
        customer is open: what is read then may still change, and only sending settles it.
        """
        with self.writing():
            if self.open_of(intent.account, intent.username):
                return None
            entry = self.begin(intent)
            self.finish(entry, Outcome.ALREADY_SO, message)
            return entry

    def refuse_changed(self, number: int) -> None:
        """Raise RefusedHere if a job's items are not those that it was made of."""
        with worded(self._path):
            refuse_changed(self.connection, number)

    def note_down(self, kind: str, entry: str, body: object) -> None:
        """Add a row of another kind to the chain."""
        with self.writing():
            self._append(lambda number: plain_row(number, kind, entry, self.now(), body))

    def accept(self, body: object) -> None:
        """Go on with this ledger although it does not fit its receipt; the row says who wanted that, and why."""
        self.doubt = ""
        self.receipt.complaint()  # it holds no more
        self.note_down("accepted", "ledger", body)
        self.receipt.keep(head(self.connection), anew=True)

    def _process(self) -> Process:
        try:
            return self._lock.process()
        except BadConfig as error:
            raise LedgerUnavailable(f"ledger: {error.message}", hint=error.hint) from None

    def _claim(self, item: tuple[int, int], entry: str) -> None:
        """Let the item of a job point to its operation, in the transaction of the intent: it cannot be sent twice."""
        claimed = self.connection.execute(
            "UPDATE job_items SET entry = ?, attempts = attempts + 1 "
            "WHERE job = ? AND seq = ? AND entry IS NULL AND outcome IS NULL",
            (entry, *item),
        )
        if claimed.rowcount != 1:
            raise RefusedHere(f"item {item[1] + 1} of job {item[0]} was taken by another process; nothing was sent")

    def finish(self, entry_id: str, outcome: Outcome, message: str, *, is_observed: bool = False) -> None:
        """Write an outcome, and settle what it has superseded. What is closed stays closed: a check that began before
        somebody else resolved the operation must not open it again. Observed is one that was read from the service.

        The value that is read may come from a later operation that wanted the same and whose outcome is open: then this
        one stays open until that is known, or both would be called applied where one was.
        """
        with self.writing():
            entry = self.get(entry_id)
            if entry is None:
                raise LedgerUnavailable(f'ledger {self._path}: it has no operation "{clean(entry_id, longest=40)}"')
            if entry.outcome is not None and not entry.outcome.needs_you:
                return
            repeated_by = self._repeated_by(entry) if outcome is Outcome.VERIFIED_APPLIED else None
            if repeated_by is not None:
                message += f" - which may be the doing of {repeated_by}, whose outcome is open: check that one first"
                self._append_outcome(entry, Outcome.UNKNOWN, message, is_observed=is_observed)
                return
            self._append_outcome(entry, outcome, message, is_observed=is_observed)
            if not (outcome.is_applied and _is_repeatable(entry)):
                return
            for other in self.open_of(entry.account, entry.username):
                if other.id < entry.id and other.operation is entry.operation and _may_repeat(other):
                    self._append_outcome(other, Outcome.RESOLVED, f"superseded by {entry.id}, applied")

    def _repeated_by(self, entry: Entry) -> str | None:
        """Return the id of a later, open operation that wants the same."""
        if not _is_repeatable(entry):
            return None
        later = (other for other in self.open_of(entry.account, entry.username) if other.id > entry.id)
        return next((other.id for other in later if other.operation is entry.operation), None)

    def recover(self) -> int:
        """Give intents of ended processes the outcome unknown; return how many."""
        if self._unwritable or self.doubt or not self.unanswered():
            return 0
        with self.writing():
            lost = [entry for entry in self.unanswered() if entry.outcome is Outcome.UNKNOWN]
            for entry in lost:
                self._append_outcome(entry, Outcome.UNKNOWN, LOST)
            return len(lost)

    def _refuse_if_open(self, intent: Intent) -> None:
        names = {intent.username, target_of(intent) or intent.username}
        for name in sorted(names):
            for entry in self.open_of(intent.account, name):
                if entry.outcome is None:
                    raise RefusedHere(f"{_told(entry)} is being sent just now", hint="wait until its outcome is known")
                if not entry.outcome.needs_you:
                    continue
                repeats = entry.operation is intent.operation and entry.username == intent.username
                if not (repeats and _may_repeat(entry)):
                    raise RefusedHere(
                        f"{_told(entry)} must be settled first: {entry.outcome.word.lower()}",
                        hint=f"check it or close it with a note (id {entry.id})",
                    )

    def _append_outcome(self, entry: Entry, outcome: Outcome, message: str, *, is_observed: bool = False) -> None:
        moment = self.now()
        self._append(lambda number: outcome_row(number, entry.id, moment, outcome, message, is_observed=is_observed))
        self._told.append(lambda copy: copy.outcome(entry, outcome))

    def _append(self, made: Callable[[int], Row]) -> None:
        append(self.connection, made)

    def together(self, works: "Sequence[Callable[[Book], Any]]") -> list[Any]:
        """Do several pieces of work in one transaction, durable when this returns: one sync for all of them. What one
        of them refuses is in the place of its answer, and is no matter to the others.
        """
        done: list[Any] = []
        with self.writing():
            for work in works:
                self.connection.execute("SAVEPOINT work")
                told = len(self._told)
                try:
                    done.append(work(self))
                except (RefusedHere, ValueError) as refusal:
                    self.connection.execute("ROLLBACK TO work")
                    del self._told[told:]
                    done.append(refusal)
                self.connection.execute("RELEASE work")
        return done

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the write lock from the first read on: a lock that is taken later fails under load (reliability L14).
        Inside another one it is that one. Only what is durable is copied to syslog.
        """
        if self._unwritable:
            raise LedgerUnavailable(f"ledger: {self._unwritable} ({self._path})", hint=NEVER_DELETED)
        if self.doubt:
            self.receipt.complaint()  # it is said here
            raise LedgerUnavailable(f"{self.doubt} ({self._path})", hint=REMEDIES)
        is_inside = bool(self.connection.in_transaction)
        if is_inside:
            yield
            return
        with worded(self._path):
            if not self._path.exists() or self._path.stat().st_ino != self._inode:
                raise LedgerUnavailable(
                    f"ledger {self._path}: it was removed or replaced while the program ran",
                    hint="put it back, or start again",
                )
            if self.is_suspect:
                self._prove_sound()
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                self._told.clear()
                yield
                last = head(self.connection)
                self.connection.execute("COMMIT")
            except BaseException as error:
                self.is_suspect = self.is_suspect or isinstance(error, sqlite3.OperationalError)
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise
        self.receipt.keep(last)
        if self._copy is not None:
            for tell in self._told:
                tell(self._copy)

    def _prove_sound(self) -> None:
        """Check the file after a refused write. Raises LedgerUnavailable if it is not what it was."""
        what = flaw(self.connection)
        if what:
            raise LedgerUnavailable(
                f"ledger {self._path}: it is damaged since a write was refused: {what}", hint=DAMAGED
            )
        self.is_suspect = False


def _may_repeat(entry: Entry) -> bool:
    return _is_repeatable(entry) and entry.outcome in _REPEATABLE_STATES


def _is_repeatable(entry: Entry) -> bool:
    return provider_of(entry.account).action(entry.operation).is_repeatable


def _told(entry: Entry) -> str:
    who = clean(entry.operator.user, longest=40)
    return f"{entry.operation.value} of {quoted(entry.username)} by {who} at {utc_text(entry.time)}"
