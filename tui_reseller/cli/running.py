"""One event loop per command, and what a signal does to it.

The first signal ends a run over several customers after the call in flight; otherwise, and the second time, it cancels
the work: a write in flight then gets the outcome unknown in the ledger before the command ends.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine
from types import FrameType

from tui_reseller.cli.console import Console
from tui_reseller.cli.stopped import Stopped
from tui_reseller.domain.errors import ResellerError

ANSWER_SECONDS = 5.0
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Signals:
    """Catches the stopping signals while a command runs. On_first_stop ends the work after the call in flight."""

    def __init__(self, console: Console) -> None:
        self.received = 0
        self.on_first_stop: Callable[[], None] | None = None
        self._console = console
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[int] | None = None

    def run(self, work: Callable[[], Coroutine[object, object, int]]) -> int:
        """Run the work to its end. Raises Stopped if a signal ended it."""
        former = self._install()
        try:
            code = asyncio.run(self._attached(work))
        except (asyncio.CancelledError, KeyboardInterrupt):
            raise Stopped(self.received or signal.SIGINT) from None
        except ResellerError:
            # An interrupted question reads as a no, which is refused; what the caller must see is the signal.
            if self.received:
                raise Stopped(self.received) from None
            raise
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)
        if self.received:
            raise Stopped(self.received)
        return code

    async def _attached(self, work: Callable[[], Coroutine[object, object, int]]) -> int:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        return await work()

    def _install(self) -> dict[int, signal.Handlers | int | Callable[[int, FrameType | None], object] | None]:
        if threading.current_thread() is not threading.main_thread():
            return {}
        # What the caller has set to be ignored (nohup) stays ignored.
        wanted = [number for number in STOPPING if signal.getsignal(number) is not signal.SIG_IGN]
        return {number: signal.signal(number, self._handle) for number in wanted}

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        is_first = not self.received
        self.received = self.received or number
        if self._console.is_asking or self._loop is None or self._task is None:
            raise KeyboardInterrupt  # nothing is in flight while a person is asked
        self._loop.call_soon_threadsafe(self._soften if is_first and self.on_first_stop else self._task.cancel)

    def _soften(self) -> None:
        """Send nothing more; what is on its way has some seconds, and is unknown after that (reliability L19)."""
        if self.on_first_stop is not None and self._loop is not None and self._task is not None:
            self.on_first_stop()
            self._loop.call_later(ANSWER_SECONDS, self._task.cancel)
