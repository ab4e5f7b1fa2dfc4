"""A page over the whole screen: lines to walk through, one of them chosen by Enter."""

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option as ListOption

from tui_reseller.domain.text import clean
from tui_reseller.tui.dialogs.dialog import Dialog
from tui_reseller.tui.dialogs.whole_line import WholeLine
from tui_reseller.tui.widgets.inputs import LineInput
from tui_reseller.tui.widgets.key_line import KeyLine
from tui_reseller.tui.widgets.rows import Rows

Ranked = Callable[[str, str, str], int | None]
"""Says of a line, by its key and words, how well what was typed means it: small numbers first, None not at all."""


def _without_rows(hint: str) -> str:
    """Return a hint without the keys that do nothing where there are no lines."""
    return "   ".join(part for part in hint.split("   ") if not part.startswith(("Enter ", "/ ")))


class Page(Dialog[str | None]):
    """Returns the key of the line on which Enter was pressed, or one of *keys*, or None for back. It begins on the line
    whose key is *start*. Heads are the titles of its columns.
    """

    SAYS_IN = "#page-hint"
    BINDINGS = [
        Binding("escape,q", "leave", show=False),
        Binding("j", "cursor_down", show=False),
        Binding("k", "cursor_up", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("slash", "filter", show=False, priority=True),
    ]

    def __init__(
        self,
        title: str,
        rows: Sequence[tuple[str, str]],
        *,
        hint: str = "Enter opens   / filters   Esc back",
        empty: str = "Nothing here.",
        keys: Sequence[str] = (),
        filtering: bool = False,
        start: str = "",
        ranked: Ranked | None = None,
        heads: str = "",
    ) -> None:
        super().__init__()
        self.heading = title
        self.rows = [(key, clean(words, longest=400)) for key, words in rows]
        self.hint = hint
        self.empty = empty
        self.keys = keys
        self.filtering = filtering
        self.start = start
        self.ranked = ranked
        self.heads = heads

    def compose(self) -> ComposeResult:
        """Title, filter, lines, hint."""
        yield Static(clean(self.heading), markup=False, id="page-title")
        line = LineInput(placeholder="type to filter", compact=True, id="page-filter")
        line.display = self.filtering
        yield line
        if self.heads and self.rows:
            yield Static(self.heads, markup=False, id="page-heads")
        yield Rows(id="page-rows", markup=False)
        yield WholeLine()
        yield KeyLine(self.hint if self.rows else _without_rows(self.hint), id="page-hint")

    def on_mount(self) -> None:
        """Show all lines."""
        self._fill("")
        self.set_focus(self.query_one("#page-filter" if self.filtering else "#page-rows"))

    def _fill(self, word: str) -> None:
        rows = self.query_one(OptionList)
        rows.clear_options()
        found = self._found(word)
        if found:
            rows.add_options([ListOption(words, id=str(at)) for at, (_key, words) in enumerate(found)])
        else:
            rows.add_option(ListOption(self.empty, disabled=True))
        self.found = found
        at = next((at for at, (key, _words) in enumerate(found) if key and key == self.start), 0)
        rows.highlighted = at if found else None

    def _found(self, word: str) -> list[tuple[str, str]]:
        """Return the lines with a word in them; those that are meant by it first, where something says which are."""
        if self.ranked is None or not word.strip():
            return [(key, words) for key, words in self.rows if word.lower() in words.lower()]
        ranks = [(self.ranked(key, words, word.strip().lower()), key, words) for key, words in self.rows]
        return [(key, words) for rank, key, words in sorted(ranks, key=lambda one: one[0] or 0) if rank is not None]

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while typing."""
        self._fill(event.value)

    def on_input_submitted(self, _event: Input.Submitted) -> None:
        """Enter in the filter chooses the first line."""
        if self.found:
            self.dismiss(self.found[self.query_one(OptionList).highlighted or 0][0])

    def on_line_input_recall(self, event: LineInput.Recall) -> None:
        """Up and down in the filter move in the lines."""
        if event.step > 0:
            self.action_cursor_down()
        else:
            self.action_cursor_up()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """What is cut in its row stands whole below."""
        for line in self.query(WholeLine):  # none where the page is being taken apart
            line.follow(event)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter on a line."""
        self.dismiss(self.found[event.option_index][0])

    def on_key(self, event: object) -> None:
        """A key of the page's own."""
        character = getattr(event, "character", None)
        if character and character in self.keys and not isinstance(self.focused, Input):
            self.dismiss(character)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's signature
        """While the filter is being typed, letters are text."""
        return not (isinstance(self.focused, Input) and action in {"filter", "cursor_down", "cursor_up"})

    def action_filter(self) -> None:
        """Open the filter."""
        widget = self.query_one("#page-filter")
        widget.display = True
        self.set_focus(widget)

    def action_cursor_down(self) -> None:
        """Move down."""
        self.query_one(OptionList).action_cursor_down()

    def action_cursor_up(self) -> None:
        """Move up."""
        self.query_one(OptionList).action_cursor_up()

    def action_page(self, step: int) -> None:
        """Move by a page, from the filter, too."""
        rows = self.query_one(OptionList)
        goal = (rows.highlighted or 0) + step * max(rows.size.height - 1, 1)
        rows.highlighted = max(0, min(goal, rows.option_count - 1))

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)
