"""Rows laid out in columns by what a terminal shows of them. Pure."""

import unicodedata
from collections.abc import Collection, Sequence

from tui_reseller.domain.cells import as_fits, is_disputed, most_cells

GAP = "  "
NARROWEST = 6
READABLE = 16
"""A column is given so many cells before another one is begun beside it."""
_ZERO_WIDTH = frozenset({"Mn", "Me", "Cf"})


def display_width(text: str) -> int:
    """Return how many cells a cleaned text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(_cells(char) for char in text)


def _cells(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in _ZERO_WIDTH:
        return 0
    if "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7ff":
        return 0  # vowels and finals of Hangul: part of the syllable before them
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def truncate(text: str, width: int) -> str:
    """Return text that takes at most *width* cells, with an ellipsis where something is missing."""
    if display_width(text) <= width:
        return text
    shown, taken = "", 0
    for char in text:
        taken += _cells(char)
        if taken > width - 1:
            break
        shown += char
    return shown + "…"


def format_table(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int | None,
    *,
    whole: Collection[str] = (),
    anchors: bool = False,
) -> list[str]:
    """Return the lines of a table, cut to *width* cells; None leaves them as wide as they are.

    With anchors a terminal is told where each cell begins, in rows with a text of which terminals disagree how wide it
    is. One that is too wide for the terminal has none: they would be on another line.

    Columns that are to be whole are never cut, also if the lines get too long for that. Others for which there is no
    room are left out, from the right: fewer that can be read serve better than all.
    """
    widths = [display_width(head) for head in heads]
    for row in rows:
        widths = [max(known, _room_for(cell)) for known, cell in zip(widths, row, strict=True)]
    if width is not None:
        kept = [head in whole for head in heads]
        widths = _shrunk(widths[: _columns_with_room(widths, kept, width)], kept, width)
        width = max([width, *(own for own, is_whole in zip(widths, kept, strict=False) if is_whole)])
    fits = width is not None and sum(widths) + len(GAP) * (len(widths) - 1) <= width
    return [
        _anchored(row, widths) if anchors and fits and any(map(is_disputed, row)) else _line(row, widths, width)
        for row in (found[: len(widths)] for found in (heads, *rows))
    ]


def _room_for(cell: str) -> int:
    return most_cells(cell) if is_disputed(cell) else display_width(cell)


def _columns_with_room(widths: Sequence[int], kept: Sequence[bool], width: int) -> int:
    taken = 0
    for count, natural in enumerate(widths):
        taken += (natural if kept[count] else min(natural, READABLE)) + (len(GAP) if count else 0)
        if taken > width:
            return max(1, count)
    return len(widths)


def _shrunk(widths: list[int], kept: Sequence[bool], width: int) -> list[int]:
    """Take cells from the widest column that may give any until all fit, or until none can."""
    widths = list(widths)
    giving = [at for at in range(len(widths)) if not kept[at]]
    over = sum(widths) + len(GAP) * (len(widths) - 1) - width
    while over > 0 and giving and (most := max(widths[at] for at in giving)) > NARROWEST:
        widths[next(at for at in giving if widths[at] == most)] -= 1
        over -= 1
    return widths


def _anchored(row: Sequence[str], widths: Sequence[int]) -> str:
    line, at = "", 0
    for cell, room in zip(row, widths, strict=True):
        line += (f"\x1b[{at + 1}G" if at else "") + (as_fits(cell, room) if is_disputed(cell) else truncate(cell, room))
        at += room + len(GAP)
    return line


def _line(row: Sequence[str], widths: Sequence[int], width: int | None) -> str:
    cells = [truncate(cell, room) for cell, room in zip(row, widths, strict=True)]
    padded = (cell + " " * (room - display_width(cell)) for cell, room in zip(cells, widths, strict=True))
    line = GAP.join(padded).rstrip()
    return line if width is None else truncate(line, width)
