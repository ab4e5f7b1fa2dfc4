"""The ledger as the use cases have it: asynchronous, durable before it answers.

All SQL runs in one thread of its own, so that a slow disk never stops the screen; the file is opened there when it is
first needed. Intents and outcomes that wait while the disk works are written together, with one sync for all: each is
durable before it is answered.
"""

import asyncio
import concurrent.futures
import contextlib
import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_reseller.domain.audit import Intent
from tui_reseller.domain.errors import BadConfig, LedgerUnavailable
from tui_reseller.domain.note import Note
from tui_reseller.domain.operation import Outcome
from tui_reseller.storage.ledger.reading import ReadLedger, Result
from tui_reseller.storage.ledger.receipt import Receipt
from tui_reseller.storage.ledger.rules import WITHDRAWN
from tui_reseller.storage.paths import LEDGER
from tui_reseller.system.clock import utc_now
from tui_reseller.system.process import ProcessLock

if TYPE_CHECKING:
    from tui_reseller.storage.ledger.sqlite.connection import LedgerConnection
    from tui_reseller.storage.ledger.syslog_copy import SyslogCopy

_Write = tuple[Callable[["LedgerConnection"], Any], concurrent.futures.Future[Any]]


class Ledger(ReadLedger["LedgerConnection"]):
    """The audit log in `ledger.sqlite3` in a folder. Every method may raise LedgerUnavailable.

    Syslog returns the socket to which every intent and outcome is copied, or an empty text. Accounts are the keys of
    all accounts of ours: each may be named otherwise in older rows. Receipts is the folder in which number and hash of
    the last row are kept; None keeps none. Settle brings a move of the file that was broken off to its end, before the
    file is opened.
    """

    def __init__(
        self,
        folder: Path,
        now: Callable[[], datetime] = utc_now,
        syslog: Callable[[], str] | None = None,
        accounts: Callable[[], Iterable[str]] = tuple,
        receipts: Path | None = None,
        settle: Callable[[], None] = lambda: None,
    ) -> None:
        self._settle = settle
        self._folder = folder
        self._now = now
        self._accounts = accounts
        self._lock = ProcessLock(folder)
        self.receipt = Receipt(receipts, folder / LEDGER)
        self._syslog = syslog
        self._copy: SyslogCopy | None = None
        self._thread: concurrent.futures.ThreadPoolExecutor | None = None
        self._connection: LedgerConnection | None = None
        self._is_suspect = False
        self._waiting: deque[_Write] = deque()

    async def begin(self, intent: Intent, *, untouched_since: Sequence[int | datetime] = ()) -> str:
        """Write an intent durably and return its id. Raises TouchedSince if anything was written of the customer since
        one of these rows or moments, RefusedHere while the customer has an open operation.
        """
        writing = self._write(lambda connection: connection.begin(intent, untouched_since))
        try:
            return await asyncio.wrap_future(writing)
        except asyncio.CancelledError:
            # Whoever asked has gone and will send nothing: without this the customer stayed locked.
            if not writing.cancelled():
                self._submit(lambda connection: _withdraw(connection, writing))
            raise

    async def already(self, intent: Intent, message: str) -> str | None:
        """Write down durably that a customer is so already and nothing is sent; return the id. None if an outcome of
        the customer is open. Raises RefusedHere if the item of a job is taken.
        """
        return await asyncio.shield(
            asyncio.wrap_future(self._write(lambda connection: connection.already(intent, message)))
        )

    async def finish(
        self,
        entry_id: str,
        outcome: Outcome,
        message: str,
        *,
        target: str | None = None,
        is_observed: bool = False,
        is_answer: bool = False,
    ) -> None:
        """Write an outcome durably; observed is one that was read from the service, an answer what it said to the call
        itself, target the key that it gave a new customer. Cancelling the caller does not stop the writing.
        """
        done = self._write(
            lambda connection: connection.finish(
                entry_id, outcome, message, target=target, is_observed=is_observed, is_answer=is_answer
            )
        )
        await asyncio.shield(asyncio.wrap_future(done))

    async def note(self, account: str, kind: str, entry: str, body: Mapping[str, object]) -> None:  # noqa: ARG002 - one chain has the rows of all accounts
        """Write a row durably that is no operation."""
        await self.run(lambda connection: connection.append_note(kind, entry, body))

    async def write_note(self, profile: str, account: str, note: Note, seen: int) -> Note:
        """Write a note on a customer durably, and return it as it stands. Raises Conflict if it was overtaken since the
        row that its writer had seen.
        """
        return await self.run(lambda connection: connection.write_note(profile, account, note, seen))

    def stamp(self) -> object:
        """Return what differs as soon as anything was written, by whatever process."""
        found = []
        for name in (LEDGER, f"{LEDGER}-wal"):
            with contextlib.suppress(OSError):
                stat = (self._folder / name).stat()
                found.append((stat.st_mtime_ns, stat.st_size, stat.st_ino))
        return tuple(found)

    async def recover(self) -> int:
        """Give every intent of a process that is gone the outcome unknown; return how many."""
        return await self.run(lambda connection: connection.recover())

    async def aclose(self) -> None:
        """Close the file, after what is being written. The next call opens it again."""
        thread, self._thread = self._thread, None
        if thread is not None:
            await asyncio.wrap_future(thread.submit(self._close))
            self._lock.release()
            self.receipt.close()
            if self._copy is not None:
                self._copy.close()
            thread.shutdown()

    async def run(self, work: "Callable[[LedgerConnection], Result]") -> Result:
        """Do some work in the ledger's own thread, also on what else is kept in the same file. Cancelling the caller
        does not stop it.
        """
        return await asyncio.shield(asyncio.wrap_future(self._submit(work)))

    def _write(self, work: "Callable[[LedgerConnection], Result]") -> concurrent.futures.Future[Result]:
        """Write together with whatever else waits when the thread comes to it."""
        done: concurrent.futures.Future[Result] = concurrent.futures.Future()
        self._waiting.append((work, done))
        self._executor().submit(self._write_waiting)
        return done

    def _write_waiting(self) -> None:
        group: list[_Write] = []
        while self._waiting:
            work, done = self._waiting.popleft()
            if done.set_running_or_notify_cancel():
                group.append((work, done))
        if not group:
            return
        try:
            results = self._run(lambda connection: connection.run_group([work for work, _ in group]))
        except Exception as error:  # noqa: BLE001 - whoever waits for a result gets it, as from any executor
            results = [error] * len(group)
        for (_, done), result in zip(group, results, strict=True):
            if isinstance(result, Exception):
                done.set_exception(result)
            else:
                done.set_result(result)

    def _submit(self, work: "Callable[[LedgerConnection], Result]") -> concurrent.futures.Future[Result]:
        return self._executor().submit(self._run, work)

    def _executor(self) -> concurrent.futures.ThreadPoolExecutor:
        if self._thread is None:
            self._thread = concurrent.futures.ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        return self._thread

    def _run(self, work: "Callable[[LedgerConnection], Result]") -> Result:
        # sqlite3 is not needed by the first screen
        from tui_reseller.storage.ledger.sqlite.connection import LedgerConnection  # noqa: PLC0415

        if self._connection is None:
            self._settle()
            self._connection = LedgerConnection(
                self._folder, self._now, self._lock, self.receipt, self._syslog_copy(), is_suspect=self._is_suspect
            )
            with contextlib.suppress(BadConfig):  # opening a profile has reported it
                self._connection.know(self._accounts())
        try:
            return work(self._connection)
        except LedgerUnavailable:
            # After a refusal of the disk nothing is known of the connection: the next call begins afresh.
            self._close()
            raise

    def _syslog_copy(self) -> "SyslogCopy | None":
        """Return where lines are copied to. The config is asked once: the address holds for this run."""
        ask, self._syslog = self._syslog, None
        address = ""
        if ask is not None:
            with contextlib.suppress(BadConfig):  # opening a profile has reported it
                address = ask()
        if address:
            from tui_reseller.storage.ledger.syslog_copy import SyslogCopy  # noqa: PLC0415 - logging.handlers, seldom asked for

            self._copy = SyslogCopy(address)
        return self._copy

    async def send_until(self, entry_id: str = "") -> float:  # noqa: ARG002 - a lock tells others
        """Return until when a call may leave that was begun: always, the lock of a process ends with its life."""
        return math.inf

    def complaint(self) -> str:
        """Return warnings for the operator that are no error of an operation; each is returned once."""
        warnings = (self.receipt.take_warnings(), self._copy.take_warning() if self._copy is not None else "")
        return "\n".join(filter(None, warnings))

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._is_suspect = connection.is_suspect
            connection.close()


def _withdraw(connection: "LedgerConnection", writing: concurrent.futures.Future[str]) -> None:
    if writing.exception() is None:
        connection.finish(writing.result(), Outcome.NOT_SENT, WITHDRAWN)
