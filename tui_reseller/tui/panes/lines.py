"""The single lines of the main screen. Each paints itself again only if its text has changed."""

from collections.abc import Callable
from datetime import datetime

from rich.text import Text
from textual.strip import Strip
from textual.widget import Widget

from tui_reseller.domain.provider import Provider
from tui_reseller.tui.presenters.header import counts_line, header_line
from tui_reseller.tui.presenters.rows import NARROW, columns, title_line
from tui_reseller.tui.themes import BADGES, BADGES_16
from tui_reseller.tui.view_state import Note, ViewState


class Line(Widget):
    """One line of text without markup."""

    def __init__(self, text: str = "", *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._text = Text(text, no_wrap=True, overflow="ellipsis", end="")

    def put(self, text: Text) -> None:
        """Show a text, if it is another one."""
        if text.plain != self._text.plain or text.spans != self._text.spans or text.style != self._text.style:
            self._text = text
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the text. By way of a visual it would take as long as ten rows of the list (measured)."""
        console, width = self.app.console, self.size.width
        style = self.rich_style + console.get_style(self._text.style)
        if y:
            return Strip.blank(width, style)
        text = self._text.copy()
        text.truncate(width, overflow="ellipsis")
        if self.styles.text_align == "right":
            text.align("right", width)
        return Strip(text.render(console)).apply_style(style).adjust_cell_length(width, style)


def one_line(text: str = "") -> Text:
    """Return a text that is cut at the edge instead of wrapped."""
    return Text(text, no_wrap=True, overflow="ellipsis", end="")


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

    def show(self, state: ViewState, now: datetime) -> None:
        """Show the state."""
        self.fitted(lambda: self._fill(state, now))

    def _fill(self, state: ViewState, now: datetime) -> None:
        badge, rest = header_line(state, now, self.size.width or 80)
        badges = BADGES_16 if self.app.theme == "16" else BADGES
        text = one_line()
        text.append(badge, style="bold reverse" if self.app.no_color else badges.get(state.colour, "bold reverse"))
        text.append(rest, style="bold" if state.trouble or state.needs_you_count else "")
        self.put(text)


class FilterLine(Line):
    """Counts, or what is wrong with the filter."""

    def show(self, state: ViewState) -> None:
        """Show the state."""
        text = one_line()
        if state.filter_note:
            text.append(f"{state.filter_note}   ", style="bold")
        text.append(counts_line(state))
        self.put(text)


class TitleLine(FittedLine):
    """Titles of the columns."""

    def __init__(self, provider: Provider, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.provider = provider

    def show(self, state: ViewState) -> None:
        """Show the state."""
        self.fitted(lambda: self._fill(state))

    def _fill(self, state: ViewState) -> None:
        width = self.size.width or 80
        narrow, noted = self.app.size.width < NARROW, len(state.notes) > 0
        shown = columns(self.provider, width, state.columns, narrow=narrow, noted=noted)
        self.put(Text(title_line(shown, state.sort, descending=state.descending), style="bold", no_wrap=True, end=""))


class MessageLine(Line):
    """The last thing said to the operator."""

    def show(self, note: Note) -> None:
        """Show a note."""
        for kind in ("good", "bad", "warning"):
            self.set_class(note.kind == kind, f"-{kind}")
        prefix = {"bad": "x ", "warning": "! "}.get(note.kind, "  " if note.text else "")
        self.put(one_line(prefix + note.line))


class FooterLine(Line):
    """Six keys."""

    def show(self, keys: list[tuple[str, str]], *, narrow: bool) -> None:
        """Show keys and their words."""
        text = one_line(" ")
        for key, words in keys:
            text.append(key, style="bold")
            text.append(f" {words}{'  ' if narrow else '   '}")
        self.put(text)
