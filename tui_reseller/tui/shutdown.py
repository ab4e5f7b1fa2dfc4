"""How the program ends when somebody ends it, or its terminal goes away."""

import asyncio
import os
import select
import signal
import threading
from collections.abc import Callable
from types import FrameType

GRACE_SECONDS = 5.0
"""After so long a program that does not end is ended."""


class ShutdownWatcher:
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

    def check(self) -> None:
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
