"""Reading labels and notes: by the notes there are and what was done to their customers, never by all rows."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.domain.note import Note
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.providers import provider_of
from tui_reseller.storage.ledger.encoding import escaped, unescaped
from tui_reseller.storage.ledger.entry_reader import EntryReader
from tui_reseller.storage.ledger.note_rows import (
    AppliedRow,
    NoteRow,
    earlier_names,
    following,
    read_note,
    refuse_overtaken,
    standing_notes,
)
from tui_reseller.storage.ledger.statements import APPLIED, OUTCOME, placeholders

FEW = 1_000
"""So many names are asked for one by one; for more, all notes are read."""
_ANSWERED = f"(SELECT min(number) FROM rows WHERE entry = i.entry AND kind = 'outcome' AND outcome IN ({APPLIED}))"  # noqa: S608


class NoteReader(EntryReader):
    """Notes of an open ledger. Every method may raise LedgerUnavailable."""

    def customer_notes(self, account: str, usernames: Collection[str] | None = None) -> list[Note]:
        """Return the note that stands for each customer of an account, or for some of them (note_rows.standing_notes);
        also those that were cleared.
        """
        provider, accounts = provider_of(account), self._names(account)
        if usernames is None or len(usernames) > FEW:
            rows, applied = self._note_rows(accounts), self._applied(provider, accounts)
        else:
            names = sorted(earlier_names({escaped(name) for name in usernames}, self._renames(accounts)))
            rows = [row for name in names for row in self._note_rows(accounts, name)]
            found = {row for name in names for row in self._applied(provider, accounts, name)} if rows else set()
            applied = sorted(found)
        with _damage_worded(self.name):
            notes = standing_notes(provider, rows, applied)
        return notes if usernames is None else [note for note in notes if note.username in usernames]

    def noted_since(self, account: str, row: int) -> list[str]:
        """Return whose notes were written behind a row."""
        names = self._names(account)
        # By the number of a row, which takes no index: each of the others would read all notes of the account.
        query = (
            f"SELECT DISTINCT username FROM rows {self.dialect.by_number} "  # noqa: S608 - our own text
            "WHERE number > ? AND kind = 'note' "
            f"AND account IN ({placeholders(names)})"
        )
        return [unescaped(name) for (name,) in self.select(query, row, *names)]

    def note_history(self, account: str, username: str) -> list[Note]:
        """Return every note that was written about a customer, under this name and under those that the customer had
        before and after, newest first.
        """
        accounts = self._names(account)
        rows = {
            row
            for span in self._spans(AuditQuery(account=account, username=username))
            for row in self._note_rows(accounts, span.username)
            if span.first <= row.number <= span.last
        }
        with _damage_worded(self.name):
            return [read_note(row) for row in sorted(rows, reverse=True)]

    def refuse_overtaken(self, account: str, note: Note, seen: int) -> None:
        """Raise Conflict if a note was overtaken by what stands behind a row (note_rows.refuse_overtaken)."""
        provider, accounts, name = provider_of(account), self._names(account), escaped(note.username)
        rows, applied = self._note_rows(accounts, name), self._applied(provider, accounts, name)
        with _damage_worded(self.name):
            refuse_overtaken(provider, note, rows, applied, seen)

    def _note_rows(self, accounts: Sequence[str], username: str | None = None) -> list[NoteRow]:
        """Return the rows of notes, those of one name (escaped) if it is given."""
        one = [] if username is None else [username]
        among = f"kind = 'note' AND account IN ({placeholders(accounts)})" + " AND username = ?" * len(one)
        # In the order of their numbers, so that a file is read from its beginning to its end.
        query = f"SELECT number, username, time, body, {self.dialect.role} FROM rows i WHERE {among}"  # noqa: S608 - our own text
        return [NoteRow(*found) for found in self.select(query, *accounts, *one)]

    def _renames(self, accounts: Sequence[str]) -> list[tuple[str, str]]:
        """Return old and new name of every rename, carried out or not."""
        query = (
            f"SELECT username, target FROM rows {self.dialect.by('targets')} WHERE kind = 'intent' "  # noqa: S608 - our own text
            f"AND target IS NOT NULL AND account IN ({placeholders(accounts)})"
        )
        return [(old, new) for old, new in self.select(query, *accounts)]

    def _applied(self, provider: Provider, accounts: Sequence[str], username: str | None = None) -> list[AppliedRow]:
        """Return what was carried out on customers with notes that bears on them, by every name that they had or got;
        or on those of one name (escaped).
        """
        among, values = placeholders(accounts), [*accounts, *accounts]
        names = (
            f"SELECT username FROM rows WHERE kind = 'note' AND account IN ({among}) UNION "  # noqa: S608 - our own text
            f"SELECT target FROM rows WHERE kind = 'intent' AND target IS NOT NULL AND account IN ({among})"
        )
        if username is not None:
            names, values = "SELECT ? AS username", [username]
        operations = ", ".join(f"'{operation.value}'" for operation in following(provider))
        found: set[AppliedRow] = set()
        for column, index in (("username", "customers"), ("target", "targets")):
            query = (
                f"SELECT i.number, {_ANSWERED}, i.operation, i.username, i.target, i.body "  # noqa: S608 - our own text
                f"FROM ({names}) n CROSS JOIN rows i {self.dialect.by(index)} WHERE i.kind = 'intent' "
                f"AND i.account IN ({among}) AND i.{column} = n.username AND i.operation IN ({operations}) "
                f"AND {OUTCOME} IN ({APPLIED})"
            )
            found.update(AppliedRow(*row) for row in self.select(query, *values, *accounts))
        return sorted(found)


@contextmanager
def _damage_worded(name: str) -> Iterator[None]:
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LedgerUnavailable(f"{name}: a note in it is damaged", hint="check the audit log") from error
