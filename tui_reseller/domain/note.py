"""A label and a note of our own on a customer. They stand in the ledger, and are never sent to a service.

A note belongs to a customer, not to a username: one that somebody else bears by now shows none (fingerprint.py).
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from tui_reseller.domain.audit import Operator, utc_text
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.fields import Finding
from tui_reseller.domain.fingerprint import UNKNOWN, Fingerprint, Likeness, likeness
from tui_reseller.domain.provider import KEY

LABEL, NOTE = "label", "note"
NOTE_COLUMNS = (LABEL, NOTE)
"""What they are called in filters, columns and outputs. No service may have a field of these names."""
LONGEST: Mapping[str, int] = {LABEL: 40, NOTE: 2_000}
"""In characters. A label is one line, a note may be several."""
TITLES: Mapping[str, str] = {LABEL: "Label", NOTE: "Note"}
_REFUSED: Mapping[str, re.Pattern[str]] = {
    LABEL: re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]"),
    NOTE: re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]"),
}
"""Control characters, separators of lines and paragraphs, halves of characters; a note keeps its line breaks."""
_BLANK = " \t\r\n"
"""What does not count around a text: what a shell, a pipe or an editor leaves there."""


@dataclass(frozen=True, slots=True)
class Note:
    """What was written last about a customer, and by whom. Number is that of its row in the ledger, 0 before it has
    one. Without label and text it says that what stood there was cleared.
    """

    username: str
    label: str
    text: str
    operator: Operator
    time: datetime
    fingerprint: Fingerprint = field(default_factory=lambda: UNKNOWN)
    number: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing."""
        return not (self.label or self.text)

    def value(self, name: str) -> str | None:
        """Return label or note as output has it: None where there is none."""
        return (self.label if name == LABEL else self.text) or None

    def means(self, customer: Customer) -> bool:
        """Whether it is about this customer, and not about another one who bears the username by now."""
        return likeness(self.fingerprint, customer) is not Likeness.ANOTHER

    def as_dict(self) -> dict[str, object]:
        """Return the stable object of output (design: "A note")."""
        texts = {name: self.value(name) for name in NOTE_COLUMNS}
        return {KEY: self.username, **texts, "time": utc_text(self.time), "operator": self.operator.as_dict()}


def no_note(username: str) -> dict[str, object]:
    """Return the object of output for a customer without a note."""
    return {KEY: username, **dict.fromkeys((*NOTE_COLUMNS, "time", "operator"))}


NOBODYS: Mapping[str, Note] = MappingProxyType({})


class Notes:
    """The notes of an account, by present username. Never changed in place: another one is another object, and only
    itself is equal to it, so that what was found by it can be kept.
    """

    def __init__(self, by_name: Mapping[str, Note] = NOBODYS) -> None:
        """By_name has no note that is empty."""
        self.by_name = by_name

    def __len__(self) -> int:
        return len(self.by_name)

    def of(self, customer: Customer) -> Note | None:
        """Return the note on a customer, None if there is none."""
        found = self.by_name.get(customer.username)
        return found if found is not None and found.means(customer) else None


NO_NOTES = Notes()


def check_note(name: str, text: str) -> list[Finding]:
    """Check a label or a note as it was typed. Returns what is wrong with it; empty is fine."""
    title, text = TITLES[name], _trimmed(text)
    found = []
    if len(text) > LONGEST[name]:
        found.append(Finding(name, f"{title} has {len(text):,} characters, at most {LONGEST[name]:,}"))
    if odd := _REFUSED[name].search(text):
        found.append(Finding(name, f"{title} holds {_named(odd[0])} at {odd.start() + 1}: leave it out"))
    return found


def checked_note(name: str, text: str) -> str:
    """Return a label or a note as it is kept: without blanks around it, line ends as one character.

    Raises InvalidInput for what check_note() finds.
    """
    for finding in check_note(name, text):
        raise InvalidInput(f"{finding.message}; nothing was written", field=name)
    return _trimmed(text)


def _trimmed(text: str) -> str:
    return text.replace("\r\n", "\n").strip(_BLANK)


def _named(char: str) -> str:
    """Return a character that is refused in words: it must not be shown."""
    if char == "\n":
        return "a line break"
    kind = {"Cc": "a control character", "Cs": "half a character"}.get(unicodedata.category(char), "a line separator")
    return f"{kind} (U+{ord(char):04X})"
