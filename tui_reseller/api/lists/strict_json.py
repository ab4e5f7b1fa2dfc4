"""The strict parser of a JSON list: record by record as it arrives, in memory of one record and one piece."""

import codecs
import json
import re

from tui_reseller.api.json_codec import DECODER, TOO_DEEP, checked_depth
from tui_reseller.api.lists.records import Record, RecordCheck, RecordLayout
from tui_reseller.api.lists.unfinished_record import UnfinishedRecord, check_size
from tui_reseller.api.reply import MAX_DEPTH, BadReply

_SPACES = " \t\r\n"
_SPACE = re.compile(f"[{_SPACES}]*")
_FIRST, _COMMA, _RECORD, _DONE = range(4)
"""What comes next: a record or the end; a comma or the end; a record; nothing."""


class StrictJson:
    """Feed it bytes; it returns the records that are complete. Only close() says that the list was whole.

    is_list is None until the first character has come; if it is False the body is something else and is not read here.
    """

    def __init__(self, layout: RecordLayout) -> None:
        self.layout = layout
        self.is_list: bool | None = None
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._start = b""
        self._unread: list[str] = []
        self._may_complete = False
        self._unfinished = UnfinishedRecord()
        self._next = _FIRST
        self._check = RecordCheck(layout)

    @property
    def is_between(self) -> bool:
        """Whether we are between two records, or before the first, with nothing unread."""
        is_empty = not any(text.strip(_SPACES) for text in self._unread) and not self._decoder.getstate()[0]
        return bool(self.is_list) and is_empty and self._next in {_FIRST, _COMMA}

    @property
    def is_first(self) -> bool:
        """Whether no record has come yet."""
        return self._next == _FIRST

    def skip(self) -> None:
        """Take note that records, at least one good one, were parsed elsewhere: a comma or the end comes next."""
        self._next = _COMMA
        self._check.skip()

    def feed(self, data: bytes) -> list[Record]:
        """Read a piece. Raises BadReply as soon as the list cannot become a good one."""
        if self.is_list is False:
            return []
        if self.is_list is None:
            data = self._after_start(data)
        if not self.is_list:
            return []
        return self._feed_text(self._decoded(data, final=False))

    def _feed_text(self, arrived: str) -> list[Record]:
        """Read a piece that is text already, after the opening bracket."""
        self._unread.append(arrived)
        # A failed record is tried again only when something came that can close it.
        self._may_complete = self._may_complete or "}" in arrived or "]" in arrived
        if not self._unfinished.is_worth_a_try(len(arrived), may_complete=self._may_complete):
            return []
        return self._records()

    def close(self) -> list[Record]:
        """Read the rest. Raises BadReply unless the list is complete, of customers, and followed by spaces alone."""
        if self.is_list is not True:
            return []
        self._unread.append(self._decoded(b"", final=True))
        records = self._records()
        if self._next is not _DONE:
            raise BadReply("the list ends early or is malformed")
        self._check.finish()
        return records

    def _after_start(self, data: bytes) -> bytes:
        """Look for the first character; return what follows an opening bracket, undecoded: it may be another format."""
        start = self._start + data
        if codecs.BOM_UTF8.startswith(start):
            self._start = start
            return b""
        start = start.removeprefix(codecs.BOM_UTF8).lstrip(_SPACES.encode())
        self._start = b" "  # a byte order mark has no place any more
        if start:
            self.is_list = start.startswith(b"[")
        return start[1:]

    def _decoded(self, data: bytes, *, final: bool) -> str:
        try:
            return self._decoder.decode(data, final)
        except UnicodeDecodeError:
            raise BadReply("it is not UTF-8") from None

    def _records(self) -> list[Record]:
        """Read all complete records of what is unread; keep the rest."""
        text = "".join(self._unread)
        records: list[Record] = []
        at = _skip_spaces(text, 0)
        while at < len(text):
            if text[at] == "{" and self._next in {_FIRST, _RECORD}:
                found = _record(text, at)
                if found is None:
                    break
                record, end = found
                records.append(self._check.checked(record))
                at, self._next = end, _COMMA
            else:
                self._next = _after(self._next, text[at])
                at += 1
            at = _skip_spaces(text, at)
        self._unread = [text[at:]]
        self._may_complete = False
        self._unfinished.remains(len(text) - at)
        return records


def _skip_spaces(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _after(state: int, character: str) -> int:
    """Return what comes after a character between records. Raises BadReply if it has no place there."""
    if character == "," and state == _COMMA:
        return _RECORD
    if character == "]" and state in {_FIRST, _COMMA}:
        return _DONE
    raise BadReply("something follows the list" if state == _DONE else "the list is malformed")


def _record(text: str, at: int) -> tuple[Record, int] | None:
    """Return one record and where it ends, or None if it is not complete (or never will be: the end tells)."""
    try:
        record, end = DECODER.raw_decode(text, at)
    except json.JSONDecodeError:
        return None
    except RecursionError:
        raise BadReply(TOO_DEEP) from None
    check_size(end - at)
    for value in record.values():
        if isinstance(value, dict | list):
            checked_depth(value, MAX_DEPTH - 2)
    return record, end
