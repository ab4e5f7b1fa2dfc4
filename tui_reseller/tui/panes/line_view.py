"""A view on lines that scrolls, and paints again only what looks otherwise: bytes are what a thin line has least of."""

from rich.cells import cell_len
from rich.style import Style
from textual.events import Blur, DescendantBlur, DescendantFocus, Focus
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_reseller.tui.panes.anchored import AnchoredStrip, Parts, settled
from tui_reseller.tui.panes.kinds import KindStyles

KEPT = 500
"""Drawn lines that are kept; more than any screen has."""


def _differing(before: Strip, now: Strip, width: int) -> tuple[int, int]:
    """Return the first cell that looks otherwise, and the one behind the last."""
    old, new = _cells(before), _cells(now)
    if len(old) != len(new):
        return 0, width
    found = [at for at, pair in enumerate(zip(old, new, strict=True)) if pair[0] != pair[1]]
    if not found:
        return 0, width
    first, end = found[0], found[-1] + 1
    while first and (old[first][0] == "" or new[first][0] == ""):  # the second half of a wide character
        first -= 1
    while end < len(new) and (old[end][0] == "" or new[end][0] == ""):
        end += 1
    return first, min(end, width)


def _cells(strip: Strip) -> list[tuple[str, Style | None]]:
    """Return what stands in each cell, and how; the second cell of a wide character is empty."""
    found: list[tuple[str, Style | None]] = []
    for text, style, _ in strip:
        for char in text:
            size = 1 if char.isascii() else cell_len(char)
            if size:
                found += [(char, style), *[("", style)] * (size - 1)]
            elif found:
                found[-1] = (found[-1][0] + char, style)
    return found


class LineView(KindStyles, ScrollView):
    """Draws lines by number. A change of their number is no new layout of the screen, as it is elsewhere."""

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._strips: dict[int, Strip] = {}
        self._parts: dict[int, Parts] = {}
        self._painted: dict[int, Strip] = {}

    def has_parts(self, line: int, parts: Parts) -> None:
        """Say of a line that is being drawn that a text of disputed width stands in one of its parts."""
        self._parts[line] = parts

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return lines as they go to the terminal: in some it is told where parts begin. Behind a dialog, which may
        cover a part of them, nothing stands that could move what follows.
        """
        if len(self._strips) > KEPT:
            self._strips, self._parts = {}, {}
        strips = super().render_lines(crop)
        if not self._parts:
            return strips
        style, background = self.rich_style, self.background_colors[1]
        is_on_top, filters = self.app.screen is self.screen, self.get_line_filters()
        for at, y in enumerate(crop.line_range):
            parts = self._parts.get(self.line_at(y))
            if parts is None or crop.x:
                continue
            for each in filters:
                parts = [(cell, each.apply(list(what), background)) for cell, what in parts]
            row = next((segment.style for _, what in parts for segment in what if segment.style), style)
            width = crop.width
            strips[at] = AnchoredStrip(parts, self.region.x, width, row) if is_on_top else settled(parts, width, row)
        return strips

    def draw(self, line: int) -> Strip:
        """Draw a line."""
        raise NotImplementedError

    def set_lines(self, count: int) -> None:
        """Say how many lines there are."""
        self.virtual_size = Size(self.size.width, count)
        self._scroll_update(self.virtual_size)

    def render_line(self, y: int) -> Strip:
        """Return one line of the view, as drawn before if it was."""
        return self._strip(self.line_at(y))

    def line_at(self, y: int) -> int:
        """Return which line stands in a row of the view."""
        return y + self.scroll_offset.y

    def _strip(self, line: int) -> Strip:
        if line not in self._strips:
            self._parts.pop(line, None)
            # Neighbours of one style become one: each change of style costs 25 bytes on the wire.
            self._strips[line] = self.draw(line).simplify()
        return self._strips[line]

    def repaint(self) -> None:
        """Draw the lines in view again, and paint the cells that look otherwise."""
        width = self.size.width
        painted, self._strips, self._painted = {**self._painted, **self._strips}, {}, {}
        told = set(self._parts)
        changed = []
        for y in range(self.size.height):
            line = self.line_at(y)
            before, now = painted.get(line), self._strip(line)
            if before == now:
                continue
            # Where a line tells the terminal at which cells its parts begin, it is painted whole.
            is_whole = line in told or line in self._parts
            first, end = (0, width) if before is None or is_whole else _differing(before, now, width)
            changed.append(Region(first, y, end - first, 1))
        if changed:
            self.refresh(*changed)

    def repaint_line(self, line: int) -> None:
        """Draw and paint one line again."""
        self._strips.pop(line, None)
        self.refresh(Region(0, line - self.scroll_offset.y, self.size.width, 1))

    def redraw(self) -> None:
        """Draw and paint every line again."""
        self._strips, self._painted = {}, {}
        self.refresh()

    def on_focus(self, event: Focus) -> None:
        """The keys come here: lines that look otherwise are painted, not all of them."""
        event.prevent_default()
        self.has_focus = True
        self._tell(DescendantFocus(self))
        self.focus_changed()

    def on_blur(self, event: Blur) -> None:
        """The keys go elsewhere."""
        event.prevent_default()
        self.has_focus = False
        self._tell(DescendantBlur(self))
        self.focus_changed()

    def focus_changed(self) -> None:
        """Show whether keys come here."""
        self.repaint()

    def _tell(self, message: Message) -> None:
        if self.parent is not None:
            self.parent.post_message(message)

    def notify_style_update(self) -> None:
        """Other colours: nothing that was drawn is good any more; but it says what is on the screen."""
        self._painted, self._strips = {**self._painted, **self._strips}, {}
        super().notify_style_update()
