"""Labels and notes: look at one, write one. They are ours: nothing is sent, and no rule for writes is asked.

A profile that is read-only or protected may be annotated: its customers do not change.
"""

from dataclasses import dataclass

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.fingerprint import fingerprint_of
from tui_reseller.domain.note import LABEL, NOTE, Note, checked_note
from tui_reseller.domain.text import quoted
from tui_reseller.services.session import Session


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A customer with the label and the note that stand; empty texts where there are none. Seen is the newest row of
    the ledger before they were read.
    """

    customer: Customer
    note: Note | None
    seen: int

    @property
    def label(self) -> str:
        """The label, or empty."""
        return self.note.label if self.note else ""

    @property
    def text(self) -> str:
        """The note, or empty."""
        return self.note.text if self.note else ""


async def open_note(session: Session, customer: Customer) -> OpenedNote:
    """Read what stands about a customer from the ledger itself: another window may have written just now.

    Raises RefusedHere for a customer that nobody can tell from another one, LedgerUnavailable.
    """
    if not customer.username:
        raise RefusedHere("refused: this row has no username; nothing was written")
    if session.customers.is_ambiguous(customer.username):
        name = quoted(customer.username)
        raise RefusedHere(f"refused: the service lists {name} more than once; nothing was written")
    seen = await session.ledger.newest(session.account)
    await session.notes.learn_anew([customer.username])
    return OpenedNote(customer, session.notes.present.of(customer), seen)


def draft_note(session: Session, opened: OpenedNote, label: str, text: str) -> Note | None:
    """Return the note that would be written; None if it is so already. Raises InvalidInput."""
    label, text = checked_note(LABEL, label), checked_note(NOTE, text)
    if (label, text) == (opened.label, opened.text):
        return None
    meant = fingerprint_of(session.provider, opened.customer)
    return Note(opened.customer.username, label, text, session.operator, session.clock.now(), meant)


async def write_note(session: Session, opened: OpenedNote, label: str, text: str) -> Note | None:
    """Write label and note of a customer; empty texts clear them. Return what stands; None if it was so already and
    nothing was written.

    Raises InvalidInput, LedgerUnavailable; Conflict if somebody else wrote about the customer meanwhile, or renamed or
    deleted it.
    """
    draft = draft_note(session, opened, label, text)
    if draft is None:
        return None
    written = await session.ledger.write_note(session.profile.name, session.account, draft, opened.seen)
    session.notes.keep(written)
    return written
