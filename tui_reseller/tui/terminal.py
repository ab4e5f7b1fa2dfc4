"""The terminal around the application: whether there is one, and what is asked of it beside painting."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tui_reseller.domain.profile import Profile
from tui_reseller.domain.text import clean
from tui_reseller.system.machine import colours

KEPT = frozenset({"TEXTUAL_COLOR_SYSTEM", "TEXTUAL_FPS", "TEXTUAL_DISABLE_KITTY_KEY"})
"""Settings of the screen library that are harmless; all others could type keys, write files or open ports."""
SIZES = ("COLUMNS", "LINES")
"""As large as the terminal was when they were exported: libraries believe them, and a dialog opens off the screen."""
FRAMES = 240
"""Paintings in a second, at most. With the screen library's 60, what a key shows waits up to 16 ms if anything else was
painted right before it: the letter before its answer, or how far a list is read.
"""
CLEAR = "\x1b[H\x1b[2J"
"""Written at the end, before the screen is given back. GNU screen as it comes and the console of Linux have no second
one: there customers would stay, and the prompt stand in their midst. Elsewhere nobody sees it.
"""
SHOW_CURSOR = "\x1b[?25h"
KEEP_TITLE, OLD_TITLE = "\x1b[22;2t", "\x1b[23;2t"
"""Terminals that keep titles on a stack give the old one back; others ignore it."""
ASK_CURSOR = "\x1b[6n"
SLOW_SECONDS = 0.15
"""A line that takes longer to answer is slow."""
FEW, FEW_THEME = 16, "16"
"""With so many colours or fewer, a terminal's own are used, whatever was chosen: others would be guessed from them."""
MOUSE_MODES = (1000, 1003, 1015, 1006)
Write = Callable[[str], None]
"""Sends text to the terminal at once; does nothing while there is none."""


def missing_terminal() -> str | None:
    """Return why there is no terminal for a full screen, or None."""
    if not sys.stdin.isatty() or not sys.stderr.isatty():
        return "the full-screen application needs a terminal; for scripts: tui-reseller list --help"
    if os.environ.get("TERM", "") in {"", "dumb"}:
        return f"TERM={os.environ.get('TERM', '')!r} cannot show a full screen; for scripts: tui-reseller list --help"
    return None


def theme_for(profile: Profile | None, chosen: str) -> str:
    """Return the theme for a profile: its own, else the one that was chosen; of a terminal with few colours its own."""
    if 0 < colours() <= FEW:
        return FEW_THEME
    return (profile.theme if profile is not None else "") or chosen


def tame_environment() -> None:
    """Take away the variables by which the environment could steer the screen library, and let it paint at once."""
    for name in [name for name in os.environ if name in SIZES or (name.startswith("TEXTUAL") and name not in KEPT)]:
        del os.environ[name]
    os.environ.setdefault("TEXTUAL_FPS", str(FRAMES))


class RawModeGuard:
    """Keys wait without echo until the application reads them; afterwards the terminal is as it was."""

    def __init__(self) -> None:
        import termios  # noqa: PLC0415 - where there is a terminal, there is this module

        self._termios = termios
        self._stdin = sys.stdin.fileno()
        self._before = termios.tcgetattr(self._stdin)

    def enter(self) -> None:
        """Stop the echo, and let every key wait for itself instead of for its line."""
        raw = list(self._before)
        raw[3] &= ~(self._termios.ECHO | self._termios.ICANON)
        self._termios.tcsetattr(self._stdin, self._termios.TCSANOW, raw)

    def restore(self) -> None:
        """Put everything back; also where the application never came. A terminal that is gone wants nothing."""
        with suppress(self._termios.error, OSError):
            self._termios.tcsetattr(self._stdin, self._termios.TCSANOW, self._before)


@contextmanager
def line_mode() -> Iterator[None]:
    """Let the terminal echo and wait for whole lines, as programs expect it that do not set it themselves."""
    import termios  # noqa: PLC0415 - where there is a terminal, there is this module

    stdin = sys.stdin.fileno()
    before = termios.tcgetattr(stdin)
    lines = list(before)
    lines[0] |= termios.ICRNL
    lines[1] |= termios.OPOST
    lines[3] |= termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN
    termios.tcsetattr(stdin, termios.TCSANOW, lines)
    try:
        yield
    finally:
        termios.tcsetattr(stdin, termios.TCSANOW, before)


class WindowTitle:
    """The title of the terminal's window: lists of windows show it. It is given back at the end."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._is_ours = False

    def set(self, title: str) -> None:
        """Show a title."""
        keep = "" if self._is_ours else KEEP_TITLE
        self._is_ours = True
        self._write(f"{keep}\x1b]2;{clean(title, longest=100)}\x07")

    def give_back(self) -> None:
        """Show what was there before, if it was changed."""
        if self._is_ours:
            self._write(OLD_TITLE)


class Mouse:
    """Whose mouse it is: ours, or the terminal's, which can then select text."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._is_ours = True

    def toggle(self) -> bool:
        """Take it or give it; return whether it is ours now."""
        self._is_ours = not self._is_ours
        self._write("".join(f"\x1b[?{mode}{'h' if self._is_ours else 'l'}" for mode in MOUSE_MODES))
        return self._is_ours


class LineSpeed:
    """How long the line to the terminal takes: it is asked once where its cursor is, and the answer is timed."""

    def __init__(self, write: Write, now: Callable[[], float]) -> None:
        self._write = write
        self._now = now
        self._asked_at: float | None = None

    def ask(self) -> None:
        """Ask the terminal where its cursor is."""
        self._asked_at = self._now()
        self._write(ASK_CURSOR)

    def answered(self) -> float | None:
        """The terminal answered: return after how many seconds, None if it was not asked."""
        asked, self._asked_at = self._asked_at, None
        return None if asked is None else self._now() - asked
