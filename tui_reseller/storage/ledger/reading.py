"""What a ledger is asked, for the use cases: asynchronous, done by a reader in a thread of the ledger's own."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Generic, TypeVar

from tui_reseller.domain.audit import AuditQuery, ChainReport, Entry
from tui_reseller.domain.note import Note
from tui_reseller.domain.value import Value
from tui_reseller.storage.ledger.note_reader import NoteReader

Result = TypeVar("Result")
Reader = TypeVar("Reader", bound=NoteReader)


class ReadLedger(Generic[Reader]):
    """The reading half of a ledger. Every method may raise LedgerUnavailable."""

    async def run(self, work: Callable[[Reader], Result]) -> Result:
        """Do some work with the reader. Cancelling the caller does not stop it."""
        raise NotImplementedError

    async def approvals(self, account: str) -> int:  # noqa: ARG002 - a ledger of one's own asks nobody
        """Return how many others must approve before something is sent in an account."""
        return 0

    async def break_glass(self, account: str, reason: str) -> None:
        """Let this process write without approval. Where nobody has to approve, there is nothing to do."""

    async def get(self, entry_id: str) -> Entry | None:
        """Return one operation. The id may be typed in either case, with o, i or l for 0 and 1."""
        return await self.run(lambda reader: reader.get(entry_id))

    async def entries(self, query: AuditQuery) -> list[Entry]:
        """Return operations, newest first."""
        return await self.run(lambda reader: reader.entries(query))

    async def count(self, query: AuditQuery) -> int:
        """Return how many operations there are, whatever the limit."""
        return await self.run(lambda reader: reader.count(query))

    async def needs_you(self, account: str | None = None) -> list[Entry]:
        """Return operations whose outcome a person has to look at, oldest first."""
        return await self.run(lambda reader: reader.needs_you(account))

    async def notes(self, kind: str, entry: str) -> list[tuple[str, Mapping[str, object]]]:
        """Return time and body of rows that are no operations, newest first."""
        return await self.run(lambda reader: reader.notes(kind, entry))

    async def customer_notes(self, account: str, usernames: Collection[str] | None = None) -> list[Note]:
        """Return the note that stands for each customer of an account, or for some of them."""
        return await self.run(lambda reader: reader.customer_notes(account, usernames))

    async def noted_since(self, account: str, row: int) -> list[str]:
        """Return whose notes were written behind a row."""
        return await self.run(lambda reader: reader.noted_since(account, row))

    async def note_history(self, account: str, username: str) -> list[Note]:
        """Return every note that was written about a customer, newest first."""
        return await self.run(lambda reader: reader.note_history(account, username))

    async def newest_id(self, account: str) -> str:
        """Return the id of the newest operation on an account, empty where there is none."""
        return await self.run(lambda reader: reader.newest_id(account))

    async def newest(self, account: str) -> int:
        """Return the number of the newest row of an account, 0 where there is none."""
        return await self.run(lambda reader: reader.newest(account))

    async def written_since(self, account: str, row: int, limit: int) -> list[Entry]:
        """Return operations that were begun, or got an outcome, behind a row, oldest first; at most so many."""
        return await self.run(lambda reader: reader.written_since(account, row, limit))

    async def is_touched_since(self, account: str, username: str, since: int | datetime) -> bool:
        """Whether anything was written of an operation on a customer behind a row, or at a moment or later."""
        return await self.run(lambda reader: reader.is_touched_since(account, username, since))

    async def last_set(self, account: str) -> Mapping[str, Mapping[str, Value]]:
        """Return what this tool last set of fields that the service never tells, by present username and field; None
        where the outcome is open.
        """
        return await self.run(lambda reader: reader.last_set(account))

    async def around_ends(self, account: str | None, usernames: Collection[str] | None = None) -> list[Entry]:
        """Return what was done to customers who were ever given an end (of a suspension), or to these, under all their
        names, oldest first. It takes as long as there are such operations, however many others there are.
        """
        return await self.run(lambda reader: reader.around_ends(account, usernames))

    async def check(self) -> ChainReport:
        """Check the hash chain from the first row."""
        return await self.run(lambda reader: reader.check())
