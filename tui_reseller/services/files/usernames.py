"""A list of usernames: one a line, with zero bytes between them, or a file of ours with a column of them.

Each stands there as it is: nothing is trimmed, and a line of its own has no escapes.
"""

import re
from dataclasses import dataclass, field

from tui_reseller.domain.csv_cells import text_of
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.plan import Refusal
from tui_reseller.domain.provider import KEY
from tui_reseller.services.files.decoding import decoded
from tui_reseller.services.files.json_rows import JsonRows
from tui_reseller.services.files.sheet import BadRow, NoText, Sheet
from tui_reseller.services.files.tables import Table

_CP1252 = "turn it into UTF-8: iconv -f CP1252 -t UTF-8"
_HEAD = re.compile(rf'(?:"?sep=."?[\r\n]+)?[^\r\n]*(?<![^,;\t|"\r\n]){KEY}(?![^,;\t|"\r\n])', re.IGNORECASE)


@dataclass(slots=True)
class Usernames:
    """The names of a list in their order, each once, and what is worth a word."""

    names: list[str]
    notes: list[str] = field(default_factory=list)


def read_username_list(content: bytes, *, zeros: bool = False) -> Usernames:
    """Read a list of usernames; with *zeros* a zero byte ends each. Raises InvalidInput if it holds none, or something
    that is no name.
    """
    found = decoded(content, zeros=True, cp1252=_CP1252)
    if zeros:
        return usernames_from(found.text.removesuffix("\0").split("\0"))
    if "\0" in found.text:
        raise InvalidInput("there are zero bytes between the names", hint="-0 reads it so")
    text, begin = found.text, found.text.lstrip()
    if begin[:1] in {"{", "["} and f'"{KEY}"' in text:
        return _column(JsonRows(found))
    first = _HEAD.match(begin)
    if first is not None:
        return _column(Table(found))
    # Not splitlines(): that would also split at characters that a username may hold.
    lines = text.split("\n") if "\n" in text else text.split("\r")
    return usernames_from([line.removesuffix("\r") for line in lines[: -1 if not lines[-1] else None]])


def usernames_from(names: list[str]) -> Usernames:
    """Return names in their order, each once. Raises InvalidInput if there are none."""
    found = Usernames([name for name in dict.fromkeys(names) if name.strip()])
    blank = sum(not name.strip() for name in names)
    twice = len(names) - blank - len(found.names)
    dropped = [f"{count:,} {what}" for count, what in ((blank, "blank"), (twice, "named twice")) if count]
    if dropped:
        found.notes.append(f"dropped: {', '.join(dropped)}")
    if not found.names:
        raise InvalidInput("no usernames: nothing to do")
    return found


def _column(sheet: Sheet) -> Usernames:
    """Return the usernames of a file with a column of them."""
    names: list[str] = []
    for row in sheet.rows():
        if isinstance(row, BadRow):
            raise InvalidInput(Refusal(row.line, row.why, row.column).words, field=row.column)
        cell = next((cell for head, cell in row.cells.items() if head.strip().lower() == KEY), "")
        if not cell or isinstance(cell, NoText):
            raise InvalidInput(Refusal(row.line, f"no {KEY}", KEY).words, field=KEY)
        names.append(cell if sheet.is_exact else text_of(cell))
    found = usernames_from(names)
    found.notes.insert(0, f"read as {sheet.kind}: its column {KEY}")
    return found
