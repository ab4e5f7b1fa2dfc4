"""A thread with what works on one connection in it, and a look from outside whether the server answers."""

import asyncio
import concurrent.futures
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from tui_reseller.system.clock import boot_seconds

if TYPE_CHECKING:
    from tui_reseller.storage.ledger.postgresql.link import Link

SIGN_SECONDS = 0.1
"""Between two signs of one process: each costs a commit of others a moment."""
LOOK_SECONDS = 0.5
"""How often it is looked whether the server still owes an answer."""


class Works(Protocol):
    """What works on a connection."""

    @property
    def link(self) -> "Link | None":
        """The connection, while there is one."""

    def close(self) -> None:
        """Close it."""


Worker = TypeVar("Worker", bound=Works)
Result = TypeVar("Result")


class Lane(Generic[Worker]):
    """One thread. The worker is made in it at the first need, and made anew after its connection has failed."""

    def __init__(self, name: str, make: Callable[[], Worker], longest: float) -> None:
        """Longest is how many seconds the server may take for one answer; then the connection is cut."""
        self._name = name
        self._make = make
        self._longest = longest
        self._thread: concurrent.futures.ThreadPoolExecutor | None = None
        self._worker: Worker | None = None

    def submit(self, work: Callable[[Worker], Result]) -> concurrent.futures.Future[Result]:
        """Let work be done, after what was submitted before."""
        if self._thread is None:
            self._thread = concurrent.futures.ThreadPoolExecutor(max_workers=1, thread_name_prefix=self._name)
        return self._thread.submit(self._run, work)

    async def wait(self, future: concurrent.futures.Future[Result]) -> Result:
        """Wait for a result of this thread. Cancelling the caller does not stop the work."""
        return (await self.settle(future)).result()

    async def settle(self, future: concurrent.futures.Future[Result]) -> asyncio.Future[Result]:
        """Wait until there is a result, or none."""
        waiting = asyncio.wrap_future(future)
        waiting.add_done_callback(_retrieve)
        while not (await asyncio.wait({waiting}, timeout=LOOK_SECONDS))[0]:
            self.cut_if_silent()
        return waiting

    async def aclose(self) -> None:
        """Close the connection and end the thread, after what was submitted before."""
        thread, self._thread = self._thread, None
        if thread is not None:
            await self.wait(thread.submit(self._close))
            thread.shutdown()

    def _run(self, work: Callable[[Worker], Result]) -> Result:
        if self._worker is None:
            self._worker = self._make()
        return work(self._worker)

    def _close(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()

    def cut_if_silent(self) -> None:
        """Cut the connection if the server has owed an answer for too long."""
        link = self._worker.link if self._worker is not None else None
        since = link.waits_since if link is not None else None
        if link is not None and since is not None and boot_seconds() - since > self._longest:
            link.sever()


def _retrieve(future: asyncio.Future[Result]) -> None:
    """Nobody may be left who asks for the result."""
    if not future.cancelled():
        future.exception()
