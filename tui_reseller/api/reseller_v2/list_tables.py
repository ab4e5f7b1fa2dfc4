"""A list that is arriving, as tables: what is regular goes the quick way, everything else the exact one.

Pieces are cut and taken in order. Between the two a piece is read on the quick way, and several may be so at once: what
that gave counts only if all before it turned out as it was taken to be.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, Protocol

from tui_reseller.api.reseller_v2.list_json import JsonListParser
from tui_reseller.api.reseller_v2.list_xml import XmlListParser
from tui_reseller.api.reseller_v2.pending import MAX_RECORD
from tui_reseller.api.reseller_v2.records import Record
from tui_reseller.domain.profile import Format

if TYPE_CHECKING:
    import polars as pl

    from tui_reseller.api.reseller_v2.tables import Row

PART = 512 * 1024
"""A piece that is not regular is tried again in parts of about this size, so that one odd record makes few others slow.
"""
SLICE = 16 * 1024
"""So many bytes go the exact way at once; then the screen's thread has its turn."""


class Quick(Protocol):
    """Reads many regular records at once. Known counts up with what it learns: what it read before does not count any
    more.
    """

    known: int

    def learn(self, records: Sequence[Record]) -> None:
        """Take note of what fields records have."""

    def table(self, records: bytes) -> "pl.DataFrame | None":
        """Return whole records as a table; None if they are not regular."""

    def pass_over(self, records: bytes) -> bool:
        """Take note that these were read here, between two records; False if they cannot stand there."""


class Piece(NamedTuple):
    """What the exact way has to read first, and what ends with a whole record."""

    before: bytes
    records: bytes


class Guess(NamedTuple):
    """A piece, and what the quick way made of it when so much was known."""

    piece: Piece
    table: "pl.DataFrame | None"
    known: int


_UNKNOWN = -1
_SIGNS = {Format.JSON: (b"[", b"}"), Format.XML: (b"<users>", b"</user>")}
"""How a list begins, and how a record ends. In JSON that may end something else, too: then what is before it is not
regular.
"""


class ListTables:
    """Feed it bytes; it returns tables of the records that are complete. Only close() says that the list was whole.

    Polars is imported with the first bytes, so guess(), take(), feed() and close() belong beside the event loop. Exact
    bytes counts what did not go the quick way.
    """

    def __init__(self, wanted: Format) -> None:
        self.exact_bytes = 0
        self._exact: JsonListParser | XmlListParser = JsonListParser() if wanted is Format.JSON else XmlListParser()
        self._quick: Quick | None = None
        self._start, self._mark = _SIGNS[wanted]
        self._held = b""

    @property
    def is_list(self) -> bool | None:
        """None until the first sign has come; False if the body is something else and is not read here."""
        return self._exact.is_list

    def feed(self, data: bytes) -> "list[pl.DataFrame]":
        """Read a piece. Raises BadReply as soon as the list cannot become a good one."""
        return self.take(self.guess(self.cut([data])))

    def cut(self, parts: Sequence[bytes]) -> Piece:
        """Return what can be read of what came in parts, and hold what has no end yet. Until the list has begun
        (is_list), each piece is to be taken before the next one is cut.
        """
        before = b""
        if self.is_list is None:
            data = b"".join(parts)
            begun = data.find(self._start) + len(self._start)
            begun = begun if begun >= len(self._start) else len(data)
            before, parts = data[:begun], [data[begun:]]
        parts, last = [self._held, *parts[:-1]], parts[-1]
        end = last.rfind(self._mark) + len(self._mark)
        if end < len(self._mark):  # no record ends here, but perhaps with what came before
            parts, last = [], b"".join((*parts, last))
            end = last.rfind(self._mark) + len(self._mark)
            end = end if end >= len(self._mark) else len(last) if len(last) > MAX_RECORD else 0
        records, self._held = b"".join((*parts, memoryview(last)[:end])), last[end:]
        return Piece(before, records)

    def guess(self, piece: Piece) -> Guess:
        """Read a piece on the quick way as if all before it were regular. Several threads may do this at once, but not
        with the first piece.
        """
        quick = self._quick = self._quick or _quick_for(self._exact)
        known = quick.known
        if piece.before or not piece.records:
            return Guess(piece, None, _UNKNOWN)
        return Guess(piece, quick.table(piece.records), known)

    def is_right(self, guess: Guess) -> bool:
        """Whether a guess counts, so that taking it costs nothing."""
        is_known = self._quick is not None and guess.known == self._quick.known
        return guess.table is not None and is_known and self._exact.is_between

    def take(self, guess: Guess) -> "list[pl.DataFrame]":
        """Return what is in a piece, on the exact way if need be. Raises BadReply."""
        quick, (before, records) = self._quick, guess.piece
        assert quick is not None  # noqa: S101 - guess() sees to it
        rows = self._exactly(before) if before else []
        if not records:
            return self._tables(rows)
        is_stale = guess.known != quick.known
        table = quick.table(records) if is_stale and self._exact.is_between else guess.table
        parts: Iterable[tuple[bytes, pl.DataFrame | None]] = [(records, table)]
        if table is None and len(records) > 2 * PART:
            parts = ((part, quick.table(part) if self._exact.is_between else None) for part in self._parts(records))
        return [*self._tables(rows), *chain.from_iterable(self._read(part, table) for part, table in parts)]

    def _read(self, records: bytes, table: "pl.DataFrame | None") -> "list[pl.DataFrame]":
        """Return the table that records gave, if they can stand here, or read them the exact way."""
        assert self._quick is not None  # noqa: S101 - guess() sees to it
        if table is not None and self._exact.is_between and self._quick.pass_over(records):
            return [table]
        return self._tables(self._exactly(records))

    def _parts(self, records: bytes) -> Iterator[bytes]:
        """Yield a piece in parts, each of which ends as a record does."""
        at = 0
        while at < len(records):
            found = records.find(self._mark, at + PART) + len(self._mark)
            end = found if found > at else len(records)
            yield records[at:end]
            at = end

    def close(self) -> "list[pl.DataFrame]":
        """Read the rest, and return one more table, perhaps an empty one. Raises BadReply unless the list is complete
        and well-formed.
        """
        self._quick = self._quick or _quick_for(self._exact)
        from tui_reseller.api.reseller_v2.tables import rows_of, table_of  # noqa: PLC0415 - polars is there by now

        rows = self._exactly(self._held)
        return [table_of(rows + rows_of(self._exact.close()))]

    def _exactly(self, data: bytes) -> "list[Row]":
        from tui_reseller.api.reseller_v2.tables import rows_of  # noqa: PLC0415 - polars is there by now

        assert self._quick is not None  # noqa: S101 - guess() and close() see to it
        self.exact_bytes += len(data)
        rows: list[Row] = []
        for at in range(0, len(data), SLICE):
            records = self._exact.feed(data[at : at + SLICE])
            self._quick.learn(records)
            rows += rows_of(records)
            time.sleep(0)
        return rows

    @staticmethod
    def _tables(rows: "list[Row]") -> "list[pl.DataFrame]":
        from tui_reseller.api.reseller_v2.tables import table_of  # noqa: PLC0415 - polars is there by now

        return [table_of(rows)] if rows else []


def _quick_for(exact: JsonListParser | XmlListParser) -> Quick:
    """Return the quick reader beside an exact one. Takes as long as polars takes to import."""
    if isinstance(exact, JsonListParser):
        from tui_reseller.api.reseller_v2.quick_json import QuickJson  # noqa: PLC0415 - see above

        return QuickJson(exact)
    from tui_reseller.api.reseller_v2.quick_xml import QuickXml  # noqa: PLC0415 - see above

    return QuickXml(exact)
