"""The application: themes, stylesheets, screens, orderly end. Knows no domain words."""

import sys
import time
from collections.abc import Awaitable, Callable
from typing import ClassVar, Self

from textual.app import App
from textual.binding import Binding, BindingType
from textual.events import Event, Key
from textual.worker import Worker

from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.text import clean
from tui_reseller.services.services import Services
from tui_reseller.tui import clipboard
from tui_reseller.tui.commands import with_keys
from tui_reseller.tui.commit_guard import CommitGuard
from tui_reseller.tui.crash import write_report
from tui_reseller.tui.presenters.header import badge_of
from tui_reseller.tui.profile_context import ProfileContext
from tui_reseller.tui.stylesheets import stylesheets
from tui_reseller.tui.terminal import Ending
from tui_reseller.tui.themes import THEMES

SHOW_CURSOR = "\x1b[?25h"
ANSWER_SECONDS = 5.0
"""How long an orderly end waits for an answer that is on its way (reliability L19)."""


LOCK_SHOWN_AFTER = 0.1
"""Seconds from the end of an unlocking until it is shown: not before it is so."""
ASK_CURSOR = "\x1b[6n"
SLOW_SECONDS = 0.15
"""A line that takes longer to answer is slow."""
KEEP_TITLE, OLD_TITLE = "\x1b[22;2t", "\x1b[23;2t"
"""Terminals that keep titles on a stack give the old one back; others ignore it."""


class ResellerApp(App[str], inherit_bindings=False):
    """The full-screen application on one bundle of services. Its result is "demo" if the first run chose the demo."""

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
        super().__init__()
        for each in THEMES.values():
            self.register_theme(each)
        self.theme = theme
        self.animation_level = "none"
        self.services = services
        self.profile = profile
        self.read_only = read_only
        self.badge = badge
        self.plain = plain
        self.slow = slow_link == "on"
        self._asked_terminal: float | None = None if slow_link == "auto" else 0.0
        self.set_class(plain, "-plain")
        self.commands = with_keys(services.profiles.load().settings.keys)
        self.opening = False
        self.crash_report: str | None = None
        self.context: ProfileContext | None = None
        self.key_clock: Callable[[], float] = time.monotonic
        self._guards: list[CommitGuard] = []
        self._last_key: tuple[str, float] | None = None
        self._ending: Ending | None = None
        self._mouse = True
        self._named_terminal = False

    def on_mount(self) -> None:
        """Open the profile, or the first run; watch the terminal."""
        self.app_resume_signal.subscribe(self, lambda _: self.screen.refresh(layout=True))
        if not self.is_headless:
            self._ending = Ending(self.end)
            self._ending.watch()
            if self.plain and self._driver is not None:
                self._driver.write(SHOW_CURSOR)
            self.set_interval(1.0, self._ending.look)
            self.call_after_refresh(self._time_line)
        if self.profile is None:
            from tui_reseller.tui.screens.first_run import FirstRun  # noqa: PLC0415 - most starts do not need it

            self.push_screen(FirstRun(self, self.services))
        else:
            self._open(self.profile)

    def _time_line(self) -> None:
        """Ask the terminal where its cursor is: the time to its answer is the time of the line."""
        if self._asked_terminal is None and self._driver is not None:
            self._asked_terminal = self.key_clock()
            self._driver.write(ASK_CURSOR)
            self._driver.flush()

    def on_cursor_position(self) -> None:
        """The terminal answered; on a slow line less is painted from now on."""
        if self._asked_terminal and not self.slow:
            taken = self.key_clock() - self._asked_terminal
            self.slow = taken >= SLOW_SECONDS
            if self.slow and self.context is not None:
                self.context.notify(f"Slow line ({taken * 1000:.0f} ms): the screen is painted less often.")
        self._asked_terminal = 0.0

    def _open(self, profile: Profile) -> None:
        from tui_reseller.tui.screens.main import MainScreen  # noqa: PLC0415 - the other half of the choice above

        session = self.services.open(profile, read_only=self.read_only)
        screen = MainScreen(self, self.services, session, self.badge or badge_of(profile))
        self.context = screen.context
        self._name_terminal(f"{screen.badge} {profile.name}")
        self.push_screen(screen)

    def _name_terminal(self, title: str) -> None:
        """Put profile and badge where a list of windows shows them."""
        if not self.is_headless and self._driver is not None:
            keep = "" if self._named_terminal else KEEP_TITLE
            self._named_terminal = True
            self._driver.write(f"{keep}\x1b]2;{clean(title, longest=100)}\x07")

    def open_profile(self, name: str) -> None:
        """Open another profile in the place of this one."""
        try:
            profile = self.services.profiles.get(name)
        except ResellerError as error:
            if self.context:
                self.context.notify_error(error)
            return
        old = self.context.session if self.context else None
        if old is not None and old.in_flight and self.context:
            self.context.notify(
                "A change is on its way: wait for its answer before you open another profile.", "warning"
            )
            return
        self.cancel("refresh")
        if old is not None:
            self.run_in_background(old.aclose, "old-profile")
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self._open(profile)

    # Keys and flows

    async def on_event(self, event: Event) -> None:
        """Every key passes here first, so that forms know how fast keys come."""
        if isinstance(event, Key) and not event.is_forwarded:
            for guard in self._guards[-3:]:
                guard.key(event.key)
            self._last_key = (event.key, self.key_clock())
        await super().on_event(event)

    def new_guard(self) -> CommitGuard:
        """Return a guard that hears every key."""
        guard = CommitGuard(self.key_clock, self._last_key)
        self._guards = [*self._guards[-2:], guard]
        return guard

    def run_flow(self, flow: Callable[[], Awaitable[None]], name: str) -> None:
        """Start a conversation. Until its first dialog is there, keys are not commands."""
        self.opening = True

        async def run() -> None:
            try:
                await flow()
            except ResellerError as error:
                if self.context:
                    self.context.notify_error(error)
            finally:
                self.opening = False

        _: Worker[None] = self.run_worker(run, name=name, group=f"flow-{name}")

    def run_in_background(self, work: Callable[[], Awaitable[None]], group: str) -> None:
        """Start something that may be replaced by a newer one of its group."""

        async def run() -> None:
            await work()

        _: Worker[None] = self.run_worker(run, group=group, exclusive=True)

    def run_job(self, work: Callable[[], Awaitable[None]]) -> None:
        """Start a job: nothing replaces it."""

        async def run() -> None:
            await work()

        _: Worker[None] = self.run_worker(run, group="job")

    def cancel(self, group: str) -> bool:
        """Cancel what runs in a group; return whether anything did."""
        return bool(self.workers.cancel_group(self, group))

    def do(self, command_id: str, key: str, context: ProfileContext) -> None:
        """Do one of the program's own commands."""
        match command_id:
            case "screen.repaint":
                self.screen.refresh(layout=True)
            case "mouse.toggle":
                self._toggle_mouse(context)
            case "app.suspend":
                if context.session.in_flight:
                    context.notify("A change is on its way: wait for its answer before ctrl+z.", "warning")
                else:
                    self.action_suspend_process()
            case _:
                from tui_reseller.tui.flows.leaving import leave  # noqa: PLC0415 - loaded with its first use

                self.run_flow(lambda: leave(context, always=key == "ctrl+q"), command_id)

    def end(self, code: int) -> None:
        """Leave in order: a run stops, an answer on its way has some seconds."""
        self.run_worker(self._end(code), group="end")

    async def _end(self, code: int) -> None:
        context = self.context
        if context is not None:
            if context.run is not None:
                context.run.stop("the screen was closed")
            deadline = context.session.clock.monotonic() + ANSWER_SECONDS
            while (
                context.session.in_flight or context.run is not None
            ) and context.session.clock.monotonic() < deadline:
                await context.session.clock.sleep(0.05)
        self.exit(return_code=code)

    async def action_interrupt(self) -> None:
        """ctrl+c: pauses a run, copies a selection, else says how to quit."""
        selected = self.screen.get_selected_text()
        if self.context is None:
            self.exit(return_code=130)
        elif self.context.run is not None:
            self.context.run.pause()
            self.context.notify("Paused after what is on its way; b opens the job.", "warning")
        elif selected:
            self.context.notify(self.copy_text(selected))
        else:
            self.context.notify("q quits.")

    def copy_text(self, text: str) -> str:
        """Send a text to the operator's terminal; return what to say."""
        return clipboard.copy(text, self.copy_to_clipboard)

    def lock_after(self, minutes: float, context: ProfileContext) -> None:
        """Show that a profile has locked itself again: one timer at the end, and nothing ticks until then."""

        def locked() -> None:
            if context.state.writable_until is None:
                return  # by hand, before
            context.show()
            if context.state.read_only:  # else it was unlocked once more meanwhile
                context.notify("Locked again: the minutes are over. l unlocks.", "warning")

        self.set_timer(minutes * 60 + LOCK_SHOWN_AFTER, locked)

    def _toggle_mouse(self, context: ProfileContext) -> None:
        self._mouse = not self._mouse
        if self._driver is not None:
            modes = (1000, 1003, 1015, 1006)
            self._driver.write("".join(f"\x1b[?{mode}{'h' if self._mouse else 'l'}" for mode in modes))
            self._driver.flush()
        context.notify("The mouse is ours." if self._mouse else "The mouse is your terminal's; ctrl+g takes it back.")

    async def offer_draft(self, context: ProfileContext) -> None:
        """Say that an edit was left unfinished; opening that customer's editor brings it back."""
        draft = context.services.drafts.load(context.session.account)
        if draft is not None:
            context.drafted = draft
            context.notify(
                f'An edit of "{draft.username}" was not sent. Enter on that customer takes it up again.', "warning"
            )

    def refresh(self, *, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Paint again. A layout is asked of the application only when a dialog has been taken apart: what is below it
        was painted when it closed, and a second time would be one more whole screen on the line.
        """
        return super().refresh(repaint=repaint and not layout, recompose=recompose)

    # The end

    def _fatal_error(self) -> None:
        """Leave after a defect: a report without local variables, which could hold a secret or a customer's data."""
        self.bell()
        self._report(sys.exception())
        self._close_messages_no_wait()

    def panic(self, *_renderables: object) -> None:
        """Leave as after any defect. What the screen library would print here may quote a customer's data."""
        self._fatal_error()

    def _report(self, error: BaseException | None) -> None:
        """Write what happened first; what follows from it says nothing new."""
        if self.crash_report is None:
            self.crash_report = write_report(error)

    def _handle_exception(self, error: Exception) -> None:
        self._report(error)
        self._return_code = 1
        super()._handle_exception(error)

    async def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Nothing to do: a failing worker ends in _handle_exception."""
        event.stop()

    async def on_unmount(self) -> None:
        """Close what is open; the terminal has its own title back."""
        if self._named_terminal and self._driver is not None:
            self._driver.write(OLD_TITLE)
        if self.context is not None:
            await self.context.session.aclose()

    def summary(self) -> list[str]:
        """Return the lines that stay on the shell: what was done, what is unknown, each with its command."""
        context = self.context
        if context is None:
            return []
        lines = context.summary[-3:]
        if context.state.needs_you_count:
            count = context.state.needs_you_count
            lines.append(f"{count} {'outcome needs' if count == 1 else 'outcomes need'} you: tui-reseller needs-you")
        return lines
