"""A list of usernames: one a line, with zero bytes between them, or a file with a column of them.

In a list each stands there as it is: nothing is trimmed, and a line has no escapes. A file is read as everywhere else,
with the same verdicts in the same words; of its other columns nothing is taken.
"""

import codecs
import json
from dataclasses import dataclass, field

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.services.files.decoding import Decoded, decoded
from tui_reseller.services.files.heads import Heads
from tui_reseller.services.files.options import PLAIN
from tui_reseller.services.files.reading import read_file
from tui_reseller.services.files.tables import Table

MARK = codecs.BOM_UTF8.decode()


@dataclass(slots=True)
class Usernames:
    """The names of a list in their order, each once, and what is worth a word."""

    names: list[str]
    notes: list[str] = field(default_factory=list)


def read_username_list(provider: Provider, operation: Operation, content: bytes, *, zeros: bool = False) -> Usernames:
    """Read a list of usernames for an operation; with *zeros* a zero byte ends each. Raises InvalidInput if it holds
    none, or something that is no name.
    """
    if zeros:
        text = decoded(content, zeros=True, by_option=False).text
        if content.startswith(codecs.BOM_UTF8):  # only programs write zero bytes, and none of them a mark
            text = MARK + text
        return usernames_from(text.removesuffix("\0").split("\0"))
    try:
        found = decoded(content, by_option=False)
    except InvalidInput as error:
        if b"\0" in content:
            error.hint += "; names with zero bytes between them are read with -0"
        raise
    if _is_file(provider, found):
        return _in_file(provider, operation, content)
    # Not splitlines(): that would also split at characters that a username may hold.
    text = found.text
    lines = text.split("\n") if "\n" in text else text.split("\r")
    return usernames_from([line.removesuffix("\r") for line in lines[: -1 if not lines[-1] else None]])


def _is_file(provider: Provider, found: Decoded) -> bool:
    """Whether it is rows and columns: JSON, or a head line in which a column of usernames is named; or several columns
    that are all known.
    """
    begin = found.text.lstrip()
    if begin[:1] in {"{", "["}:
        return f'"{KEY}"' in begin or _is_json(begin)
    try:
        heads = Table(found).heads
    except InvalidInput:  # a head line is quoted as CSV is
        return False
    known = Heads(provider, PLAIN)
    fields = [known.look_up(head).field for head in heads]
    return KEY in fields or (len(fields) > 1 and all(fields))


def _is_json(text: str) -> bool:
    try:
        json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return False
    return True


def _in_file(provider: Provider, operation: Operation, content: bytes) -> Usernames:
    """Return the usernames of a file with a column of them."""
    read = read_file(provider, content, operation)
    if read.refusals:
        first, more = read.refusals[0], len(read.refusals) - 1
        raise InvalidInput(first.words + (f" and {more:,} more" if more else ""), field=first.column)
    found = usernames_from([wanted.call.username for wanted in read.wanted])
    found.notes = [f"read as {read.kind}: its column {KEY}", *read.notes, *found.notes]
    return found


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
