"""A list as tables, read beside the event loop: pieces are parsed, on all cores, while the next one arrives."""

import asyncio
import sys
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from tui_reseller.api.lists.list_format import ListFormat, S
from tui_reseller.api.lists.list_reader import Body, ListReader, Refusal, unusable
from tui_reseller.api.lists.table_parser import SpeculativeParse, TableParser
from tui_reseller.api.reply import BadReply
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.listing import ListProgress
from tui_reseller.system.thread_priority import lower_thread_priority

if TYPE_CHECKING:
    import polars as pl

    from tui_reseller.api.http import Exchange

    Found: TypeAlias = list[pl.DataFrame] | ResellerError

PIECES = (64 * 1024, 256 * 1024, 1024 * 1024, 2560 * 1024)
"""Sizes of pieces in bytes; all after these are like the last. Small ones are there soon, large ones are quicker: each
costs a millisecond of its own (measured: 2.1 s for a million customers, 2.6 s in pieces of 704 KiB, 2.2 s in 3840).
"""
AHEAD = 2
"""So many pieces are parsed at once or wait to be committed. With 3 a list is there in 2.1 s instead of 2.3, but a key
waits for seven times an arrow instead of less than five (measured, two cores).
"""
KEPT_FREE = 16 * 1024 * 1024
"""So many bytes that pieces have left are kept for the next ones, by each thread. Given back to the system and taken
again, as is usual for more than 128 KiB, they cost 6 % of the processor time of a list (measured).
"""
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # malloc.h
PIECE_SECONDS = 0.1
"""A piece that is not full is parsed at this age: on a slow line rows are seen all the same."""


async def read_tables(
    ask: "Callable[[], Awaitable[Exchange]]", format_: ListFormat[S], refusal: Refusal
) -> AsyncGenerator[ListProgress, None]:
    """Read a complete list, piece by piece. Ends normally only if the whole answer was well-formed.

    At most 2 GiB, and never 30 s without a record. Raises what asking raises, and NotSent, AnswerLost, UnusableAnswer,
    Rejected and its kinds.
    """
    async with await ask() as exchange:
        reader = TableReader(exchange, format_, refusal)
        try:
            while (tables := await reader.next()) is not None:
                for table in tables:
                    yield ListProgress(table, exchange.received)
        finally:
            await reader.aclose()


class TableReader(ListReader["pl.DataFrame"]):
    """Returns tables. Close it: it reads ahead by itself, at most AHEAD pieces and the one that arrives."""

    def __init__(self, body: Body, format_: ListFormat[S], refusal: Refusal) -> None:
        self._tables = TableParser(format_)
        super().__init__(body, self._tables, refusal)
        self._sizes = [*PIECES]
        self._piece: list[bytes] = []
        self._size = 0
        self._taken_at = 0.0  # the piece before this one
        self._is_over = False
        self._waits_since: float | None = None
        self._filling: asyncio.Task[None] | None = None
        self._ahead: deque[tuple[bytes, asyncio.Future[SpeculativeParse]]] = deque()
        self._committing: asyncio.Task[Found] | None = None
        self._parsers = ThreadPoolExecutor(AHEAD, "list-reader", initializer=_prepare_thread)

    async def next(self) -> "list[pl.DataFrame] | None":
        """As in ListReader. The last table may be empty."""
        while not self._is_done:
            self._go_on()
            await self._wait()
            if self._ahead and self._ahead[0][1].done():
                data, parsing = self._ahead.popleft()
                found = await self._checked(data, await self._committed(parsing.result()))
            elif self._is_over and not self._ahead and not self._piece:
                found = await self._checked(b"", await self._beside(lambda: self._parsed(b"")))
            else:
                found = []
            if found:
                self._waits_since = self._waits_since and _now()
                self._go_on()  # while the caller is busy with these
                return found
            self._refuse_silence()
        return None

    async def aclose(self) -> None:
        """Stop reading, and wait until no piece is being parsed."""
        if self._filling is not None:
            self._filling.cancel()
        tasks = [task for task in (self._filling, self._committing, *(ahead[1] for ahead in self._ahead)) if task]
        self._filling = self._committing = None
        self._ahead.clear()
        if tasks:
            await asyncio.wait(tasks)
        for task in tasks:
            if not task.cancelled():
                task.exception()  # who closes does not want to know
        self._parsers.shutdown(wait=False)

    def _go_on(self) -> None:
        """Start what can be started. Before the answer has proved to be a list, nothing is read ahead: an error is read
        as a whole, by someone else.
        """
        is_filled = self._filling is None or self._filling.done()
        if self._filling is not None and is_filled and self._filling.exception() is None:
            self._filling = None
        is_old = _now() - self._taken_at >= PIECE_SECONDS
        if self._piece and (is_filled or is_old) and len(self._ahead) < (AHEAD if self.has_begun else 1):
            parts = self._take()
            piece = self._tables.cut(parts)
            parsing = asyncio.get_running_loop().run_in_executor(self._parsers, self._tables.speculate, piece)
            self._ahead.append((parts[0] if self.has_begun else b"".join(parts), parsing))
        may_fill = self._size < self._sizes[0] if self.has_begun else not self._piece and not self._ahead
        if self._filling is None and may_fill and not self._is_over:
            self._filling = asyncio.create_task(self._fill())
            self._filling.add_done_callback(self._filled)

    def _filled(self, filling: "asyncio.Task[None]") -> None:
        """Go on, though the caller may be busy."""
        if filling is self._filling and not filling.cancelled():
            self._go_on()

    def _take(self) -> list[bytes]:
        parts = self._piece
        self._piece, self._size, self._taken_at = [], 0, _now()
        if len(self._sizes) > 1:
            self._sizes.pop(0)
        return parts

    async def _committed(self, parse: SpeculativeParse) -> "Found":
        """Return what is in a piece; beside the event loop, if it has to be parsed once more."""

        def commit() -> "Found":
            try:
                return self._tables.commit(parse)
            except BadReply as error:
                return unusable(error)

        return commit() if self._tables.is_valid(parse) else await self._beside(commit)

    async def _beside(self, work: "Callable[[], Found]") -> "Found":
        self._committing = committing = asyncio.create_task(asyncio.to_thread(work))
        await asyncio.wait([committing])
        self._committing = None
        return committing.result()

    async def _fill(self) -> None:
        """Read until the piece is full or the body is over. The piece may be taken away meanwhile."""
        while self._size < self._sizes[0]:
            self._waits_since = _now()
            data = await self._receive(None)  # next() looks at the clock, who knows when records came
            self._quiet -= _now() - self._waits_since
            self._waits_since = None
            self._is_over = not data
            if not data:
                return
            self._piece.append(data)
            self._size += len(data)
            if not self.has_begun:
                return
            await asyncio.sleep(0)

    async def _wait(self) -> None:
        """Wait until something is done, or the piece may be old."""
        if self._ahead and self._ahead[0][1].done():
            return
        tasks = [task for task in (self._filling, *(ahead[1] for ahead in self._ahead)) if task and not task.done()]
        if tasks:
            await asyncio.wait(tasks, timeout=PIECE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        if self._filling is not None and self._filling.done() and not self._ahead and not self._piece:
            self._filling.result()  # what was read before had its own errors first

    def _refuse_silence(self) -> None:
        """Raise AnswerLost if no record came for too long. Whatever came has been parsed by now."""
        waited = 0.0 if self._waits_since is None else _now() - self._waits_since
        if not self._is_over and waited >= self._quiet:
            raise self._body.late()


def _prepare_thread() -> None:
    """Prepare a thread that parses. The threads of polars, which answer filters as well, start first: they would get
    the lower priority of the one that starts them.
    """
    import polars as pl  # noqa: PLC0415 - beside the event loop

    pl.thread_pool_size()
    lower_thread_priority()
    _keep_free()


@cache
def _keep_free() -> None:
    """Keep memory that was freed, where it is glibc that gives it."""
    import ctypes  # noqa: PLC0415 - with the first list

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        for parameter in (_TRIM_THRESHOLD, _MMAP_THRESHOLD):
            mallopt(parameter, KEPT_FREE)


def _now() -> float:
    return asyncio.get_running_loop().time()
