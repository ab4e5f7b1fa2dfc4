"""A plot of figures as lines of text: the same on the screen and from the command. Pure.

A column is a bar of `#`; what the period before had at its place is a `-`, or a `=` where the bar is at least as high.
Where the line below is broken nothing was told: that is a gap and no zero. Every sign is ASCII, so that it is one cell
wide on every terminal and can be read to somebody.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tui_reseller.domain.usage import means

BAR, BEFORE, BOTH, GAP = "#", "-", "=", " "
SCALE = 7
"""Cells of the numbers at the left, with the line beside them."""
WIDEST_BAR = 6
LEGENDS = (f"   {BAR} now  {BEFORE} before  {BOTH} both", f"  {BAR} now {BEFORE} before")
"""What the signs mean, the longer one where there is room."""


@dataclass(frozen=True, slots=True)
class Plot:
    """What is drawn: a figure for each label, None where there is none, and what the period before had at its place."""

    title: str
    labels: Sequence[str]
    values: Sequence[int | None]
    before: Sequence[int | None] = ()


def plotted(plot: Plot, width: int, height: int) -> list[str]:
    """Return a plot as lines of at most *width* cells: a title, *height* rows, a line with the gaps, and the labels.

    Width is at least 20, height at least 2. Where there are more figures than cells, some share a column.
    """
    room = max(20, width) - SCALE
    now, shared = means(plot.values, room)
    before, _ = means(plot.before, room) if len(plot.before) == len(plot.values) else ([None] * len(now), 1)
    each = max(1, min(WIDEST_BAR, room // max(1, len(now))))
    top = nice_top(max((value for value in (*now, *before) if value is not None), default=0))
    steps = [_step(value, top, height) for value in now]
    marks = [_step(value, top, height) for value in before]
    title = plot.title + (f"   (means of {shared})" if shared > 1 else "")
    if any(marks):
        title += next((legend for legend in LEGENDS if len(title) + len(legend) <= width), "")
    lines = [title[:width]]
    for row in range(height, 0, -1):
        cells = "".join(_column(_sign(step, mark, row), each) for step, mark in zip(steps, marks, strict=True))
        lines.append(f"{_scale(row, height, top):>{SCALE - 2}} |{cells}".rstrip())
    ground = "".join((GAP if value is None else "-") * each for value in now)
    lines.append(f"{'0':>{SCALE - 2}} +{ground}".rstrip())
    lines.append((" " * SCALE + _labels(plot.labels[::shared], each, room)).rstrip())
    return lines


def nice_top(largest: float) -> int:
    """Return the end of a scale: 1, 2 or 5 with zeros, at least the largest figure."""
    top = 1
    while True:
        for step in (1, 2, 5):
            if largest <= top * step:
                return top * step
        top *= 10


def short_number(value: float) -> str:
    """Return a number in at most five cells."""
    for size, letter in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")):
        if value >= size:
            return f"{value / size:.4g}"[:4].rstrip(".") + letter
    return f"{value:.4g}"


def _step(value: float | None, top: int, height: int) -> int:
    """Return how many rows a figure takes; what is not nothing takes one at least."""
    return max(1, round(value / top * height)) if value else 0


def _sign(step: int, mark: int, row: int) -> str:
    if row == mark:
        return BOTH if step >= row else BEFORE
    return BAR if step >= row else GAP


def _column(sign: str, each: int) -> str:
    return sign * each if each == 1 else sign * (each - 1) + GAP


def _scale(row: int, height: int, top: int) -> str:
    """Return the number beside a row: at the top, and in the middle where that is a row."""
    return short_number(top * row / height) if row == height or row * 2 == height else ""


def _labels(labels: Sequence[str], each: int, room: int) -> str:
    """Return as many labels as stand beside each other, each below its column."""
    line, free = "", 0
    for at, label in enumerate(labels):
        place = at * each
        if place >= free and place + len(label) <= room:
            line += " " * (place - len(line)) + label
            free = place + len(label) + 1
    return line
