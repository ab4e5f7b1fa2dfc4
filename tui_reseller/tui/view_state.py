"""What the main screen shows, in one frozen value. ProfileContext.show() is its only writer."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tui_reseller.domain.listing import ListContext
from tui_reseller.domain.note import NO_NOTES, Notes
from tui_reseller.domain.team import Colleague


class Hint(NamedTuple):
    """What can be done now: a key and what it does; without a key, a remark."""

    key: str
    words: str

    @property
    def line(self) -> str:
        """Both in one text."""
        return f"{self.key} {self.words}".strip()


@dataclass(frozen=True, slots=True)
class Note:
    """A line for the operator: the word of an outcome, a sentence, and what can be done now. Kind is good, bad, warning
    or plain.
    """

    text: str = ""
    kind: str = "plain"
    hints: tuple[Hint, ...] = ()
    chip: str = ""

    @property
    def line(self) -> str:
        """All of it in one line."""
        return "   ".join((f"{self.chip} {self.text}".strip(), *(hint.line for hint in self.hints)))


@dataclass(frozen=True, slots=True)
class ViewState:
    """The main screen. Marked holds usernames; hidden counts marked customers that the filter does not show.

    Untold are the switches of which nothing is known of any customer: they have no column unless they were chosen.
    Views are key, name and count of some views. Needs_you holds who has an open outcome, or is due: a suspension that
    is over. Suspended is who has one that nothing has ended. Detailed counts the customers whose details are known,
    where the filter asks for one; None where it asks for none. Read_only says why nothing may be written, None if
    something may; can_unlock whether unlocking the profile helps. Here is who else works in this account, if the ledger
    is that of a team.
    """

    badge: str = ""
    profile: str = ""
    host: str = ""
    colour: str = "blue"
    read_at: datetime | None = None
    is_partial: bool = False
    progress: str = ""
    trouble: str = ""
    read_only: str | None = None
    can_unlock: bool = False
    writable_until: datetime | None = None
    filter_text: str = ""
    filter_note: str = ""
    filter_valid: bool = True
    sort: str = ""
    descending: bool = False
    columns: tuple[str, ...] = ()
    untold: frozenset[str] = frozenset()
    views: tuple[tuple[str, str, int], ...] = ()
    total: int = 0
    shown: int = 0
    detailed: int | None = None
    marked: frozenset[str] = frozenset()
    hidden: int = 0
    needs_you: frozenset[str] = frozenset()
    needs_you_count: int = 0
    due: frozenset[str] = frozenset()
    suspended: frozenset[str] = frozenset()
    notes: Notes = NO_NOTES
    here: tuple[Colleague, ...] = ()
    note: Note = Note()
    running: str = ""
    waiting: str = ""
    zoomed: bool = False
    edited: bool = False
    ranging: bool = False

    @property
    def marks(self) -> ListContext:
        """What a filter asks beside the list."""
        return ListContext(self.marked, self.needs_you, self.suspended)
