"""One row of the list as a strip: gutter, cells, what the filter found in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.note import Note
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.searching import find_folded
from tui_reseller.domain.switch import Switch
from tui_reseller.tui.panes.anchored import Parts
from tui_reseller.tui.presenters.rows import GUTTER, Column, cut, fit, spoken


class StyleOf(Protocol):
    """Returns the style of a component class; partial: only what it sets itself."""

    def __call__(self, name: str, *, partial: bool = False) -> Style:
        """Return a style."""


@dataclass(frozen=True, slots=True)
class RowMarks:
    """What is said of a row beside its customer. Is_left: the keys go elsewhere than to the list."""

    is_cursor: bool
    is_marked: bool
    needs_you: bool
    is_fresh: bool
    note: Note | None = None
    is_left: bool = False

    @property
    def gutter(self) -> str:
        """One character for each of the first four."""
        marks = ((self.is_cursor, ">"), (self.is_marked, "*"), (self.needs_you, "!"), (self.is_fresh, "~"))
        return "".join(character if holds else " " for holds, character in marks)[:GUTTER]


def row_parts(
    customer: Customer, marks: RowMarks, shown: Sequence[Column], words: Sequence[str], style_of: StyleOf
) -> Parts:
    """Return the gutter and the cells of a row, each where it begins; words are what the filter looks for."""
    name, rest, off = _styles(marks, style_of)
    parts: list[tuple[int, Sequence[Segment]]] = [(0, [Segment(marks.gutter, name)])]
    at = len(marks.gutter)
    for column in shown:
        text = fit(customer, column, marks.note)
        if column.is_switch and customer.switch(column.field) is Switch.OFF:
            word = text.rstrip()  # only the word is a chip under the cursor
            cell = [Segment(word, off), Segment(text[len(word) :], rest)]
        elif column.is_switch:
            cell = [Segment(text, rest)]
        else:
            cell = _matched(text, name if column.is_key else rest, words, style_of)
        parts.append((at, cell))
        at += column.width + 1
    return parts


def _styles(marks: RowMarks, style_of: StyleOf) -> tuple[Style, Style, Style]:
    """Return the styles of the name, of the other cells, and of a switch that is off. The cursor is a plane over all;
    marked rows are a plane, and a name in the colour of marks.
    """
    if marks.is_cursor:
        under = style_of("list--left" if marks.is_left else "list--cursor")
        return under, under, style_of("list--off-left" if marks.is_left else "list--off-cursor")
    name, rest = style_of("list--row"), style_of("list--soft")
    if marks.is_marked:
        plane = style_of("list--marked", partial=True)
        name, rest = name + plane + style_of("list--mark", partial=True), rest + plane
    return name, rest, rest + style_of("list--off", partial=True)


def row_strip(parts: Parts, width: int) -> Strip:
    """Return a row of cells in columns, a blank behind each."""
    (_, gutter), *cells = parts
    segments = [*gutter, *(segment for _, cell in cells for segment in (*cell, Segment(" ", cell[-1].style)))]
    return Strip(segments).adjust_cell_length(width, segments[-1].style)


def spoken_strip(provider: Provider, customer: Customer, marks: RowMarks, width: int, style: Style) -> Strip:
    """Return a row as a screen reader speaks it."""
    return Strip([Segment(cut(f"  {spoken_words_of(provider, customer, marks)}", width), style)], width)


def spoken_words_of(provider: Provider, customer: Customer, marks: RowMarks) -> str:
    """Return a customer with its marks as a screen reader speaks it."""
    return spoken(provider, customer, marks.note, is_marked=marks.is_marked, needs_you=marks.needs_you)


def _matched(text: str, style: Style, words: Sequence[str], style_of: StyleOf) -> list[Segment]:
    """Split a cell where a word of the filter stands in it."""
    for word in words:
        if found := find_folded(text, word):
            at, end = found
            match = style + style_of("list--match", partial=True)
            return [Segment(text[:at], style), Segment(text[at:end], match), Segment(text[end:], style)]
    return [Segment(text, style)]
