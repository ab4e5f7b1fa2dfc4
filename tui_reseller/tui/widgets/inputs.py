"""Input fields: no blinking cursor (an idle screen sends nothing), and secret ones without copy and cut."""

import asyncio
from typing import Protocol

from rich.cells import cell_len
from textual.events import Key, Paste
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive
from textual.suggester import Suggester
from textual.widgets import Input, Static

from tui_reseller.domain.text import clean
from tui_reseller.system.whole_file import completed


class HasValue(Protocol):
    """What every field is: it has a value."""

    value: str


class LineInput(Input):
    """A one-line field. Up and down ask the form for earlier values."""

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)
    """As in Textual, but a letter typed is no new layout of the screen: that would paint all of it."""

    class Recall(Message):
        """The operator asks for an earlier value; step is -1 for older."""

        def __init__(self, line: "LineInput", step: int) -> None:
            super().__init__()
            self.input = line
            self.step = step

    def on_mount(self) -> None:
        """Stand still."""
        self.cursor_blink = False

    async def on_key(self, event: Key) -> None:
        """Offer earlier values. Keys that edit act at once: elsewhere they come behind letters typed after them."""
        if event.key in {"up", "down"}:
            event.stop()
            self.post_message(self.Recall(self, -1 if event.key == "up" else 1))
            return
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            if await self.app.run_action(binding.action, self):
                event.stop()
                event.prevent_default()
                return

    def _on_paste(self, event: Paste) -> None:
        """Take the first line; what is not shown as it is must not act on the terminal either."""
        event.stop()
        event.prevent_default()
        line = next(iter(event.text.splitlines()), "")
        self.replace(line if self.password else clean(line), *self.selection)


BURST, FINGER_SECONDS = 6, 0.006
"""So many keys with less than this between them come from no fingers: a paste that the terminal did not mark."""


class TypedInput(LineInput):
    """A field whose text must come from the fingers: paste is refused, and so is what comes as fast as one."""

    class Refused(Message):
        """Something was pasted."""

    _arrived: tuple[float, ...] = ()
    _had_burst = False

    async def on_key(self, event: Key) -> None:
        """Note when letters came from the terminal. Textual calls this beside the one of LineInput."""
        if not event.is_printable:
            return
        if not self.value:
            self._arrived, self._had_burst = (), False
        self._arrived = (*self._arrived[1 - BURST :], event.time)
        self._had_burst = self._had_burst or (len(self._arrived) == BURST and self._is_fast())

    def _is_fast(self) -> bool:
        gaps = len(self._arrived) - 1
        return gaps > 1 and self._arrived[-1] - self._arrived[0] < gaps * FINGER_SECONDS

    @property
    def came_in_a_burst(self) -> bool:
        """Whether the text came faster than fingers type."""
        return self._had_burst or self._is_fast()

    def _on_paste(self, event: Paste) -> None:
        event.stop()
        event.prevent_default()
        self.post_message(self.Refused())

    def action_paste(self) -> None:
        """Refuse it."""
        self.post_message(self.Refused())


class SecretInput(LineInput):
    """A field that shows no letter and gives none to the clipboard."""

    ALLOW_SELECT = False

    def action_copy(self) -> None:
        """Do nothing: a secret is not copied."""

    def action_cut(self) -> None:
        """Do nothing: a secret is not copied."""


class PathInput(LineInput):
    """A field for the path of a file: what goes on in one way only is offered behind what was typed."""

    def __init__(self, value: str, *, password: bool, select_on_focus: bool, compact: bool, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(
            value, password=password, select_on_focus=select_on_focus, compact=compact, id=id, suggester=_Completions()
        )


class _Completions(Suggester):
    """Completes a path by what is in its folder."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """Return the whole path as far as there is one way to go on."""
        return await asyncio.to_thread(completed, value)


GAP = "   "


class Choice(Static, can_focus=True):
    """One of a few words, in as many lines as they need; left and right move."""

    def __init__(self, options: tuple[tuple[str, str], ...], value: str, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__("", markup=False, id=id)
        self.options = options
        self.value = value

    class Changed(Message):
        """Another option was chosen."""

    def on_mount(self) -> None:
        """Draw it."""
        self._draw()

    def _draw(self) -> None:
        lines = [""]
        for value, words in self.options:
            option = f"{'(o)' if value == self.value else '( )'} {words}"
            longer = f"{lines[-1]}{GAP}{option}" if lines[-1] else option
            if lines[-1] and cell_len(longer) > (self.content_size.width or cell_len(longer)):
                lines.append(option)
            else:
                lines[-1] = longer
        if (text := "\n".join(lines)) != str(self.content):
            self.update(text)

    def on_resize(self) -> None:
        """No option is outside of another width."""
        self._draw()

    def choose(self, value: str) -> None:
        """Choose an option by its value."""
        self.value = value
        self._draw()
        self.post_message(self.Changed())

    def step(self, step: int) -> None:
        """Choose the option beside the present one."""
        values = [value for value, _ in self.options]
        at = values.index(self.value) if self.value in values else (-1 if step > 0 else 0)
        self.choose(values[(at + step) % len(values)])

    def on_click(self) -> None:
        """A click goes to the next option."""
        self.step(1)
