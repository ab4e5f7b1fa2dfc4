"""A line in which the terminal itself is told where each part begins: what stands before may be of any width."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from rich.cells import cell_len
from rich.segment import ControlCode, ControlType, Segment
from rich.style import Style
from textual.strip import Strip

from tui_reseller.domain.cells import fitting, is_disputed, most_cells

Parts: TypeAlias = Sequence[tuple[int, Sequence[Segment]]]
"""Parts of a line, each with the cell at which it begins."""
_MOVES: Sequence[ControlCode] = ((ControlType.CURSOR_MOVE_TO_COLUMN, 0),)
"""Marks a segment that takes no cells."""
STANDS_FOR = "·"


class AnchoredStrip(Strip):
    """A line that begins at a column of the screen, left. It is blanked first, since what a part does not cover would
    stay from before; in the end the cursor is behind it, where the next pane's line begins.

    Cut by a scroll bar or a dialog, its beginning is such a line again; in the rest dots stand for what may be of any
    width. The library itself takes moves for text where it cuts.
    """

    __slots__ = ("_left", "_parts", "_style")

    def __init__(self, parts: Parts, left: int, width: int, style: Style) -> None:
        segments = [Segment(f"\x1b[{left + 1}G\x1b[{width}X", style, _MOVES)]
        for (at, what), room in zip(parts, _rooms(parts, width), strict=True):
            segments += [_to(left + at), *_within(what, room)]
        super().__init__([*segments, _to(left + width)], width)
        self._parts, self._left, self._style = parts, left, style

    def crop(self, start: int, end: int | None = None) -> Strip:
        """Return a stretch of it."""
        width = self.cell_length
        end = width if end is None else min(width, end)
        if start:
            return settled(self._parts, width, self._style).crop(start, end)
        if end == width:
            return self
        kept = [(at, list(Strip(what).crop(0, end - at))) for at, what in self._parts if at < end]
        return AnchoredStrip(kept, self._left, end, self._style)

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """Return the stretches between cells."""
        ends = [cut for cut in cuts if cut <= self.cell_length]
        behind = settled(self._parts, self.cell_length, self._style).divide(ends)[1:]
        return [self.crop(0, ends[0]), *behind] if ends else []


def _rooms(parts: Parts, width: int) -> list[int]:
    """Return how many cells each part has up to the next one, or to the end."""
    ends = [*(at for at, _ in parts[1:]), width]
    return [max(end - at, 0) for (at, _), end in zip(parts, ends, strict=True)]


def _within(segments: Sequence[Segment], room: int) -> Iterator[Segment]:
    """Yield as much of a part as no terminal shows beyond its room, where it would be over the next pane or wrap to the
    next line. Blanks at its end are there already, and would be too many where the text is wider than thought.
    """
    if not any(is_disputed(text) for text, _, _ in segments):
        yield from segments
        return
    for at, (text, style, control) in enumerate(segments):
        kept = fitting(text.rstrip(" ") if at == len(segments) - 1 else text, room)
        room -= most_cells(kept)
        yield Segment(kept, style, control)


def _to(column: int) -> Segment:
    """Return a move; of a style of its own, since neighbours of one style become one, which takes cells."""
    return Segment(f"\x1b[{column + 1}G", Style(), _MOVES)


def settled(parts: Parts, width: int, style: Style) -> Strip:
    """Return a line that can be cut anywhere: dots stand for what may be of any width."""
    strips = []
    for (_, what), room in zip(parts, _rooms(parts, width), strict=True):
        segments = [Segment("".join(map(_settled, text)), look) for text, look, _ in what]
        strips.append(Strip(segments).adjust_cell_length(room, style))
    return Strip.join(strips).adjust_cell_length(width, style)


def _settled(char: str) -> str:
    return STANDS_FOR * cell_len(char) if is_disputed(char) else char
