"""What waits to be written to a team's ledger: while the server works on a group, the next one gathers. All that the
answers of one lead to at once is in the next.
"""

import asyncio
import concurrent.futures
import contextlib
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from tui_reseller.domain.operation import Outcome
from tui_reseller.storage.ledger.postgresql.lane import LOOK_SECONDS, Lane
from tui_reseller.storage.ledger.postgresql.told_rows import finished
from tui_reseller.storage.ledger.rules import WITHDRAWN

if TYPE_CHECKING:
    from tui_reseller.storage.ledger.postgresql.writer import Writer

Answer = dict[str, Any]


class Waiting:
    """An operation of an account (escaped), and what becomes of it. Told is its answer, or why there is none."""

    def __init__(self, account: str, op: Mapping[str, object], loop: asyncio.AbstractEventLoop) -> None:
        self.account = account
        self.op = op
        self.told: Answer | Exception | None = None
        self.is_withdrawn = False
        self.answer: asyncio.Future[Answer] = loop.create_future()
        """Of who waits for it: cancelled with them, and with nothing else."""
        self.end: asyncio.Future[None] = loop.create_future()

    def tell(self, told: Answer | Exception) -> None:
        """Tell who waits, if anybody does."""
        self.told = told
        self.end.set_result(None)
        if self.answer.done():
            return
        if isinstance(told, Exception):
            self.answer.set_exception(told)
            self.answer.exception()  # nobody may be left who asks for it
        else:
            self.answer.set_result(told)


class Groups:
    """Lives in one event loop at a time, and writes one group after the other in the writer's thread."""

    def __init__(self, writing: "Lane[Writer]", after: Callable[["Writer"], None], keep_up: Callable[[], None]) -> None:
        """After is called in that thread when something was written, keep_up in the loop when it was told."""
        self._writing = writing
        self._after = after
        self._keep_up = keep_up
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: deque[Waiting] = deque()
        self._orphans: set[Waiting] = set()
        self._at_work: set[Waiting] = set()

    def submit(self, account: str, op: Mapping[str, object]) -> Waiting:
        """Let an operation be written with whatever else waits."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:  # of one that has ended nothing comes back
            self._loop, self._waiting, self._orphans, self._at_work = loop, deque(), set(), set()
        one = Waiting(account, op, loop)
        self._waiting.append(one)
        if not self._at_work and len(self._waiting) == 1:
            loop.call_soon(self._begin)
        return one

    async def wait(self, one: Waiting) -> Answer:
        """Wait for an answer. Cancelling the caller does not stop the writing: what is read next is read behind it."""
        try:
            return await one.answer
        except asyncio.CancelledError:
            self._leave(one)
            raise

    def withdraw(self, one: Waiting) -> None:
        """Whoever asked to begin an operation has gone and will send nothing: it is not begun, or ended at once."""
        one.is_withdrawn = True
        if one in self._waiting:
            self._waiting.remove(one)
            self._orphans.discard(one)
            one.end.set_result(None)
        elif one.told is not None:
            self._end_withdrawn(one)

    async def settle(self) -> None:
        """Wait for what was written without anybody waiting for it."""
        while self._orphans and self._loop is asyncio.get_running_loop():
            await asyncio.wait({next(iter(self._orphans)).end})

    async def drain(self) -> None:
        """Wait for everything that was submitted."""
        while (left := [*self._at_work, *self._waiting]) and self._loop is asyncio.get_running_loop():
            await asyncio.wait([one.end for one in left])

    def _leave(self, one: Waiting) -> None:
        if not one.end.done():
            self._orphans.add(one)

    def _begin(self) -> None:
        """Hand over what waits, unless a group is at work."""
        if self._at_work or not self._waiting:
            return
        groups: dict[str, list[Waiting]] = {}
        for one in self._waiting:
            groups.setdefault(one.account, []).append(one)
        self._at_work = set(self._waiting)
        self._waiting.clear()
        loop = asyncio.get_running_loop()
        loop.call_later(LOOK_SECONDS, self._look, self._at_work)
        working = self._writing.submit(lambda writer: self._write(writer, loop, groups))
        working.add_done_callback(partial(self._told_nothing, loop, list(self._at_work)))

    def _look(self, group: set[Waiting]) -> None:
        """Look again and again whether the server answers, as long as it owes an answer to this group."""
        if group and group is self._at_work:
            self._writing.cut_if_silent()
            asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look, group)

    def _write(self, writer: "Writer", loop: asyncio.AbstractEventLoop, groups: Mapping[str, list[Waiting]]) -> None:
        for account, group in groups.items():
            told: Sequence[Answer | Exception]
            try:
                told = writer.write(account, [one.op for one in group])
                self._after(writer)
            except Exception as error:  # noqa: BLE001 - whoever waits for a result gets it, as from any executor
                told = [error] * len(group)
            with contextlib.suppress(RuntimeError):  # the loop has ended, and who waited with it
                loop.call_soon_threadsafe(self._tell, group, told)

    def _told_nothing(
        self, loop: asyncio.AbstractEventLoop, group: Sequence[Waiting], working: concurrent.futures.Future[None]
    ) -> None:
        """Tell who waits why there is nobody who writes."""
        error = working.exception()
        if isinstance(error, Exception):
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._tell, group, [error] * len(group))

    def _tell(self, group: Sequence[Waiting], told: Sequence[Answer | Exception]) -> None:
        for one, answer in zip(group, told, strict=True):
            one.tell(answer)
            self._orphans.discard(one)
            self._at_work.discard(one)
            if one.is_withdrawn:
                self._end_withdrawn(one)
        if not isinstance(told[0], Exception):
            self._keep_up()
        if not self._at_work:
            asyncio.get_running_loop().call_soon(self._begin)  # behind those who were told just now

    def _end_withdrawn(self, one: Waiting) -> None:
        if isinstance(one.told, dict) and "entry" in one.told:
            self._leave(self.submit(one.account, finished(str(one.told["entry"]), Outcome.NOT_SENT, WITHDRAWN)))
