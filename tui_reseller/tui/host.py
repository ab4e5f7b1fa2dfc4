"""What flows and screens may ask of the application around them, and flows of the main screen.

The application (app.py) and the main screen (screens/main.py) fit these; nothing below them imports either.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar, runtime_checkable

from textual.screen import Screen

from tui_reseller.domain.customer import Customer
from tui_reseller.tui.command import Command
from tui_reseller.tui.commit_guard import CommitGuard

T = TypeVar("T")
Work = Callable[[], Awaitable[None]]
Answered = Callable[[T | None], None] | Callable[[T | None], Awaitable[None]]


class Host(Protocol):
    """The application. Opening is true from the start of a conversation until its first dialog is there."""

    opening: bool

    @property
    def commands(self) -> tuple[Command, ...]:
        """Every command, with the operator's keys."""

    @property
    def plain(self) -> bool:
        """Whether the screen is painted for a screen reader."""

    @property
    def is_resting(self) -> bool:
        """Whether the main screen is on top, and nothing opens."""

    @property
    def slow(self) -> bool:
        """Whether the line to the terminal is slow: less is painted."""

    @property
    def theme(self) -> str:
        """The name of the theme that is shown."""

    def show_theme(self, name: str) -> None:
        """Show another theme at once."""

    def show_dialog(self, dialog: Screen[T], then: Answered[T]) -> None:
        """Show a dialog over everything else, and hand on its answer; None is leaving."""

    def new_guard(self) -> CommitGuard:
        """Return a guard that hears every key from now on."""

    async def run_command(self, command_id: str) -> None:
        """Do a command as if its key had been pressed; nothing where the main screen is not on top."""

    def run_flow(self, flow: Work, name: str) -> None:
        """Start a conversation. Until its first dialog is there, keys are not commands."""

    def run_in_background(self, work: Work, group: str) -> None:
        """Start something that may be replaced by a newer one of its group."""

    def run_job(self, work: Work) -> None:
        """Start a job: nothing replaces it."""

    def cancel(self, group: str) -> bool:
        """Cancel what runs in a group; return whether anything did."""

    def after(self, seconds: float, do: Callable[[], None]) -> None:
        """Do something once, later."""

    def after_painting(self, do: Callable[[], None]) -> None:
        """Do something once the screen shows what it has to show now."""

    def open_profile(self, name: str) -> None:
        """Open another profile in the place of this one."""

    def repaint(self) -> None:
        """Draw the whole screen again."""

    def toggle_mouse(self) -> bool:
        """Take the mouse from the terminal, or give it back; return whether it is ours now."""

    def suspend_process(self) -> None:
        """Stop this process until the shell lets it go on."""

    def end(self, code: int) -> None:
        """Leave in order: a run stops, an answer on its way has some seconds."""

    def copy_text(self, text: str) -> str:
        """Send a text to the operator's terminal; return what to say."""

    def bell(self) -> None:
        """Ring the terminal's bell."""

    def leave_line(self, line: str) -> None:
        """Keep a line that stays on the shell when the application has ended."""


@runtime_checkable
class SaysSomething(Protocol):
    """A screen with a line in which something can be said."""

    def say(self, text: str) -> None:
        """Say something to the operator."""


@runtime_checkable
class LendsTerminal(Protocol):
    """An application that can let another program have the terminal."""

    def lend_terminal(self, work: Callable[[], T]) -> T:
        """Do something while the terminal is not ours. Raises RefusedHere where that cannot be now."""


class CustomerCursor(Protocol):
    """The list on the screen: which row the cursor is on, and the row where a range of marks began.

    Behind_mark is whom marking has moved the cursor to, None once it was moved otherwise.
    """

    cursor: int
    range_from: int | None
    behind_mark: str | None

    @property
    def customer(self) -> Customer | None:
        """The customer under the cursor."""

    def window(self, start: int, stop: int) -> Sequence[Customer]:
        """Return rows from start up to but not including stop."""

    def move(self, to: int) -> None:
        """Put the cursor on a row."""

    def redraw(self) -> None:
        """Draw every row again."""


class MainView(Protocol):
    """The main screen."""

    def follow(self) -> None:
        """Say anew what was done to the customer under the cursor."""

    @property
    def list(self) -> CustomerCursor:
        """The list."""

    @property
    def is_filtering(self) -> bool:
        """Whether the filter has the keys."""

    @property
    def is_in_detail(self) -> bool:
        """Whether the detail has the keys."""

    def focus_list(self) -> None:
        """Let the list have the keys."""

    def focus_filter(self) -> None:
        """Let the filter have the keys, the cursor behind its text."""

    def zoom(self, *, is_zoomed: bool) -> None:
        """Show the detail on the whole screen, or beside the list again."""


@runtime_checkable
class HoldsKeys(Protocol):
    """An application that keeps keys which come while a dialog opens."""

    async def release_keys(self) -> None:
        """Hand on the keys that have come, as long as there is a screen that takes them."""


@runtime_checkable
class Speaks(Protocol):
    """An application that can say what has the keys. Plain is whether it does."""

    plain: bool

    def speak_in(self, screen: Screen[Any]) -> None:
        """Let a screen that is being shown say what has the keys, for a screen reader; nothing without --plain."""
