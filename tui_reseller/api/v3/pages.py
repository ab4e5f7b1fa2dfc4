"""A list in pages by number, joined to one: pages overlap by a record, so that what shifts between two is seen.

Pages by number have no snapshot. The last record of a page must be the first of the next. Where it is not, somebody
came or went before it: the stretch is read again from further back, and if a customer may be missing then, the list is
refused as a whole. What a going and a coming between the same two pages hide from each other, nobody can see
(README, "Limits").
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TYPE_CHECKING

from tui_reseller.domain.errors import UnusableAnswer

if TYPE_CHECKING:
    import polars as pl

    Ask = Callable[[int], Awaitable[pl.DataFrame]]

LIMIT = 500
"""Records of a page that are asked for: the most that a service gives."""
AHEAD = 6
"""So many pages are asked for at once, where the pace lets them go."""
ID = "id"


async def read_pages(ask: "Ask") -> "AsyncGenerator[pl.DataFrame, None]":
    """Read all pages and yield what is new in each. Ask returns a page as a table, from a place in the list on.

    Ends normally only if every page joined the one before and a last look found nothing behind. Raises what asking
    raises, and UnusableAnswer.
    """
    join = _Join()
    ahead: deque[tuple[int, asyncio.Task[pl.DataFrame]]] = deque()
    try:
        while not join.is_over:
            page = await _next(ask, ahead, join)
            new = join.add(page)
            if new is None:
                _drop(ahead)
                new = await _again(ask, join)
            if len(new):
                yield new
        while (rest := join.add(await ask(join.place))) is None or len(rest):  # a last look, when all have come
            rest = await _again(ask, join) if rest is None else rest
            if not len(rest):
                break
            yield rest
        if join.total == 1 and len(await ask(1)):
            raise UnusableAnswer("the service gives the list one by one: that cannot be joined")
        join.check()
    finally:
        _drop(ahead)
        await asyncio.gather(*(task for _, task in ahead), return_exceptions=True)


async def _next(ask: "Ask", ahead: "deque[tuple[int, asyncio.Task[pl.DataFrame]]]", join: "_Join") -> "pl.DataFrame":
    """Return the page at the present place; those behind it are asked for as well, once pages are known to be full."""
    if ahead and ahead[0][0] != join.place:
        _drop(ahead)
    at = ahead[-1][0] + join.step if ahead else join.place
    while len(ahead) < (AHEAD if join.is_regular else 1):
        ahead.append((at, asyncio.ensure_future(ask(at))))
        at += join.step
    return await ahead.popleft()[1]


def _drop(ahead: "deque[tuple[int, asyncio.Task[pl.DataFrame]]]") -> None:
    for _, task in ahead:
        task.cancel()
        task.add_done_callback(_forget)
    ahead.clear()


def _forget(task: "asyncio.Task[pl.DataFrame]") -> None:
    if not task.cancelled():
        task.exception()  # nobody waits for it any more


async def _again(ask: "Ask", join: "_Join") -> "pl.DataFrame":
    """Read from further back what did not join; a page must still reach what comes next."""
    for back in (1, join.step // 2, join.step):
        place = max(join.place - back, 0)
        new = join.add(await ask(place), place)
        if new is not None:
            return new
    raise UnusableAnswer("the pages of the list do not join: it changed too much while it was read")


class _Join:
    """What has been read so far, and where the next page is to begin: at its last record."""

    def __init__(self) -> None:
        self.place = 0
        self.step = LIMIT - 1
        self.is_regular = False
        self.is_over = False
        self.total = 0
        self._recent: list[str] = []
        self._parts: list[pl.Series] = []

    def add(self, page: "pl.DataFrame", place: int | None = None) -> "pl.DataFrame | None":
        """Return the records of a page that are new, or None if it does not join what was read.

        Raises UnusableAnswer if somebody came before it who was not read, or a record has no id.
        """
        place = self.place if place is None else place
        ids: list[str] = page[ID].fill_null("").to_list()
        if "" in ids:
            raise UnusableAnswer("a record in the list has no id, so it is not the list of customers")
        if not self._recent:
            return self._take(page, ids, 0, place)
        known = {key: at for at, key in enumerate(self._recent)}
        joins = max((known[key] for key in ids if key in known), default=None)
        if joins is None:
            return None
        at, gone = ids.index(self._recent[joins]), len(self._recent) - 1 - joins
        if any(key not in known for key in ids[:at]) or place + at > self.place - gone:
            raise UnusableAnswer("somebody came into the part of the list that was read already; read it again")
        del self._recent[joins + 1 :]
        return self._take(page.slice(at + 1), ids[at + 1 :], at + 1, place)

    def _take(self, new: "pl.DataFrame", ids: list[str], skipped: int, place: int) -> "pl.DataFrame":
        length = skipped + len(ids)
        # A short page may be the end, or the service gives no longer ones: a last look tells.
        self.is_over = not ids or (self.is_regular and length <= self.step)
        self.place = place + max(length - 1, 0)
        if ids:
            self.step = max(length - 1, 1) if not self.is_regular else self.step
            self.is_regular = True
            self._recent = [*self._recent, *ids][-4 * LIMIT :]
            self._parts.append(new[ID])
            self.total += len(ids)
        return new

    def check(self) -> None:
        """Raise UnusableAnswer if a customer came twice."""
        import polars as pl  # noqa: PLC0415 - it is there by now

        if self._parts and pl.concat(self._parts).n_unique() != self.total:
            raise UnusableAnswer("the pages of the list repeat customers: it changed while it was read; read it again")
