"""The terminal around the application: whether there is one, and how the program ends when it goes away."""

import asyncio
import os
import select
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

KEPT = frozenset({"TEXTUAL_COLOR_SYSTEM", "TEXTUAL_FPS", "TEXTUAL_DISABLE_KITTY_KEY"})
"""Settings of the screen library that are harmless; all others could type keys, write files or open ports."""
FRAMES = 240
"""Paintings in a second, at most. With the screen library's 60, what a key shows waits up to 16 ms if anything else was
painted right before it: the letter before its answer, or how far a list is read.
"""
GRACE_SECONDS = 5.0


def missing_terminal() -> str | None:
    """Return why there is no terminal for a full screen, or None."""
    if not sys.stdin.isatty() or not sys.stderr.isatty():
        return "the full-screen application needs a terminal; for scripts: tui-reseller list --help"
    if os.environ.get("TERM", "") in {"", "dumb"}:
        return f"TERM={os.environ.get('TERM', '')!r} cannot show a full screen; for scripts: tui-reseller list --help"
    return None


def tame_environment() -> None:
    """Take away the variables by which the environment could steer the screen library, and let it paint at once."""
    for name in [name for name in os.environ if name.startswith("TEXTUAL") and name not in KEPT]:
        del os.environ[name]
    os.environ.setdefault("TEXTUAL_FPS", str(FRAMES))


class Ending:
    """Ends the application in order on SIGHUP, SIGTERM and a terminal that is gone.

    signal.signal and a watchdog, because a loop that is blocked on a dead line never runs its own handlers.
    """

    def __init__(self, leave: Callable[[int], None]) -> None:
        self._leave = leave
        self._loop = asyncio.get_running_loop()
        self._signal: int | None = None
        self._poll = select.poll()
        self._poll.register(0, 0)

    def watch(self) -> None:
        """Begin."""
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._handle)

    def look(self) -> None:
        """Called every second: a hung-up terminal sends no signal where it is ignored."""
        gone = select.POLLHUP | select.POLLERR | select.POLLNVAL
        if any(event & gone for _, event in self._poll.poll(0)):
            self._handle(signal.SIGHUP, None)

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if self._signal is not None:
            return
        self._signal = number
        watchdog = threading.Timer(GRACE_SECONDS, os._exit, (128 + number,))
        watchdog.daemon = True
        watchdog.start()
        self._loop.call_soon_threadsafe(self._leave, 128 + number)
