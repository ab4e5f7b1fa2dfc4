"""What holds wherever the operator is, also in a dialog or a field: every key is timed, and a few do the same."""

import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

from rich.console import RenderableType
from textual._compositor import CompositorUpdate
from textual.events import Event, Key, Paste, Resize
from textual.screen import Screen
from textual.timer import Timer

from tui_reseller.domain.errors import RefusedHere
from tui_reseller.tui.command import Command
from tui_reseller.tui.commit_guard import CommitGuard, KeyTimes
from tui_reseller.tui.host import SaysSomething
from tui_reseller.tui.painting import PaintedScreen
from tui_reseller.tui.profile_context import ProfileContext
from tui_reseller.tui.terminal import line_mode
from tui_reseller.tui.wire import SparingUpdate, Wire
from tui_reseller.tui.working import WorkingApp

T = TypeVar("T")
HELD_SECONDS = 0.5
"""So long keys wait for the first dialog of a conversation. One that still reads by then may take long: the list can be
looked at meanwhile.
"""
EVERYWHERE = {"app.suspend": "suspend_here", "screen.repaint": "repaint_here"}
"""Commands, and the actions that do them."""


class EverywhereApp(WorkingApp, inherit_bindings=False):
    """An application that times its keys, and has some that no dialog takes. Key_clock is in seconds."""

    def __init__(self, *, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self.key_clock: Callable[[], float] = time.monotonic
        self._keys = KeyTimes(self.key_time)
        self._wire = Wire()
        self._held: deque[Event] = deque()
        self._awaited: Timer | None = None

    def key_time(self) -> float:
        """Return the time of a key that arrives now."""
        return self.key_clock()

    async def on_event(self, event: Event) -> None:
        """Every key passes here first, so that forms know how fast keys come, and none is lost while one opens."""
        if isinstance(event, Resize):
            self._wire.forget()  # a terminal that changes its size moves what it shows
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            if isinstance(event, Key):
                self._keys.hear(event.key)
            self._held.append(event)
            await self.release_keys()
        else:
            await super().on_event(event)

    async def release_keys(self) -> None:
        """Hand on the keys that have come, in their order, as long as there is a screen that takes them."""
        while self._held and self._takes_keys:
            await super().on_event(self._held.popleft())

    @property
    def _takes_keys(self) -> bool:
        is_opening = isinstance(self.screen, PaintedScreen) and not self.screen.takes_keys
        return self._awaited is None and not is_opening

    def await_dialog(self) -> None:
        """A dialog is about to be there: keys wait for it, but not long."""
        if self._awaited is not None:
            self._awaited.stop()
        self._awaited = self.set_timer(HELD_SECONDS, self.await_no_dialog)

    def await_no_dialog(self) -> None:
        """It is there, or will not come."""
        if self._awaited is not None:
            self._awaited.stop()
            self._awaited = None
            self.call_next(self.release_keys)

    def new_guard(self) -> CommitGuard:
        """Return a guard that hears every key from now on."""
        return self._keys.new_guard()

    @property
    def context(self) -> ProfileContext | None:
        """The opened profile; None in the first run."""
        raise NotImplementedError

    def bind_everywhere(self, commands: Iterable[Command]) -> None:
        """Bind the keys of those commands that are no text in a field."""
        for command in commands:
            for key in command.keys if command.id in EVERYWHERE else ():
                if key.startswith("ctrl+"):
                    self._bindings.bind(key, EVERYWHERE[command.id], show=False, priority=True)

    def action_suspend_here(self) -> None:
        """Go to the shell out of whatever is on the screen, or say there why not."""
        from tui_reseller.tui.flows.program import why_not_suspended  # noqa: PLC0415 - loaded with its first use

        why = why_not_suspended(self.context)
        if not why:
            self.suspend_process()
        elif isinstance(self.screen, SaysSomething):
            self.screen.say(why)

    def action_repaint_here(self) -> None:
        """Draw the whole screen again, with whatever is on it."""
        self.repaint()

    def suspend_process(self) -> None:
        """Stop until the shell lets us go on: all of the group that it started, a script around us among it. Were we
        alone to stop, the shell would not know of it. What is typed there behind fg commits no form: nobody sees it.
        """
        if self._driver is not None and self._driver.can_suspend:
            self._keys.all_hidden()
            os.killpg(os.getpgrp(), signal.SIGTSTP)

    def lend_terminal(self, work: Callable[[], T]) -> T:
        """Let another program have the terminal while *work*, which raises nothing, is done: as ctrl+z lets the shell.
        Raises RefusedHere while something is on its way: nobody would read its answer, and nothing would go on.
        """
        context = self.context
        if context is not None and (context.session.desk.in_flight or context.run is not None):
            raise RefusedHere("something is on its way, and would stand still meanwhile: wait for it")
        self._keys.all_hidden()
        with self.suspend():
            if not self.is_headless:
                with line_mode():
                    return work()
            return work()

    def resumed(self) -> None:
        """The shell has let us go on: everything is painted again, and can be read from then on."""
        self.repaint()
        self.call_after_refresh(self._keys.all_painted)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Write what was painted, and is not there yet."""
        painted: object = renderable
        if isinstance(painted, CompositorUpdate):
            painted = SparingUpdate(painted, self._wire)
        super()._display(screen, cast("RenderableType | None", painted))

    def repaint(self) -> None:
        """Draw the whole screen again."""
        self._wire.forget()
        if isinstance(self.screen, PaintedScreen):
            self.screen.repaint()
        else:
            self.screen.refresh(layout=True)
