"""A list that is arriving, as tables: what is regular takes the fast path, everything else the strict parser.

Pieces are cut and committed in order. Between the two a piece is parsed speculatively on the fast path, several pieces
at once if need be: what that gave counts only if all before it turned out as it was taken to be.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from tui_reseller.api.lists.list_format import FastPath, ListFormat, S, StrictParser
from tui_reseller.api.lists.unfinished_record import MAX_RECORD

if TYPE_CHECKING:
    import polars as pl

    from tui_reseller.api.lists.tables import Cells

PART = 512 * 1024
"""A piece that is not regular is tried again in parts of about this size, so that one odd record makes few others slow.
"""
SLICE = 16 * 1024
"""So many bytes go to the strict parser at once; then the screen's thread has its turn."""


class Piece(NamedTuple):
    """What the strict parser has to read first, and what ends with a whole record."""

    before: bytes
    records: bytes


class SpeculativeParse(NamedTuple):
    """A piece, what the fast path made of it, and the version of the fast path that did."""

    piece: Piece
    table: "pl.DataFrame | None"
    version: int


_NO_VERSION = -1


class TableParser:
    """Feed it bytes; it returns tables of the records that are complete. Only close() says that the list was whole.

    Polars is imported with the first bytes, so speculate(), commit(), feed() and close() belong beside the event loop.
    Strict_bytes counts what did not take the fast path.
    """

    def __init__(self, format_: ListFormat[S]) -> None:
        self.strict_bytes = 0
        strict = format_.strict()
        self._layout = format_.layout
        self._strict: StrictParser = strict
        self._new_fast: Callable[[], FastPath] = partial(format_.fast, strict)
        self._fast: FastPath | None = None
        self._opening, self._record_end = format_.opening, format_.record_end
        self._held = b""

    @property
    def is_list(self) -> bool | None:
        """None until the first character has come; False if the body is something else and is not read here."""
        return self._strict.is_list

    def feed(self, data: bytes) -> "list[pl.DataFrame]":
        """Read a piece. Raises BadReply as soon as the list cannot become a good one."""
        return self.commit(self.speculate(self.cut([data])))

    def cut(self, parts: Sequence[bytes]) -> Piece:
        """Return what can be read of what came in parts, and hold what has no end yet. Until the list has begun
        (is_list), each piece is to be committed before the next one is cut.
        """
        before, mark = b"", self._record_end
        if self.is_list is None:
            # What is held comes first: the opening was found, but the strict parser has not said yet that it is one.
            data, self._held = b"".join((self._held, *parts)), b""
            begun = data.find(self._opening) + len(self._opening)
            begun = begun if begun >= len(self._opening) else len(data)
            before, parts = data[:begun], [data[begun:]]
        parts, last = [self._held, *parts[:-1]], parts[-1]
        end = last.rfind(mark) + len(mark)
        if end < len(mark):  # no record ends here, but perhaps with what came before
            parts, last = [], b"".join((*parts, last))
            end = last.rfind(mark) + len(mark)
            end = end if end >= len(mark) else len(last) if len(last) > MAX_RECORD else 0
        records, self._held = b"".join((*parts, memoryview(last)[:end])), last[end:]
        return Piece(before, records)

    def speculate(self, piece: Piece) -> SpeculativeParse:
        """Parse a piece on the fast path as if all before it were regular. Several threads may do this at once, but not
        with the first piece.
        """
        fast = self._fast = self._fast or self._new_fast()
        version = fast.version
        if piece.before or not piece.records:
            return SpeculativeParse(piece, None, _NO_VERSION)
        return SpeculativeParse(piece, fast.table(piece.records), version)

    def is_valid(self, parse: SpeculativeParse) -> bool:
        """Whether a speculative parse counts, so that committing it costs nothing."""
        is_current = self._fast is not None and parse.version == self._fast.version
        return parse.table is not None and is_current and self._strict.is_between

    def commit(self, parse: SpeculativeParse) -> "list[pl.DataFrame]":
        """Return what is in a piece, by the strict parser if need be. Raises BadReply."""
        fast, (before, records) = self._fast, parse.piece
        assert fast is not None  # noqa: S101 - speculate() sees to it
        rows = self._parse_strictly(before) if before else []
        if not records:
            return self._tables(rows)
        is_stale = parse.version != fast.version
        table = fast.table(records) if is_stale and self._strict.is_between else parse.table
        parts: Iterable[tuple[bytes, pl.DataFrame | None]] = [(records, table)]
        if table is None and len(records) > 2 * PART:
            parts = ((part, fast.table(part) if self._strict.is_between else None) for part in self._parts(records))
        return [*self._tables(rows), *chain.from_iterable(self._read(part, table) for part, table in parts)]

    def close(self) -> "list[pl.DataFrame]":
        """Read the rest, and return one more table, perhaps an empty one. Raises BadReply unless the list is complete
        and well-formed.
        """
        self._fast = self._fast or self._new_fast()
        from tui_reseller.api.lists.tables import rows_of, table_of  # noqa: PLC0415 - polars is there by now

        rows = self._parse_strictly(self._held)
        return [table_of(self._layout, rows + rows_of(self._layout, self._strict.close()))]

    def _read(self, records: bytes, table: "pl.DataFrame | None") -> "list[pl.DataFrame]":
        """Return the table that records gave, if they can stand here, or parse them strictly."""
        assert self._fast is not None  # noqa: S101 - speculate() sees to it
        if table is not None and self._strict.is_between and self._fast.skip(records):
            return [table]
        return self._tables(self._parse_strictly(records))

    def _parts(self, records: bytes) -> Iterator[bytes]:
        """Yield a piece in parts, each of which ends as a record does."""
        at = 0
        while at < len(records):
            found = records.find(self._record_end, at + PART) + len(self._record_end)
            end = found if found > at else len(records)
            yield records[at:end]
            at = end

    def _parse_strictly(self, data: bytes) -> "list[Cells]":
        from tui_reseller.api.lists.tables import rows_of  # noqa: PLC0415 - polars is there by now

        assert self._fast is not None  # noqa: S101 - speculate() and close() see to it
        self.strict_bytes += len(data)
        rows: list[Cells] = []
        for at in range(0, len(data), SLICE):
            records = self._strict.feed(data[at : at + SLICE])
            self._fast.learn(records)
            rows += rows_of(self._layout, records)
            time.sleep(0)
        return rows

    def _tables(self, rows: "list[Cells]") -> "list[pl.DataFrame]":
        from tui_reseller.api.lists.tables import table_of  # noqa: PLC0415 - polars is there by now

        return [table_of(self._layout, rows)] if rows else []
