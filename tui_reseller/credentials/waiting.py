"""Waiting for something that may never answer, without the program being held by it."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")


async def in_daemon(question: Callable[[], Answer], *, limit: float, name: str) -> Answer:
    """Ask in a daemon thread of our own and wait at most *limit* seconds. Raises TimeoutError, and what was raised.

    asyncio's and Textual's own threads are joined at exit: one unanswered keyring prompt would keep the program from
    ending (measured: 20 s and more). A daemon thread is left behind.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Answer] = loop.create_future()

    def settle(result: Answer | None, error: Exception | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(result)  # type: ignore[arg-type]  # without an error there is an answer

    def ask() -> None:
        result, failed = None, None
        try:
            result = question()
        except Exception as error:  # noqa: BLE001 - handed on to whoever waits
            failed = error
        try:
            loop.call_soon_threadsafe(settle, result, failed)
        except RuntimeError:
            return  # the loop is closed: nobody waits any more

    threading.Thread(target=ask, daemon=True, name=name).start()
    async with asyncio.timeout(limit):
        return await answer
