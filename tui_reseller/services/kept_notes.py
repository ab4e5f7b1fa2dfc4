"""The notes of an account as a session knows them: read from the ledger once, then kept as they are there."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from tui_reseller.domain.note import NO_NOTES, Note, Notes
from tui_reseller.services.note_ports import NotesPort


@dataclass
class KeptNotes:
    """Empty until they are learnt: only who asks for notes pays for them."""

    account: str
    ledger: NotesPort
    _by_name: dict[str, Note] = field(default_factory=dict)
    _present: Notes | None = NO_NOTES

    @property
    def present(self) -> Notes:
        """The notes as they are known now. The same object as long as nothing changes."""
        if self._present is None:
            self._present = Notes(self._by_name.copy())
        return self._present

    async def learn(self) -> None:
        """Read all notes. Raises LedgerUnavailable; then those that were known stay."""
        found = await self.ledger.customer_notes(self.account)
        self._by_name = {}
        self._put(found)

    async def learn_anew(self, usernames: Collection[str]) -> None:
        """Read the notes of some usernames again. Raises LedgerUnavailable."""
        found = await self.ledger.customer_notes(self.account, usernames)
        for username in usernames:
            self.forget(username)
        self._put(found)

    def keep(self, note: Note) -> None:
        """Remember a note that was written."""
        self.forget(note.username)
        self._put([note])

    def renamed(self, username: str, new: str) -> None:
        """Let a note follow its customer."""
        note = self._by_name.pop(username, None)
        if note is not None:
            self._by_name[new] = replace(note, username=new)
            self._present = None

    def forget(self, username: str) -> None:
        """Forget the note of a customer who is gone."""
        if self._by_name.pop(username, None) is not None:
            self._present = None

    def _put(self, notes: Iterable[Note]) -> None:
        self._by_name.update({note.username: note for note in notes if not note.is_empty})
        self._present = None
