"""The single lines of the main screen. Each paints itself again only if its text has changed."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import accumulate

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.message import Message
from textual.strip import Strip

from tui_reseller.domain.provider import Provider
from tui_reseller.tui.panes.kinds import KindStyles
from tui_reseller.tui.presenters.commands import FooterKey
from tui_reseller.tui.presenters.header import badge_words, counts_parts, header_parts
from tui_reseller.tui.presenters.outcome import COPY_HINT
from tui_reseller.tui.presenters.parts import Part, apart, cells_of, cropped, text_of
from tui_reseller.tui.presenters.rows import GUTTER, NARROW, Column, columns, is_narrow, title_parts
from tui_reseller.tui.themes import BADGES, BADGES_16, SIXTEEN
from tui_reseller.tui.view_state import Hint, Note, ViewState

BADGE = "badge"
"""The kind of the one part whose colour is the operator's."""
WHOLE = Hint("m", "all of it")
"""The way to a sentence that is cut."""
SIGNS = {"bad": " x ", "warning": " ! "}
"""What stands before a sentence that has no chip of its own."""


class Line(KindStyles):
    """One line of texts of several kinds, without markup; what does not fit is cut."""

    COMPONENT_CLASSES = {
        "line--soft", "line--strong", "line--key", "line--mark", "line--off", "line--sorted",
        "line--chip-info", "line--chip-off", "line--chip-danger",
    }  # fmt: skip

    def __init__(self, text: str = "", *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._content: Sequence[Part] = ((text, ""),)

    @property
    def text(self) -> str:
        """What it says."""
        return text_of(self._content)

    def put(self, parts: Sequence[Part]) -> None:
        """Show parts, if they are others."""
        if tuple(parts) != self._content:
            self._content = tuple(parts)
            self.refresh()

    def style_of_part(self, kind: str) -> Style:
        """Return how a part looks, on the line's own plane."""
        return self.style_of(f"line--{kind}", partial=True) if kind else Style.null()

    def render_line(self, y: int) -> Strip:
        """Return the text. By way of a visual it would take as long as ten rows of the list (measured)."""
        width, own = self.size.width, self.rich_style
        if y:
            return Strip.blank(width, own)
        strip = Strip([Segment(text, own + self.style_of_part(kind)) for text, kind in self._content])
        if strip.cell_length > width:
            strip = Strip([*strip.crop(0, max(width - 1, 0)), Segment("…", own)])
        elif self.styles.text_align == "right":
            strip = Strip([Segment(" " * (width - strip.cell_length), own), *strip])
        return strip.adjust_cell_length(width, own)


class FittedLine(Line):
    """A line whose text depends on its width."""

    fill: Callable[[], None] | None = None

    def fitted(self, fill: Callable[[], None]) -> None:
        """Put a text by a function, and again at every other width: a dialog may be open when the terminal changes."""
        self.fill = fill
        fill()

    def on_resize(self) -> None:
        """Another width wants another text."""
        if self.fill is not None:
            self.fill()


class HeaderLine(FittedLine):
    """Badge, profile, host, how true the list is, what needs you."""

    colour = "blue"

    def show(self, state: ViewState, now: datetime) -> None:
        """Show the state."""
        self.colour = state.colour
        self.fitted(lambda: self._fill(state, now))

    def _fill(self, state: ViewState, now: datetime) -> None:
        badge = badge_words(state)
        self.put([(badge, BADGE), *header_parts(state, now, (self.size.width or 80) - cell_len(badge))])

    def style_of_part(self, kind: str) -> Style:
        """The badge has the colour that the operator gave it."""
        if kind != BADGE:
            return super().style_of_part(kind)
        badges = BADGES_16 if self.app.theme == SIXTEEN else BADGES
        words = "bold reverse" if self.app.no_color else badges.get(self.colour, "bold reverse")
        return self.app.console.get_style(words)


class FilterLine(FittedLine):
    """Counts, or what is wrong with the filter."""

    def show(self, state: ViewState, *, plain: bool = False) -> None:
        """Show the state."""
        self.fitted(lambda: self.put(counts_parts(state, self.size.width, plain=plain)))


class TitleLine(FittedLine):
    """Titles of the columns."""

    def __init__(self, provider: Provider, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.provider = provider
        self._columns: tuple[Column, ...] = ()

    class Clicked(Message):
        """The title of a column was clicked."""

        def __init__(self, field: str) -> None:
            super().__init__()
            self.field = field

    def show(self, state: ViewState) -> None:
        """Show the state."""
        self.fitted(lambda: self._fill(state))

    def _fill(self, state: ViewState) -> None:
        width = self.size.width or 80
        narrow, noted = is_narrow(self.app.size.width, is_edited=state.edited), len(state.notes) > 0
        shown = columns(self.provider, width, state.columns, narrow=narrow, noted=noted, hidden=state.untold)
        self._columns = shown
        self.put(title_parts(shown, state.sort, descending=state.descending))

    def on_click(self, event: Click) -> None:
        """A title sorts."""
        at, ends = event.x - GUTTER, accumulate(column.width + 1 for column in self._columns)
        column = next((column for column, end in zip(self._columns, ends, strict=True) if 0 <= at < end), None)
        if column is not None:
            self.post_message(self.Clicked(column.field))


class MessageLine(FittedLine):
    """The last thing said to the operator. Where it is long, its sentence is cut, not the key that comes next."""

    CHIPS = {"good": "chip-info", "bad": "chip-danger", "warning": "chip-off"}

    def show(self, note: Note) -> None:
        """Show a note: an outcome or a sign as a chip, the sentence, what can be done now."""
        self.fitted(lambda: self._fill(note))

    def _fill(self, note: Note) -> None:
        kind, width = self.CHIPS.get(note.kind, ""), self.size.width or 80
        sign = f" {note.chip} " if note.chip else SIGNS.get(note.kind, " " if note.text else "")
        head, tail = [(sign, kind), (f" {note.text}", "")], _hint_parts(note.hints)
        if cells_of([*head, *tail]) > width:
            tail = _hint_parts([hint for hint in note.hints if hint != COPY_HINT][:1])
        if not tail and cells_of(head) > width:
            tail = _hint_parts([WHOLE])
        self.put([*cropped(head, max(width - cells_of(tail), width // 2)), *tail])


def _hint_parts(hints: Sequence[Hint]) -> list[Part]:
    return [part for hint in hints for part in ((f"   {hint.key}", "key"), (f" {hint.words}", "soft"))]


class FooterLine(Line):
    """Six keys; where they do not fit, the last stays."""

    keys: Sequence[FooterKey] = ()
    gap = 3

    class Clicked(Message):
        """A key was clicked: do its command."""

        def __init__(self, command: str) -> None:
            super().__init__()
            self.command = command

    def show(self, keys: Sequence[FooterKey], *, width: int) -> None:
        """Show keys and their words in a width."""
        self.gap = 2 if width < NARROW else 3
        while len(keys) > 1 and 1 + sum(len(key.line) + self.gap for key in keys) - self.gap > width:
            keys = [*keys[:-2], keys[-1]]
        self.keys = keys
        self.put([(" ", ""), *apart([[(key.key, "key"), (f" {key.words}", "soft")] for key in keys], " " * self.gap)])

    def on_click(self, event: Click) -> None:
        """A key that is clicked acts."""
        ends = accumulate(len(key.line) + self.gap for key in self.keys)
        key = next((key for key, end in zip(self.keys, ends, strict=True) if 0 <= event.x - 1 < end), None)
        if key is not None and key.command:
            self.post_message(self.Clicked(key.command))
