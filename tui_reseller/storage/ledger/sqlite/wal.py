"""Is the write-ahead log of the ledger whole? SQLite ends it silently at the first frame that does not fit, and
overwrites what is behind it: rows that were promised would be gone (L10, L17).

Format and checksums: "Database File Format" 4.1, 4.2 (sqlite.org/fileformat2.html).
"""

import struct
from pathlib import Path

_HEADER, _FRAME = 32, 24
_MAGICS = (0x377F0682, 0x377F0683)
_ATTEMPTS = 3
_MASK = 0xFFFFFFFF


def why_not_whole(log: Path) -> str:
    """Return what speaks against a log, or nothing. Raises OSError.

    A frame that does not fit is what a power loss leaves of the last transaction, which was never reported as durable.
    It is damage if two transactions end there or later: the second began only after the first was safe on the disk.
    """
    found = ""
    for _attempt in range(_ATTEMPTS):
        try:
            content = log.read_bytes()
        except FileNotFoundError:
            return ""
        found = _check(content)
        if not found:
            return ""
        # Another process may have begun the log anew while it was read: then read it again.
    return found


def _check(content: bytes) -> str:
    if len(content) < _HEADER + _FRAME:
        return ""
    magic, _version, size = struct.unpack_from(">III", content)
    if magic not in _MAGICS or not 512 <= size <= 65536:
        return "its write-ahead log has lost its header"
    order = ">" if magic & 1 else "<"
    sums = _summed((0, 0), content[:24], order)
    if sums != struct.unpack_from(">II", content, 24):
        return "the header of its write-ahead log is damaged"
    is_broken, ends = False, 0
    for at in range(_HEADER, len(content) - _FRAME - size + 1, _FRAME + size):
        if content[at + 8 : at + 16] != content[16:24] and not is_broken:
            is_broken = True  # the end, or a frame whose marks were damaged
        if not is_broken:
            sums = _summed(sums, content[at : at + 8], order)
            sums = _summed(sums, content[at + _FRAME : at + _FRAME + size], order)
            is_broken = sums != struct.unpack_from(">II", content, at + 16)
        if is_broken and content[at + 8 : at + 16] == content[16:24]:
            ends += content[at + 4 : at + 8] != bytes(4)
    return "its write-ahead log is damaged in the middle" if ends >= 2 else ""


def _summed(sums: tuple[int, int], content: bytes, order: str) -> tuple[int, int]:
    one, two = sums
    for first, second in struct.iter_unpack(f"{order}II", content):
        one = one + first + two & _MASK
        two = two + second + one & _MASK
    return one, two
