"""Something done again and again beside a longer work, and a longer work that is given up."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from tui_reseller.services.ports import Clock


@asynccontextmanager
async def every(seconds: float, clock: Clock, do: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Do it every so many seconds as long as the context is open; what it raises is raised at the end."""

    async def again() -> None:
        while True:
            await clock.sleep(seconds)
            await do()

    task = asyncio.create_task(again())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled() and (error := task.exception()):
            raise error


class Abandonable:
    """Runs what may take minutes and sends nothing: who gives it up does not wait for it."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self._is_given_up = False

    def give_up(self) -> None:
        """End what runs now; what is run from now on is run as always."""
        if self._task is not None:
            self._is_given_up = True
            self._task.cancel()

    async def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it to its end, or until it is given up."""
        self._task, self._is_given_up = asyncio.create_task(work), False
        try:
            await self._task
        except asyncio.CancelledError:
            this = asyncio.current_task()
            if not self._is_given_up or (this is not None and this.cancelling()):
                raise
        finally:
            self._task = None
