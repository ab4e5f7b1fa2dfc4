"""The field in which the filter is typed: it filters on every key; Enter keeps, Esc puts back, up is the history."""

import asyncio
from collections.abc import Awaitable, Callable

from textual.binding import Binding
from textual.widgets import Input

from tui_reseller.domain.provider import KEY
from tui_reseller.tui.flows import filtering
from tui_reseller.tui.profile_context import ProfileContext
from tui_reseller.tui.widgets.inputs import LineInput


class FilterField(LineInput):
    """The filter of the main screen. While keys are still to be worked off behind Enter or Esc, it is not settled:
    commands wait, for the row under the cursor would be another one.
    """

    BINDINGS = [
        # With priority, so that a command typed right behind them is one also on a slow line.
        Binding("enter", "keep", show=False, priority=True),
        Binding("escape", "leave", show=False, priority=True),
        Binding("f1", "help", show=False),
    ]

    def __init__(self, context: ProfileContext, *, id: str) -> None:  # noqa: A002 - Textual's name
        words = "name, e-mail, city" if context.provider.name_fields else context.provider.label(KEY).lower()
        super().__init__(id=id, compact=True, select_on_focus=False, placeholder=f"{words} ...  sending:off")
        self.context = context
        self._settled = asyncio.Event()
        self._settled.set()

    async def settled(self) -> None:
        """Wait until the field has worked off its keys."""
        await self._settled.wait()

    def follow(self, text: str) -> None:
        """Show a filter that came from elsewhere, unless one is being typed."""
        if not self.has_focus and self.value != text and self._settled.is_set():
            self.value = text

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter on every key; a newer key makes an older answer void."""
        event.stop()
        if self.has_focus:
            self.context.host.run_in_background(lambda: self._filter_by(event.value), "filter")

    async def _filter_by(self, text: str) -> None:
        await filtering.filter_by(self.context, text, final=False)

    def action_keep(self) -> None:
        """Keep the filter, once the field has all that was typed before; one that cannot be kept stays open."""
        self._settle(self._keep)

    def action_leave(self) -> None:
        """Put the former filter back."""
        self._settle(self._put_back)

    async def action_help(self) -> None:
        """Say what can be typed here."""
        await self.context.host.run_command("help.open")

    def _settle(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do something with the field once it has worked off its keys; commands wait until then."""
        self._settled.clear()
        self.context.view.focus_list()

        async def settled() -> None:
            try:
                await work()
            finally:
                self._settled.set()

        self.call_later(settled)

    async def _keep(self) -> None:
        if not await filtering.keep(self.context, self.value):
            self.screen.set_focus(self)

    async def _put_back(self) -> None:
        self.value = await filtering.put_back(self.context)

    async def on_line_input_recall(self, event: LineInput.Recall) -> None:
        """Up brings earlier filters; down keeps this one and goes to the list."""
        event.stop()
        if event.step > 0 and not filtering.is_recalling(self.context):
            if await filtering.keep(self.context, self.value):
                self.context.view.focus_list()
            return
        self.value = filtering.recall(self.context, event.step, self.value)
