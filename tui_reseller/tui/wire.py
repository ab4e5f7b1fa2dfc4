"""What a painting is on the line to the terminal: of a style is said what changes, of a place what the cursor does not
reach by itself, and of what stands there already nothing. The screen library says all of it for every piece of text,
and paints a screen several times while it opens.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console
from textual._compositor import CompositorUpdate

from tui_reseller.domain.cells import is_disputed

_SAID = re.compile(r"\x1b\[(?:([\d;]*)m|(\d+);(\d+)H|(\d+)G|(\d+)X)|\n")
"""A style, the two moves, cells that are blanked, and the next line, in which nothing stands without a move."""
_OFF = {"weight": "22", "3": "23", "4": "24", "5": "25", "7": "27", "8": "28", "9": "29", "fg": "39", "bg": "49"}
"""What ends a part of a style."""
_NUMBERS = {"5": 3, "2": 5}
"""How many numbers a colour takes whose first is 38 or 48, by its second: of a palette, or by red, green and blue."""
_COLOURS = {"fg": {*range(30, 40), *range(90, 98)}, "bg": {*range(40, 50), *range(100, 108)}}
_COLOURED = {"4", "7", "9"}
_DRAWN = re.compile("[\u2500-\u259f]")
"""Rules and bars of our own. Some terminals give them two cells: what follows is put where it belongs."""
_STYLES = 4096
"""So many changes of style are kept; there are some hundreds."""


class _Piece(NamedTuple):
    """A text on the terminal, with the cell behind it."""

    end: int
    style: str
    text: str


class Wire:
    """The line to one terminal. It knows by lines which pieces of text stand there, from which cell on; 1 is the first
    line, and the first cell.
    """

    def __init__(self) -> None:
        self.pieces: dict[int, dict[int, _Piece]] = {}

    def forget(self) -> None:
        """Something else may have written to the terminal: nothing is known to stand there."""
        self.pieces.clear()

    def spared(self, painting: str) -> str:
        """Return what paints the same with fewer bytes. It begins and ends in the terminal's own style."""
        pen = _Pen(self.pieces)
        end = 0
        for said in _SAID.finditer(painting):
            if said.start() > end:
                pen.text(painting[end : said.start()])
            end = said.end()
            style, line, column, across, blanks = said.groups()
            if style is not None:
                pen.style = "" if style == "0" else style
            elif line is not None:
                pen.at = int(line), int(column)
            elif across is not None:
                pen.at = pen.at[0], int(across)
            elif blanks is not None:
                pen.blanks(int(blanks))
        if end < len(painting):
            pen.text(painting[end:])
        return pen.ended()


class SparingUpdate(CompositorUpdate):
    """A painting of the screen library, as it goes over a wire."""

    def __init__(self, update: CompositorUpdate, wire: Wire) -> None:
        self.update = update
        self.wire = wire

    def render_segments(self, console: Console) -> str:
        """Return what is written."""
        return self.wire.spared(self.update.render_segments(console))


class _Pen:
    """Writes a painting. At is where the next text belongs, and style how it looks; where the terminal's cursor is and
    which style it has may be others. Line and cell are 0 where nobody knows them.
    """

    def __init__(self, pieces: dict[int, dict[int, _Piece]]) -> None:
        self.at = (0, 0)
        self.style = ""
        self._pieces = pieces
        self._loose: set[int] = set()
        self._cursor = (0, 0)
        self._has = ""
        self._written: list[str] = []

    def text(self, text: str) -> None:
        """Write a text, unless it stands there. Behind one of disputed width nobody knows where the cursor is, nor what
        is left of that line.
        """
        line, column = self.at
        undrawn = text if text.isascii() else _DRAWN.sub("", text)
        if is_disputed(undrawn):
            self._write(text, self.style)
            self._pieces.pop(line, None)
            self._loose.add(line)
            self.at = self._cursor = (0, 0)
            return
        end = column + (len(text) if text.isascii() else cell_len(text))
        style = self.style if text.strip(" ") else _plane(self.style)
        piece = _Piece(end, style, text)
        if not self._stands(line, column, piece):
            self._write(text, style)
            self._covers(line, column, end)
            if line and column and line not in self._loose:
                self._pieces[line][column] = piece
            self._cursor = (line, end) if column and len(undrawn) == len(text) else (0, 0)
        self.at = line, (end if column else 0)

    def blanks(self, count: int) -> None:
        """Blank cells; the cursor stays."""
        self._write(f"\x1b[{count}X", self.style)
        self._covers(*self.at, self.at[1] + count)

    def ended(self) -> str:
        """Return all that was written."""
        return "".join([*self._written, _change(self._has, "")])

    def _stands(self, line: int, column: int, piece: _Piece) -> bool:
        """Whether a piece is there, by itself or within another one."""
        there = self._pieces.get(line)
        if not there or there.get(column) == piece:
            return bool(there)
        if not piece.text.isascii():
            return False
        for start, (end, style, text) in there.items():
            if start <= column and piece.end <= end and style == piece.style and text.isascii():
                return text.startswith(piece.text, column - start)
        return False

    def _covers(self, line: int, start: int, end: int) -> None:
        """Forget the pieces of which something was written over."""
        there = self._pieces.get(line, {})
        self._pieces[line] = {at: piece for at, piece in there.items() if at >= end or piece.end <= start}

    def _write(self, what: str, style: str) -> None:
        if self.at != self._cursor:
            line, column = self.at
            is_across = line == self._cursor[0]
            self._written.append(f"\x1b[{column}G" if is_across else f"\x1b[{line};{column}H")
            self._cursor = self.at
        if style != self._has and (what.strip(" ") or style != _plane(self._has)):
            self._written.append(_change(self._has, style))
            self._has = style
        self._written.append(what)


@lru_cache(_STYLES)
def _plane(style: str) -> str:
    """Return what is seen of a style where there is no letter: a colour of letters is none of it, unless it is that of
    the cell (reverse) or of a line (underlined, struck).
    """
    parts = _parts(style)
    if parts.keys() & _COLOURED:
        return style
    return ";".join(numbers for part, numbers in parts.items() if part not in {"fg", "weight", "3"})


@lru_cache(_STYLES)
def _change(before: str, after: str) -> str:
    """Return the sequence that makes one style of another: what differs, or, where that is shorter, all anew."""
    if before == after:
        return ""
    old, new = _parts(before), _parts(after)
    ends = {part for part in old if part not in new or (part == "weight" and old[part] != new[part])}
    changed = [numbers for part, numbers in new.items() if part in ends or old.get(part) != numbers]
    anew = f"0;{after}".rstrip(";")
    if ends <= _OFF.keys():
        anew = min(anew, ";".join([*(_OFF[part] for part in sorted(ends)), *changed]), key=len)
    return f"\x1b[{anew}m"


def _parts(style: str) -> dict[str, str]:
    """Return the numbers of a style by what they are: fg, bg, the weight (bold, dim), else the number itself."""
    found: dict[str, str] = {}
    numbers = style.split(";") if style else []
    while numbers:
        first = numbers[0]
        count = _NUMBERS.get(numbers[1], 1) if first in {"38", "48"} and len(numbers) > 1 else 1
        words, numbers = ";".join(numbers[:count]), numbers[count:]
        part = next((name for name, known in _COLOURS.items() if int(first) in known), first)
        if first in {"1", "2"}:
            part, words = "weight", ";".join(filter(None, (found.get("weight"), words)))
        found[part] = words
    return found
