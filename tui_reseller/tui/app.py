"""The application: themes, stylesheets, screens, orderly end. Knows no domain words."""

import os
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen
from textual.worker import Worker

from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.profile import Profile
from tui_reseller.services.services import Services
from tui_reseller.tui import clipboard
from tui_reseller.tui.everywhere import EverywhereApp
from tui_reseller.tui.host import Answered
from tui_reseller.tui.keys import with_keys
from tui_reseller.tui.presenters.header import badge_of
from tui_reseller.tui.profile_context import ProfileContext
from tui_reseller.tui.shutdown import ShutdownWatcher
from tui_reseller.tui.stylesheets import stylesheets
from tui_reseller.tui.terminal import (
    CLEAR,
    SHOW_CURSOR,
    SLOW_SECONDS,
    LineSpeed,
    Mouse,
    WindowTitle,
    theme_for,
)
from tui_reseller.tui.themes import FRAMED, SIXTEEN
from tui_reseller.tui.themes import theme as made_theme

if TYPE_CHECKING:
    from tui_reseller.tui.screens.main import MainScreen

T = TypeVar("T")
ANSWER_SECONDS = 5.0
"""How long an orderly end waits for an answer that is on its way (reliability L19)."""
LINES_LEFT = 3
"""So many lines of what was done stay on the shell."""


class ResellerApp(EverywhereApp, inherit_bindings=False):
    """The full-screen application on one bundle of services: the Host of flows and screens. Its result is "demo" if the
    first run chose the demo.
    """

    ENABLE_COMMAND_PALETTE = False
    TITLE = "TUI Reseller"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "interrupt", show=False, priority=True)]
    CSS_PATH = stylesheets()  # type: ignore[assignment]  # paths, as Textual takes them

    def __init__(
        self,
        services: Services,
        profile: Profile | None,
        *,
        theme: str,
        read_only: bool,
        badge: str,
        plain: bool = False,
        slow_link: str = "auto",
    ) -> None:
        # Without colours the terminal's own are drawn and then left out; greys of another theme would stay.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.show_theme(SIXTEEN if self.no_color else theme)
        self.set_class(self.no_color, "-no-color")
        self.animation_level = "none"
        self.services = services
        self.profile = profile
        self.read_only = read_only
        self.badge = badge
        self.plain = plain
        self.set_class(plain, "-plain")
        self.slow = slow_link == "on"
        self.is_timed = slow_link == "auto"
        config = services.profiles.config
        self.commands = with_keys(config.load().settings.keys, partial(config.wrong_entry, "keys"))
        self.bind_everywhere(self.commands)
        self.opening = False
        self.main: MainScreen | None = None
        self.line_speed = LineSpeed(self._send, self.key_time)
        self._window_title = WindowTitle(self._send)
        self._mouse = Mouse(self._send)
        self._lines_left: list[str] = []
        self._watcher: ShutdownWatcher | None = None

    @property
    def context(self) -> ProfileContext | None:
        """The opened profile; None in the first run."""
        return self.main.context if self.main is not None else None

    @property
    def is_resting(self) -> bool:
        """Whether the main screen is on top, and nothing opens."""
        return self.main is not None and self.main is self.screen and not self.opening

    def on_mount(self) -> None:
        """Open the profile, or the first run; watch the terminal."""
        self.app_resume_signal.subscribe(self, lambda _: self.resumed())
        if not self.is_headless:
            self._watcher = ShutdownWatcher(self.end)
            self._watcher.watch()
            if self.plain:
                self._send(SHOW_CURSOR)
            self.set_interval(1.0, self._watcher.check)
            if self.is_timed:
                self.call_after_refresh(self.line_speed.ask)
        if self.profile is None:
            from tui_reseller.tui.screens.first_run import FirstRun  # noqa: PLC0415 - most starts do not need it

            self.push_screen(FirstRun(self, self.services))
        else:
            self._open(self.profile)

    def _send(self, text: str) -> None:
        """Send something to the terminal that is no painting."""
        if self._driver is not None:
            self._driver.write(text)
            self._driver.flush()

    def on_cursor_position(self) -> None:
        """The terminal answered; on a slow line less is painted from now on."""
        seconds = self.line_speed.answered()
        if seconds is not None and seconds >= SLOW_SECONDS and not self.slow:
            self.slow = True
            self._notify(f"Slow line ({seconds * 1000:.0f} ms): the screen is painted less often.")

    def _notify(self, text: str, kind: str = "plain") -> None:
        if self.context is not None:
            self.context.notify(text, kind)

    def _open(self, profile: Profile) -> None:
        from tui_reseller.tui.screens.main import MainScreen  # noqa: PLC0415 - the other half of the choice above

        if profile is not self.profile and not self.no_color:
            self.show_theme(theme_for(profile, self.services.profiles.load().settings.theme))
        session = self.services.open(profile, read_only=self.read_only)
        self.main = MainScreen(self, self.services, session, self.badge or badge_of(profile))
        if not self.is_headless:
            self._window_title.set(f"{self.main.badge} {profile.name}")
        self.push_screen(self.main)

    def open_profile(self, name: str) -> None:
        """Open another profile in the place of this one."""
        context = self.context
        try:
            profile = self.services.profiles.get(name)
        except ResellerError as error:
            if context is not None:
                context.notify_error(error)
            return
        if context is not None and context.session.desk.in_flight:
            self._notify("A change is on its way: wait for its answer before you open another profile.", "warning")
            return
        self.cancel("refresh")
        if context is not None:
            context.is_open = False
            self.run_in_background(context.session.aclose, "old-profile")
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self._open(profile)

    def show_theme(self, name: str) -> None:
        """Show another theme at once."""
        self.register_theme(made_theme(name))
        self.theme = name
        self.set_class(name == SIXTEEN, "-sixteen")
        self.set_class(name in FRAMED, "-framed")

    # Keys, dialogs, flows

    def show_dialog(self, dialog: Screen[T], then: Answered[T]) -> None:
        """Show a dialog over everything else, and hand on its answer; None is leaving."""
        self.push_screen(dialog, then)
        self.await_no_dialog()

    def speak_in(self, screen: Screen[Any]) -> None:
        """Let a screen that is being shown say what has the keys, for a screen reader; nothing without --plain."""
        if self.plain:
            from tui_reseller.tui.speaking import SpokenLine  # noqa: PLC0415 - for --plain alone

            screen.mount(SpokenLine())

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Say an arrow by a word where a screen reader is helped: no synthesizer says one."""
        found = super().get_line_filters()
        if self.plain:
            from tui_reseller.tui.speaking import SPOKEN_ARROWS  # noqa: PLC0415 - for --plain alone

            return [*found, SPOKEN_ARROWS]
        return found

    async def run_command(self, command_id: str) -> None:
        """Do a command as if its key had been pressed; nothing where the main screen is not on top."""
        if self.main is not None and self.main is self.screen:
            self.opening = False
            await self.main.action_command(command_id, "")

    def run_flow(self, flow: Callable[[], Awaitable[None]], name: str) -> None:
        """Start a conversation. Until its first dialog is there, keys are not commands."""
        self.opening = True
        self.await_dialog()

        async def run() -> None:
            try:
                await flow()
            except ResellerError as error:
                if self.context is not None:
                    self.context.notify_error(error)
            finally:
                self.opening = False
                self.await_no_dialog()

        _: Worker[None] = self.run_worker(run, name=name, group=f"flow-{name}")

    # The terminal

    def toggle_mouse(self) -> bool:
        """Take the mouse from the terminal, or give it back; return whether it is ours now."""
        return self._mouse.toggle()

    def copy_text(self, text: str) -> str:
        """Send a text to the operator's terminal; return what to say."""
        return clipboard.copy(text, self.copy_to_clipboard)

    def refresh(self, *, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Paint again. A layout is asked of the application only when a dialog has been taken apart: what is below it
        was painted when it closed, and a second time would be one more whole screen on the line.
        """
        return super().refresh(repaint=repaint and not layout, recompose=recompose)

    # The end

    async def action_interrupt(self) -> None:
        """ctrl+c: leaves the first run; else it pauses a run, copies a selection, or says how to quit."""
        if self.context is None:
            self.exit(return_code=130)
        else:
            from tui_reseller.tui.flows.program import interrupt  # noqa: PLC0415 - loaded with its first use

            interrupt(self.context, self.screen.get_selected_text())

    def end(self, code: int) -> None:
        """Leave in order: a run stops, an answer on its way has some seconds."""
        self.run_worker(self._end(code), group="end")

    async def _end(self, code: int) -> None:
        context = self.context
        if context is not None:
            if context.run is not None:
                context.run.stop("the screen was closed")
            clock = context.session.clock
            deadline = clock.monotonic() + ANSWER_SECONDS
            while (context.session.desk.in_flight or context.run is not None) and clock.monotonic() < deadline:
                await clock.sleep(0.05)
        self.exit(return_code=code)

    async def on_unmount(self) -> None:
        """Close what is open; the terminal has its own title back, and no customer is left on it."""
        self._send(CLEAR)
        self._window_title.give_back()
        if self.context is not None:
            await self.context.session.aclose()

    def leave_line(self, line: str) -> None:
        """Keep a line that stays on the shell when the application has ended."""
        self._lines_left.append(line)

    def lines_left(self) -> list[str]:
        """Return the lines that stay on the shell: what was done, what is unknown, each with its command."""
        lines = self._lines_left[-LINES_LEFT:]
        due = len(self.context.state.due) if self.context is not None else 0
        count = self.context.state.needs_you_count - due if self.context is not None else 0
        if count:
            lines.append(f"{count} {'outcome needs' if count == 1 else 'outcomes need'} you: tui-reseller needs-you")
        if due:
            lines.append(f"{due} {'suspension is' if due == 1 else 'suspensions are'} over: tui-reseller due")
        return lines
