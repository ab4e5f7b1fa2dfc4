"""The help: a map of keys, and, as soon as something is typed, the list of commands that it means."""

from collections.abc import Iterable, Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from tui_reseller.tui.dialogs.page import Page, Ranked
from tui_reseller.tui.dialogs.whole_line import WholeLine
from tui_reseller.tui.host import Speaks
from tui_reseller.tui.presenters.help_map import Group, lines, top_lines
from tui_reseller.tui.presenters.parts import Part

THREE_FROM = 100
"""From this width on the map has three columns."""
LOOKS = {"key": "bold $key", "head": "bold underline", "soft": "$soft", "off": "bold $off", "value": "$foreground"}


def _content(line: Iterable[Part]) -> Content:
    return Content.assemble(*((text, LOOKS.get(kind, "")) for text, kind in line))


class HelpPage(Page):
    """Returns the id of the command on which Enter was pressed; on the map Enter does nothing."""

    def __init__(
        self,
        title: str,
        rows: Sequence[tuple[str, str]],
        found: Sequence[Group],
        *,
        ranked: Ranked,
        reasons: Sequence[str] = (),
    ) -> None:
        hint = "type to find a command, Enter does it   PgDn more   Esc back"
        super().__init__(title, rows, hint=hint, filtering=True, ranked=ranked)
        self.groups, self.reasons = found, reasons
        self._width = 0

    def compose(self) -> ComposeResult:
        """Title, filter, the map, the lines below it that are found, hint."""
        *above, rows, whole, hint = super().compose()
        yield from above
        rows.display = False
        with VerticalScroll(id="help-map", can_focus=False):
            yield Static(self._map(), markup=False, id="help-lines")
        yield rows
        yield whole
        yield hint

    def on_resize(self) -> None:
        """Lay the map out for another width."""
        if self.size.width != self._width:
            self.query_one("#help-lines", Static).update(self._map())

    def _map(self) -> Content:
        """Return the map as wide as the screen."""
        self._width = self.app.size.width
        columns = 3 if self._width >= THREE_FROM else 2
        if isinstance(self.app, Speaks) and self.app.plain:  # what stands beside each other is read as one line
            columns = 1
        found = [*top_lines(self.reasons), *lines(self.groups, self._width - 4, columns)]
        return Content("\n").join(map(_content, found))

    def on_mount(self) -> None:
        """Begin with the map; the rest is the page's own."""
        self._show_map(is_map=True)

    def _show_map(self, *, is_map: bool) -> None:
        self.query_one("#help-map").display = is_map
        self.query_one(OptionList).display = not is_map
        if is_map:
            self.query_one(WholeLine).display = False

    @property
    def is_map(self) -> bool:
        """Whether nothing is looked for."""
        return bool(self.query_one("#help-map").display)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """On the map no row is chosen."""
        if self.is_map:
            event.prevent_default()

    def on_input_changed(self, event: Input.Changed) -> None:
        """What is typed is looked for, as on every page; without it there is the map."""
        self._show_map(is_map=not event.value.strip())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter does what was found, and on the map nothing."""
        if self.is_map:
            event.prevent_default()

    def action_page(self, step: int) -> None:
        """Move in the map by pages."""
        if self.is_map:
            shown = self.query_one("#help-map")
            shown.scroll_relative(y=step * max(shown.size.height - 1, 1), animate=False)
        else:
            super().action_page(step)

    def action_cursor_down(self) -> None:
        """Move down, in the map by a line."""
        if self.is_map:
            self.query_one("#help-map").scroll_relative(y=1, animate=False)
        else:
            super().action_cursor_down()

    def action_cursor_up(self) -> None:
        """Move up, in the map by a line."""
        if self.is_map:
            self.query_one("#help-map").scroll_relative(y=-1, animate=False)
        else:
            super().action_cursor_up()
