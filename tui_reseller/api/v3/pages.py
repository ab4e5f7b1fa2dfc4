"""A list in pages by number, joined to one: pages overlap by a record, so that what shifts between two is seen.

Pages by number have no snapshot. The last record of a page must be the first of the next. Where it is not, somebody
came or went before it: the next page may then begin with more that is known, or the stretch is read again from further
back. As long as two pages share a record, nobody who was there all the time can be between them, provided the order of
the list stays. That is certain where ids ascend; where they do not, a list in which anything moved backwards is
refused. A customer who comes into the part that was read already may be missing (services 9.1).
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
MOST_PAGES = 20_000
"""A list with more does not end: ten million customers at 500 a page."""
IDLE = 3
"""So many whole pages in a row may bring nobody new, as when many came before them."""
ID = "id"


async def read_pages(ask: "Ask") -> "AsyncGenerator[pl.DataFrame, None]":
    """Read all pages and yield what is new in each. Ask returns a page as a table, from a place in the list on.

    Ends normally only if every page joined the one before, and nobody stands behind the last record. When it ends,
    however it does, no page is being asked for any more. Raises what asking raises, and UnusableAnswer.
    """
    join, ahead = _Join(), _Ahead(ask)
    try:
        while not (join.is_over and not len(await ask(join.behind))):
            was_over, place = join.is_over, join.place
            new = join.add(await ahead.page(join), place)
            if new is None:
                await ahead.drop()
                new = await _again(ask, join)
            if was_over and not len(new):
                raise UnusableAnswer("the service gives the list one by one: that cannot be joined")
            if len(new):
                yield new
        join.check()
    finally:
        await ahead.drop()


async def _again(ask: "Ask", join: "_Join") -> "pl.DataFrame":
    """Read from further back what did not join; a page must still reach what comes next."""
    for back in (1, join.step // 2, join.step):
        place = max(join.place - back, 0)
        new = join.add(await ask(place), place)
        if new is not None and (len(new) or join.is_over):
            return new
    raise UnusableAnswer("the pages of the list do not join: it changed too much while it was read")


class _Ahead:
    """Pages that are asked for before their turn."""

    def __init__(self, ask: "Ask") -> None:
        self._ask = ask
        self._asked: deque[tuple[int, asyncio.Future[pl.DataFrame]]] = deque()

    async def page(self, join: "_Join") -> "pl.DataFrame":
        """Return the page at the present place; those behind it are asked for as well, once pages are known to be
        whole.
        """
        if self._asked and self._asked[0][0] != join.place:
            await self.drop()
        at = self._asked[-1][0] + join.step if self._asked else join.place
        while len(self._asked) < (AHEAD if join.is_whole else 1):
            self._asked.append((at, asyncio.ensure_future(self._ask(at))))
            at += join.step
        return await self._asked.popleft()[1]

    async def drop(self) -> None:
        """Let go of all that were asked for, and wait until they are gone."""
        tasks = [task for _, task in self._asked]
        self._asked.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Join:
    """What has been read so far, and where the next page is to begin: at its last record.

    Step is how far the next page is, of pages as long as the first one. Whole are pages of which the next is known to
    be as long. It is over when a page that could be longer has nobody behind the last record.
    """

    def __init__(self) -> None:
        self.place = 0
        self.step = LIMIT - 1
        self.is_whole = False
        self.is_over = False
        self._pages = 0
        self._idle = 0
        self._total = 0
        self._ascends = True
        self._was_shifted = False
        self._recent: list[str] = []
        self._parts: list[pl.Series] = []

    @property
    def behind(self) -> int:
        """The place behind the last record."""
        return self.place + 1 if self._total else 0

    def add(self, page: "pl.DataFrame", place: int) -> "pl.DataFrame | None":
        """Return the records of a page that are new, or None if it does not join what was read.

        Raises UnusableAnswer if somebody may have moved into what was read already, a record has no id, or the list
        does not end.
        """
        self._pages += 1
        if self._pages > MOST_PAGES:
            raise UnusableAnswer(f"the list does not end: {MOST_PAGES:,} pages with {self._total:,} customers came")
        ids: list[str] = page[ID].to_list()  # looked at here: to ask polars takes longer for so few
        if None in ids or "" in ids:
            raise UnusableAnswer("a record in the list has no id, so it is not the list of customers")
        if self._recent and ids[:1] != self._recent[-1:]:
            new = self._shifted(page, ids, place)
        else:
            new = page.slice(1) if self._recent else page
            self._recent = [*self._recent[:-1], *ids]
        if new is None:
            return None
        self._ascends = self._ascends and _ascend(ids)
        if self._was_shifted and not self._ascends:
            raise UnusableAnswer("somebody came into the part of the list that was read already; read it again")
        self._recent = self._recent[-3 * LIMIT :]
        self._note(new, len(ids), place)
        return new

    def _shifted(self, page: "pl.DataFrame", ids: list[str], place: int) -> "pl.DataFrame | None":
        """Join a page that does not begin with the last record, by the last one that both have."""
        in_page = set(ids)
        common = next((at for at in reversed(range(len(self._recent))) if self._recent[at] in in_page), None)
        if common is None:
            return None
        known = set(self._recent)
        is_new = [key not in known for key in ids]
        at, gone = ids.index(self._recent[common]), len(self._recent) - 1 - common
        self._was_shifted = self._was_shifted or any(is_new[:at]) or place + at > self.place - gone
        self._recent = [*(key for key in self._recent[:common] if key not in in_page), *ids]
        return page.filter(is_new)

    def _note(self, new: "pl.DataFrame", length: int, place: int) -> None:
        is_first = not self._parts
        if is_first and length:
            self.step = max(length - 1, 1)
        # A page as long as the first one may have been cut there; a shorter one may be the end, which the next tells.
        is_full = length > self.step
        self.is_whole = is_full and (length >= LIMIT or not is_first)
        self.is_over = not len(new) and not is_full
        self._idle = 0 if len(new) else self._idle + 1
        if self._idle > IDLE:
            raise UnusableAnswer("the service gives the same page again and again: the list cannot be read")
        self.place = place + max(length - 1, 0)
        if len(new):
            self._parts.append(new[ID])
            self._total += len(new)

    def check(self) -> None:
        """Raise UnusableAnswer if a customer came twice."""
        import polars as pl  # noqa: PLC0415 - it is there by now

        if self._parts and pl.concat(self._parts).n_unique() != self._total:
            raise UnusableAnswer("the pages of the list repeat customers: it changed while it was read; read it again")


def _ascend(ids: list[str]) -> bool:
    """Whether ids are numbers in ascending order."""
    try:
        numbers = list(map(int, ids))
    except ValueError:
        return False
    return numbers == sorted(numbers)
