"""A list as tables, read beside the event loop: one piece is parsed while the next one arrives."""

import asyncio
from typing import TYPE_CHECKING

from tui_reseller.api.reseller_v2.list_tables import ListTables
from tui_reseller.api.reseller_v2.listing import Body, ListReader
from tui_reseller.api.wire import Form
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.profile import Format

if TYPE_CHECKING:
    import polars as pl

PIECES = (64 * 1024, 256 * 1024, 896 * 1024)
"""Sizes of pieces in bytes; all after these are like the last. Large ones are quicker, small ones are there soon. With
what arrives at once, a piece stays below the largest record: a larger one goes the exact way.
"""
PIECE_SECONDS = 0.1
"""A piece that is not full is parsed at this age: on a slow line rows are seen all the same."""


class TableReader(ListReader["pl.DataFrame"]):
    """Returns tables. Close it: it reads ahead by itself, at most one piece while another one is parsed."""

    def __init__(self, body: Body, wanted: Format, form: Form) -> None:
        super().__init__(body, wanted, form, ListTables(wanted))
        self._sizes = [*PIECES]
        self._piece: list[bytes] = []
        self._size = 0
        self._taken_at = 0.0  # the piece before this one
        self._parsed_data = b""
        self._is_over = False
        self._waits_since: float | None = None
        self._filling: asyncio.Task[None] | None = None
        self._parsing: asyncio.Task[list[pl.DataFrame] | ResellerError] | None = None

    async def next(self) -> "list[pl.DataFrame] | None":
        """As in ListReader. The last table may be empty."""
        while not self._is_done:
            self._go_on()
            await self._wait()
            if self._parsing is not None and self._parsing.done():
                parsing, self._parsing = self._parsing, None
                found = await self._checked(self._parsed_data, parsing.result())
                if found:
                    self._waits_since = self._waits_since and _now()
                    return found
                self._refuse_silence()
            elif self._parsing is None and not self._piece:
                if self._filling is not None and self._filling.done():
                    self._filling.result()  # it failed; what was read before had its own errors first
                self._refuse_silence()
        return None

    async def aclose(self) -> None:
        """Stop reading, and wait until no piece is being parsed."""
        if self._filling is not None:
            self._filling.cancel()
        tasks = [task for task in (self._filling, self._parsing) if task is not None]
        self._filling = self._parsing = None
        if tasks:
            await asyncio.wait(tasks)
        for task in tasks:
            if not task.cancelled():
                task.exception()  # who closes does not want to know

    def _go_on(self) -> None:
        """Start what can be started. Before the answer has proved to be a list, nothing is read ahead: an error is read
        as a whole, by someone else.
        """
        is_filled = self._filling is None or self._filling.done()
        is_old = _now() - self._taken_at >= PIECE_SECONDS
        if self._parsing is None and (is_filled or is_old) and (self._piece or self._is_over):
            data = self._parsed_data = self._take()
            self._parsing = asyncio.create_task(asyncio.to_thread(self._parsed, data))
        may_fill = self._size < self._sizes[0] if self.has_begun else not self._piece and self._parsing is None
        if self._filling is None and may_fill and not self._is_over:
            self._filling = asyncio.create_task(self._fill())

    def _take(self) -> bytes:
        data = b"".join(self._piece)
        self._piece, self._size, self._taken_at = [], 0, _now()
        if len(self._sizes) > 1:
            self._sizes.pop(0)
        return data

    async def _fill(self) -> None:
        """Read until the piece is full or the body is over. The piece may be taken away meanwhile."""
        while self._size < self._sizes[0]:
            self._waits_since = _now()
            data = await self._arrived(None)  # next() looks at the clock, who knows when records came
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
        tasks = [task for task in (self._filling, self._parsing) if task is not None and not task.done()]
        if tasks:
            await asyncio.wait(tasks, timeout=PIECE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        filling = self._filling
        if filling is not None and filling.done() and filling.exception() is None:
            self._filling = None

    def _refuse_silence(self) -> None:
        """Raise AnswerLost if no record came for too long. Whatever came has been parsed by now."""
        waited = 0.0 if self._waits_since is None else _now() - self._waits_since
        if not self._is_over and waited >= self._quiet:
            raise self._body.late()


def _now() -> float:
    return asyncio.get_running_loop().time()
