"""A short menu: one letter chooses, so do arrows and Enter. Choosing changes nothing by itself."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.events import Click, Key
from textual.geometry import Offset, Size
from textual.widgets import Static

from tui_reseller.domain.text import clean
from tui_reseller.tui.dialogs.dialog import Dialog
from tui_reseller.tui.presenters.rows import cut
from tui_reseller.tui.widgets.key_line import KEY, KeyLine

AROUND = 4
"""Lines of a menu beside its options: title, hint, and the blank ones around."""
CHOSEN = "bold reverse"
"""How the option looks that was moved to; a sign says it, too."""
CELLS, BESIDE = 74, 4
"""The width of the options, and what stands beside them (styles/dialogs.tcss)."""


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a menu."""

    key: str
    words: str
    value: str


class Menu(Dialog[str | None]):
    """Returns the value of the chosen option, or None. What is done *before* it closes is there at once behind it: the
    screen is painted once, not twice.
    """

    SAYS_IN = ".menu-hint"
    BINDINGS = [
        Binding("escape,q", "leave", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("enter", "take", show=False),
    ]

    def __init__(
        self,
        title: str,
        options: Sequence[Option],
        *,
        lines: Sequence[str] = (),
        before: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        super().__init__()
        self.before = before
        self._rows, self._width = len(options), CELLS
        self._laid_out_for = Size(0, 0)
        self.heading = title
        self.options = options
        self.lines = lines
        self._at: int | None = None  # nobody chooses by Enter what was not moved to

    def compose(self) -> ComposeResult:
        """Title and a line an option."""
        with Vertical(id="menu"):
            yield Static(clean(self.heading), markup=False, id="menu-title")
            for at, line in enumerate(self.lines):
                yield Static(clean(line), markup=False, classes="menu-line" if at else "menu-line -first")
            # One widget for all: each more is opened, styled and closed one by one, which is felt in a long menu.
            yield Static(self._laid_out(), markup=False, id="menu-options")
            yield KeyLine(" Esc back", classes="menu-hint")

    def _laid_out(self) -> Content:
        """Return the options, a line each: beside each other, down column by column, where they are too many."""
        self._laid_out_for = self.app.size
        room = max(self.app.size.height - AROUND - len(self.lines) - bool(self.lines), 1)
        columns = max(-(-len(self.options) // room), 1)
        self._rows = -(-len(self.options) // columns)
        self._width = min(CELLS, self.app.size.width - BESIDE) // columns
        words = [f" {option.key}   {clean(option.words)}" for option in self.options]
        if columns > 1:
            words = [f"{cut(text, self._width - 1)} " for text in words]
        cells = [Content.assemble(text[:1], (text[1:2], KEY), text[2:]) for text in words]
        if self._at is not None:
            cells[self._at] = Content.assemble((f">{words[self._at][1:]}", CHOSEN))
        return Content("\n").join(Content.assemble(*cells[row :: self._rows]).rstrip() for row in range(self._rows))

    @property
    def spoken(self) -> str:
        """What a screen reader hears of the menu, or of the option that was moved to."""
        count = len(self.options)
        if self._at is None:
            return f"{self.heading}, menu of {count}; a letter chooses, Esc goes back"
        option = self.options[self._at]
        return f"{option.key}, {option.words}, {self._at + 1} of {count}"

    @property
    def place(self) -> Offset:
        """Where the title begins, or the option that was moved to."""
        if self._at is None:
            return self.query_one("#menu-title").content_region.offset
        column, row = divmod(self._at, self._rows)
        return self.query_one("#menu-options").content_region.offset + Offset(column * self._width, row)

    def on_resize(self) -> None:
        """Lay the options out for the room that there is now."""
        if self.app.size != self._laid_out_for:
            self.query_one("#menu-options", Static).update(self._laid_out())

    async def on_key(self, event: Key) -> None:
        """Choose by letter."""
        for option in self.options:
            if event.character == option.key:
                event.stop()
                await self._choose(option.value)
                return

    def action_move(self, step: int) -> None:
        """Move from option to option; the first step goes to an end."""
        last = len(self.options) - 1
        begin = 0 if step > 0 else last
        self._at = begin if self._at is None else max(0, min(self._at + step, last))
        self.query_one("#menu-options", Static).update(self._laid_out())

    async def action_take(self) -> None:
        """Choose the option that was moved to."""
        if self._at is not None:
            await self._choose(self.options[self._at].value)

    async def _choose(self, value: str) -> None:
        if self.before is not None:
            await self.before(value)
        self.dismiss(value)

    async def on_click(self, event: Click) -> None:
        """Choose by click."""
        if event.widget is self.query_one("#menu-options"):
            place = event.screen_offset - event.widget.content_region.offset
            at = place.y + place.x // self._width * self._rows
            if 0 <= place.y < self._rows and 0 <= at < len(self.options):
                await self._choose(self.options[at].value)

    def action_leave(self) -> None:
        """Choose nothing."""
        self.dismiss(None)
