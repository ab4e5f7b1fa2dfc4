"""The ledger as the use cases have it: asynchronous, durable before it answers.

All SQL runs in one thread of its own, so that a slow disk never stops the screen; the file is opened there when it is
first needed. Intents and outcomes that wait while the disk works are written together, with one sync for all: each is
durable before it is answered.
"""

import asyncio
import concurrent.futures
import contextlib
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tui_reseller.domain.audit import AuditQuery, ChainReport, Entry, Intent
from tui_reseller.domain.errors import BadConfig, LedgerUnavailable
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.value import Value
from tui_reseller.storage.ledger.receipt import Receipt
from tui_reseller.storage.ledger.rows import utc_now
from tui_reseller.storage.paths import LEDGER
from tui_reseller.system.process import ProcessLock

if TYPE_CHECKING:
    from tui_reseller.storage.ledger.book import Book
    from tui_reseller.storage.syslog_copy import SyslogCopy

Answer = TypeVar("Answer")
_Writing = tuple[Callable[["Book"], Any], concurrent.futures.Future[Any]]
WITHDRAWN = "stopped before it was sent"


class Ledger:
    """The audit log in `ledger.sqlite3` in a folder. Every method may raise LedgerUnavailable.

    Syslog tells the socket to which every intent and outcome is copied, or an empty text. Accounts are the keys of all
    accounts of ours: each may be named otherwise in older rows. Receipts is the folder in which number and hash of the
    last row are kept; None keeps none.
    """

    def __init__(
        self,
        folder: Path,
        now: Callable[[], datetime] = utc_now,
        syslog: Callable[[], str] | None = None,
        accounts: Callable[[], Iterable[str]] = tuple,
        receipts: Path | None = None,
    ) -> None:
        self._folder = folder
        self._now = now
        self._accounts = accounts
        self._lock = ProcessLock(folder)
        self.receipt = Receipt(receipts, folder / LEDGER)
        self._syslog = syslog
        self._copy: SyslogCopy | None = None
        self._thread: concurrent.futures.ThreadPoolExecutor | None = None
        self._book: Book | None = None
        self._is_suspect = False
        self._waiting: deque[_Writing] = deque()

    async def begin(self, intent: Intent) -> str:
        """Write an intent durably and return its id. Raises RefusedHere while the customer has an open operation."""
        job = self._write(lambda book: book.begin(intent))
        try:
            return await asyncio.wrap_future(job)
        except asyncio.CancelledError:
            # Whoever asked has gone and will send nothing: without this the customer stayed locked.
            if not job.cancelled():
                self._submit(lambda book: _withdraw(book, job))
            raise

    async def already(self, intent: Intent, message: str) -> str | None:
        """Write down durably that a customer is so already and nothing is sent; return the id. None if an outcome of
        the customer is open. Raises RefusedHere if the item of a job is taken.
        """
        return await asyncio.shield(asyncio.wrap_future(self._write(lambda book: book.already(intent, message))))

    async def finish(self, entry_id: str, outcome: Outcome, message: str, *, is_observed: bool = False) -> None:
        """Write an outcome durably; observed is one that was read from the service. Cancelling the caller does not stop
        the writing.
        """
        done = self._write(lambda book: book.finish(entry_id, outcome, message, is_observed=is_observed))
        await asyncio.shield(asyncio.wrap_future(done))

    async def get(self, entry_id: str) -> Entry | None:
        """Return one operation. The id may be typed in either case, with o, i or l for 0 and 1."""
        return await self.ask(lambda book: book.get(entry_id))

    async def entries(self, query: AuditQuery) -> list[Entry]:
        """Return operations, newest first."""
        return await self.ask(lambda book: book.entries(query))

    async def count(self, query: AuditQuery) -> int:
        """Return how many operations there are, whatever the limit."""
        return await self.ask(lambda book: book.count(query))

    async def needs_you(self, account: str | None = None) -> list[Entry]:
        """Return operations whose outcome a person has to look at, oldest first."""
        return await self.ask(lambda book: book.needs_you(account))

    async def is_touched_since(self, account: str, username: str, moment: datetime) -> bool:
        """Whether an operation on a customer was begun at a moment or later, by whatever process."""
        return await self.ask(lambda book: book.is_touched_since(account, username, moment))

    async def last_set(self, account: str) -> Mapping[str, Mapping[str, Value]]:
        """Return what this tool last set of fields that the service never tells, by present username and field; None
        where the outcome is open.
        """
        return await self.ask(lambda book: book.last_set(account))

    async def check(self) -> ChainReport:
        """Check the hash chain from the first row."""
        return await self.ask(lambda book: book.check())

    async def recover(self) -> int:
        """Give every intent of a process that is gone the outcome unknown; return how many."""
        return await self.ask(lambda book: book.recover())

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

    async def ask(self, question: "Callable[[Book], Answer]") -> Answer:
        """Let the ledger's own thread answer a question, also for what else is kept in the same file."""
        return await asyncio.shield(asyncio.wrap_future(self._submit(question)))

    def _write(self, work: "Callable[[Book], Answer]") -> concurrent.futures.Future[Answer]:
        """Write together with whatever else waits when the thread comes to it."""
        done: concurrent.futures.Future[Answer] = concurrent.futures.Future()
        self._waiting.append((work, done))
        self._executor().submit(self._write_waiting)
        return done

    def _write_waiting(self) -> None:
        group: list[_Writing] = []
        while self._waiting:
            work, done = self._waiting.popleft()
            if done.set_running_or_notify_cancel():
                group.append((work, done))
        if not group:
            return
        try:
            answers = self._answer(lambda book: book.together([work for work, _ in group]))
        except Exception as error:  # noqa: BLE001 - whoever waits for an answer gets it, as from any executor
            answers = [error] * len(group)
        for (_, done), answer in zip(group, answers, strict=True):
            if isinstance(answer, Exception):
                done.set_exception(answer)
            else:
                done.set_result(answer)

    def _submit(self, question: "Callable[[Book], Answer]") -> concurrent.futures.Future[Answer]:
        return self._executor().submit(self._answer, question)

    def _executor(self) -> concurrent.futures.ThreadPoolExecutor:
        if self._thread is None:
            self._thread = concurrent.futures.ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        return self._thread

    def _answer(self, question: "Callable[[Book], Answer]") -> Answer:
        from tui_reseller.storage.ledger.book import Book  # noqa: PLC0415 - sqlite3 is not needed by the first screen

        if self._book is None:
            self._book = Book(
                self._folder, self._now, self._lock, self.receipt, self._copied(), is_suspect=self._is_suspect
            )
            with contextlib.suppress(BadConfig):  # whoever has opened a profile has heard of it
                self._book.know(self._accounts())
        try:
            return question(self._book)
        except LedgerUnavailable:
            # After a refusal of the disk nothing is known of the connection: the next call begins afresh.
            self._close()
            raise

    def _copied(self) -> "SyslogCopy | None":
        """Return where lines are copied to. The config is asked once: the address holds for this run."""
        ask, self._syslog = self._syslog, None
        address = ""
        if ask is not None:
            with contextlib.suppress(BadConfig):  # whoever has opened a profile has heard of it
                address = ask()
        if address:
            from tui_reseller.storage.syslog_copy import SyslogCopy  # noqa: PLC0415 - logging.handlers, seldom asked for

            self._copy = SyslogCopy(address)
        return self._copy

    def complaint(self) -> str:
        """Return what the operator should hear that is no error of an operation; each is told once."""
        said = (self.receipt.complaint(), self._copy.complaint() if self._copy is not None else "")
        return "\n".join(filter(None, said))

    def _close(self) -> None:
        book, self._book = self._book, None
        if book is not None:
            self._is_suspect = book.is_suspect
            book.close()


def _withdraw(book: "Book", job: concurrent.futures.Future[str]) -> None:
    if job.exception() is None:
        book.finish(job.result(), Outcome.NOT_SENT, WITHDRAWN)
