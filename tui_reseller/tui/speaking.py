"""What has the keys, in words on a line of its own: for screen readers, which speak what is written, and the line that
the cursor is on. With --plain a move writes this line and nothing else.
"""

import re

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter
from textual.geometry import Offset
from textual.widget import Widget
from textual.widgets import Button, Input, OptionList, Static, TextArea

from tui_reseller.domain.text import clean
from tui_reseller.tui.dialogs.menu import Menu
from tui_reseller.tui.panes.detail_pane import DetailPane
from tui_reseller.tui.panes.list_pane import ListPane
from tui_reseller.tui.widgets.inputs import Choice

LISTENS = 0.1
"""Seconds after which a change within what has the keys is said; nothing is written if there is none."""
_LONGEST = 300
_APART = re.compile(r" {2,}")
_ARROW = re.compile(r"(?<!\S)->(?!\S)")


class SpokenArrows(LineFilter):
    """An arrow between before and after is not said by any synthesizer; a word as wide as it is."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """Return segments with words in the place of arrows."""
        return [
            Segment(_ARROW.sub("to", text), style, control) if "->" in text else one
            for one in segments
            for text, style, control in (one,)
        ]


SPOKEN_ARROWS = SpokenArrows()


class SpokenLine(Static):
    """The line at the bottom of a screen."""

    def __init__(self) -> None:
        super().__init__(markup=False, id="spoken")
        self._said = ""
        self._about: Widget | None = None

    def on_mount(self) -> None:
        """Follow the focus, and what moves within it."""
        self.watch(self.screen, "focused", self._soon)
        self.set_interval(LISTENS, self.say)

    def _soon(self) -> None:
        self.call_after_refresh(self.say)

    def say(self) -> None:
        """Say what has the keys, if that is something else. What is typed into a field is not said again."""
        if not self.is_attached or not self.screen.is_active:
            return  # a callback that was waiting while its dialog was closed
        widget = self.screen.focused
        if isinstance(widget, (Input, TextArea)) and widget is self._about:
            return
        self._about = widget
        menu = self.screen if isinstance(self.screen, Menu) else None
        said = menu.spoken if menu is not None else _words(widget) if widget is not None else ""
        words = clean(said, longest=_LONGEST)
        if words != self._said:
            self._said = words
            self.update(words)
        place = menu.place if menu is not None else _place_of(widget)
        if place is not None and place != self.app.cursor_position:
            self.app.cursor_position = place
            self.refresh()  # it goes to the terminal with what is painted next


def _words(widget: Widget) -> str:
    match widget:
        case ListPane():
            return widget.spoken
        case DetailPane():
            return f"details of {widget.customer.username if widget.customer else 'nobody'}; Esc goes back"
        case Button():
            return f"button {str(widget.label).strip('[]').replace(' ^S', ', ctrl+s')}"
        case Choice():
            chosen = next((words for value, words in widget.options if value == widget.value), "nothing chosen")
            return f"{_label(widget)}choice, {chosen}; left and right change it"
        case OptionList():
            return _row(widget)
        case Input():
            value = "hidden" if widget.password and widget.value else widget.value or "empty"
            return f"{_label(widget)}field, {value}"
        case TextArea():
            return f"{_label(widget)}field of several lines, {widget.text or 'empty'}"
    return ""


def _row(rows: OptionList) -> str:
    """Return the line that is chosen, and which one of how many; where there is none, the words for that."""
    at = rows.highlighted
    if at is None and rows.option_count == 1:
        return str(rows.get_option_at_index(0).prompt)
    line = str(rows.get_option_at_index(at).prompt).strip() if at is not None else "no line"
    return f"{_APART.sub(', ', line)}, {(at or 0) + 1} of {rows.option_count}"


def _label(widget: Widget) -> str:
    """Return the label that stands beside a field."""
    rows = [node for node in widget.ancestors if isinstance(node, Widget) and node.has_class("form-row")]
    labels = [str(label.content).strip() for row in rows[:1] for label in row.query(".form-label").results(Static)]
    if not labels and isinstance(widget, Input):
        labels = ["filter"] if widget.id == "filter" else [widget.placeholder]
    return "".join(f"{label}, " for label in labels if label)


def _place_of(widget: Widget | None) -> Offset | None:
    """Return where the terminal's own cursor belongs: readers follow it."""
    if isinstance(widget, (Input, TextArea)):  # a field knows its place only when it has been laid out
        return widget.cursor_screen_offset
    if isinstance(widget, ListPane):
        return widget.place
    if isinstance(widget, (Button, Choice, OptionList, DetailPane)):
        return Offset(widget.content_region.x, widget.content_region.y + _line_in(widget))
    return None


def _line_in(widget: Widget) -> int:
    """Return the line of a widget that is meant."""
    if isinstance(widget, OptionList) and widget.highlighted is not None:
        return max(0, min(widget.highlighted - widget.scroll_offset.y, widget.size.height - 1))
    return 0
