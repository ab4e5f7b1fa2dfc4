"""What the use cases need of the ledger for labels and notes; it is a part of LedgerPort (ports.py)."""

from collections.abc import Collection, Sequence
from typing import Protocol

from tui_reseller.domain.note import Note


class NotesPort(Protocol):
    """Labels and notes on customers. Every method may raise LedgerUnavailable."""

    async def write_note(self, profile: str, account: str, note: Note, seen: int) -> Note:
        """Write a label and a note on a customer durably, and return them as they stand. Seen is the newest row that
        their writer has seen.

        Raises Conflict if somebody wrote about the customer, or renamed or deleted it, behind that row.
        """

    async def customer_notes(self, account: str, usernames: Collection[str] | None = None) -> Sequence[Note]:
        """Return the note that stands for each customer of an account, or for some of them, by their present usernames
        as far as this ledger knows; also those that say that what stood there was cleared.
        """

    async def noted_since(self, account: str, row: int) -> Sequence[str]:
        """Return whose notes were written behind a row."""

    async def note_history(self, account: str, username: str) -> Sequence[Note]:
        """Return every note that was written about a customer, also under its other names, newest first; and about
        others who had this username.
        """
