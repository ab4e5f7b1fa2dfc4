"""Records in the pages of a damaged database, read without SQLite.

The layout is that of "Database File Format" (sqlite.org/fileformat2.html): section 1.6 b-tree pages, 2.1 records,
1.6 overflow chains, 4.1 the write-ahead log. Nothing here trusts a byte: what does not fit is left out.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

Value = int | float | str | bytes | None
MAGIC = b"SQLite format 3\0"
_HEADER = 100
_TABLE_LEAF = 13
_LONGEST = 64 * 1024 * 1024
"""No payload of ours is longer."""
_INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
_WAL_HEADER, _FRAME_HEADER = 32, 24


class Record(NamedTuple):
    """A row of a table, with its row number."""

    number: int
    values: tuple[Value, ...]


class Pages:
    """The pages of a database and of its write-ahead log, as far as they are there."""

    def __init__(self, database: bytes, log: bytes, size: int) -> None:
        self._size = size
        self._main = {at // size + 1: database[at : at + size] for at in range(0, len(database), size)}
        self._logged = [*_frames(log, size)]
        self._newest: Mapping[int, bytes] = dict(self._logged)

    def records(self) -> Iterator[Record]:
        """Return every record of every leaf of a table; the same row may come more than once."""
        for number, page in (*self._main.items(), *self._logged):
            yield from self._records_in(page.ljust(self._size, b"\0"), _HEADER if number == 1 else 0)

    def _records_in(self, page: bytes, start: int) -> Iterator[Record]:
        if page[start] != _TABLE_LEAF:
            return
        (cells,) = struct.unpack_from(">H", page, start + 3)
        for index in range(min(cells, (self._size - start - 8) // 2)):
            (at,) = struct.unpack_from(">H", page, start + 8 + 2 * index)
            record = self._record(page, at)
            if record is not None:
                yield record

    def _record(self, page: bytes, at: int) -> Record | None:
        try:
            length, at = _varint(page, at)
            number, at = _varint(page, at)
            if not 0 < length <= _LONGEST:
                return None
            return Record(number, _values(self._payload(page, at, length)))
        except (IndexError, struct.error, UnicodeDecodeError, ValueError):
            return None

    def _payload(self, page: bytes, at: int, length: int) -> bytes:
        """Return what a cell holds, with what it has put on other pages (1.6: U, X, M and K)."""
        usable = self._size
        if length <= usable - 35:
            return page[at : at + length]
        least = (usable - 12) * 32 // 255 - 23
        kept = least + (length - least) % (usable - 4)
        if kept > usable - 35:
            kept = least
        found = bytearray(page[at : at + kept])
        (following,) = struct.unpack_from(">I", page, at + kept)
        seen = set[int]()
        while len(found) < length:
            more = self._newest.get(following) or self._main.get(following)
            if more is None or following in seen:
                raise ValueError("the chain is broken")
            seen.add(following)
            (following,) = struct.unpack_from(">I", more)
            found += more[4 : 4 + length - len(found)]
        return bytes(found)


def page_sizes(database: bytes) -> Sequence[int]:
    """Return the size that a header states; without a header all that SQLite knows, the usual one first."""
    known = (4096, 1024, 2048, 8192, 16384, 32768, 65536, 512)
    if database.startswith(MAGIC) and len(database) >= _HEADER:
        (stated,) = struct.unpack_from(">H", database, 16)
        stated = 65536 if stated == 1 else stated
        if stated in known:
            return (stated,)
    return known


def _frames(log: bytes, size: int) -> Iterator[tuple[int, bytes]]:
    """Return number and content of the pages of a write-ahead log, those too that SQLite would no longer take."""
    for at in range(_WAL_HEADER, len(log) - _FRAME_HEADER - size + 1, _FRAME_HEADER + size):
        (number,) = struct.unpack_from(">I", log, at)
        yield number, log[at + _FRAME_HEADER : at + _FRAME_HEADER + size]


def _values(payload: bytes) -> tuple[Value, ...]:
    """Read a record (2.1): a header of types, then the values."""
    header, at = _varint(payload, 0)
    kinds = list[int]()
    while at < header:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    found = list[Value]()
    for kind in kinds:
        if kind >= 12 and (kind - 12) // 2 > len(payload):
            raise ValueError("a value longer than its record")
        length, value = _value(payload, header, kind)
        header += length
        found.append(value)
    if header != len(payload):
        raise ValueError("a record of another length")
    return tuple(found)


def _value(payload: bytes, at: int, kind: int) -> tuple[int, Value]:
    if kind == 0:
        return 0, None
    if kind in _INTEGER_BYTES:
        length = _INTEGER_BYTES[kind]
        return length, int.from_bytes(payload[at : at + length], "big", signed=True)
    if kind == 7:
        return 8, struct.unpack_from(">d", payload, at)[0]
    if kind in {8, 9}:
        return 0, kind - 8
    if kind < 12:
        raise ValueError("a kind that is reserved")
    length = (kind - 12) // 2
    content = payload[at : at + length]
    return length, content.decode("ascii") if kind % 2 else content


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """Read a variable-length integer; return it with the place behind it."""
    value = 0
    for index in range(9):
        byte = content[at + index]
        if index == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + index + 1
    raise ValueError("no integer")
