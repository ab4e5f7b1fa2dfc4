"""The customer list in memory: filtered, sorted, by window, as fast at a million customers as at a thousand.

A polars frame that is never changed in place, an overlay of the rows that changed since, and one thread that answers
questions about them, so that the screen never waits. Nothing of polars is imported before the first list arrives.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from tui_reseller.domain.confusables import skeleton
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.listing import ListDifference, ListQuery, RefreshCounts, Table
from tui_reseller.domain.nearest import nearest
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.value import Value
from tui_reseller.storage.incoming import Incoming

if TYPE_CHECKING:
    from tui_reseller.storage.query import Answer

T = TypeVar("T")
FOLD_AT = 5000
"""From so many changed rows on, they are put into the frame."""


class CustomerList:
    """All customers, and the rows that the present question shows.

    Until the first list is taken, it holds the head of the last one: rows to show, with neither filter nor order.
    """

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._worker = ThreadPoolExecutor(1, "customer-list")
        self._head: Sequence[Customer] = ()
        self._head_total = 0
        self._answer: Answer | None = None
        self._kept: tuple[Answer, ...] = ()
        self._question = ListQuery()
        self._asked = 0
        self._is_folding = False
        self.version = 0

    def __len__(self) -> int:
        return len(self._head if self._answer is None else self._answer)

    @property
    def total(self) -> int:
        """All customers, shown or not."""
        return self._head_total if self._answer is None else self._answer.rows.total

    @property
    def is_head(self) -> bool:
        """Whether only the first rows of the last list are there."""
        return self._answer is None

    def show_head(self, customers: Sequence[Customer], total: int) -> None:
        """Show the first customers of a list that is not loaded yet."""
        self._head, self._head_total = customers, total
        self.version += 1

    def incoming(self) -> Incoming:
        """Return an empty list, to gather a new one in."""
        return Incoming(self._provider, self._worker)

    async def take(self, new: Incoming, last_set: Mapping[str, Mapping[str, Value]], *, complete: bool = True) -> None:
        """Put a list in the place of the old one; the present question stays. Last_set is what this tool has set,
        for what the service does not tell. A complete list is compared with the one before.
        """

        def work() -> "Answer":
            from tui_reseller.storage.frames import with_last_set  # noqa: PLC0415 - polars, beside the screen
            from tui_reseller.storage.list_changes import changes_between  # noqa: PLC0415
            from tui_reseller.storage.query import Rows, answer  # noqa: PLC0415

            frame = with_last_set(self._provider, new.frame(), last_set)
            rows = Rows(self._provider, frame)
            if complete and self._answer is not None and self._answer.rows.total:
                changes = changes_between(self._provider, self._answer.rows.compact(), frame)
                rows = Rows(self._provider, frame, changes=changes)
            return answer(rows, self._question)

        self._show(await self._run(work))
        self._head = ()

    async def query(self, question: ListQuery) -> bool:
        """Filter and sort; return whether the answer is shown: a newer question makes an older one void.

        Case is ignored, equal rows keep the service's order, rows without a value come last both ways. Raises
        InvalidInput for a sort column that there is not, InvalidFilter for a regex that cannot be used.
        """
        known = self._provider.columns
        if question.sort and question.sort not in known:
            near = nearest(question.sort, known) or known[:1]
            raise InvalidInput(f'no field "{question.sort}" to sort by', field="sort", hint=f"perhaps {near[0]}")
        self._asked += 1
        mine, before = self._asked, self._question
        self._question = question
        while self._answer is not None and not self._back(question):
            version = self.version
            try:
                found = await self._run(lambda: self._found(question, mine))
            except InvalidInput:
                self._question = before if self._question is question else self._question
                raise
            if mine != self._asked or found is None:
                return False
            if version == self.version:
                self._answer, self._kept = found, (*self._kept[-1:], found)
                if found.hits is not None:
                    self._worker.submit(found.hits.prepare)  # without it the next letter only takes longer
                break
        return True

    def _back(self, question: ListQuery) -> bool:
        """Go back to one of the last two answers, if it is what is asked for, as for an order that is turned round
        twice: at once, whatever the worker is busy with.
        """
        kept = next((answer for answer in self._kept if answer.question == question), None)
        if kept is not None:
            self._answer = kept
        return kept is not None

    def _show(self, changed: "Answer") -> None:
        """Show other rows. Nothing that was found among the former ones is true any more."""
        self._answer, self._kept = changed, ()
        self.version += 1

    def _found(self, question: ListQuery, asked: int) -> "Answer | None":
        """Answer a question in the worker, unless a newer one waits behind it."""
        from tui_reseller.storage.query import answer  # noqa: PLC0415 - polars is loaded with the first list

        last = self._answer
        return None if asked != self._asked or last is None else answer(last.rows, question, last)

    async def count(self, question: ListQuery) -> int:
        """Return how many customers another question would show. Raises InvalidFilter."""
        from tui_reseller.storage.query import answer  # noqa: PLC0415 - as above

        last = self._answer
        return 0 if last is None else await self._run(lambda: len(answer(last.rows, question)))

    async def hidden(self, usernames: Collection[str]) -> int:
        """Return how many of these usernames the present question does not show."""
        last = self._answer
        if last is None or not usernames:
            return 0
        return await self._run(lambda: len(usernames) - last.shows(usernames))

    def window(self, start: int, stop: int) -> Sequence[Customer]:
        """Return shown rows from start up to but not including stop."""
        return self._head[max(0, start) : max(0, stop)] if self._answer is None else self._answer.window(start, stop)

    def named(self, usernames: Collection[str]) -> dict[str, Customer]:
        """Return customers by exact username, by one pass over the list; of several with one name, the first."""
        if self._answer is None:
            return {customer.username: customer for customer in reversed(self._head) if customer.username in usernames}
        rows = self._answer.rows
        found = rows.named(usernames)
        return dict(zip(found, rows.at([numbers[0] for numbers in found.values()]), strict=True))

    def get(self, username: str) -> Customer | None:
        """Return a customer by exact username."""
        return self.named([username]).get(username)

    def row_of(self, username: str) -> int | None:
        """Return the shown row of a username; of several, the first customer's."""
        if self._answer is not None:
            return self._answer.place_of(username)
        return next((row for row, customer in enumerate(self._head) if customer.username == username), None)

    def is_ambiguous(self, username: str) -> bool:
        """Whether the service listed this username more than once: then no operation says which one it means."""
        if self._answer is None:
            return sum(customer.username == username for customer in self._head) > 1
        return len(self._answer.rows.named([username]).get(username, ())) > 1

    async def look_alikes(self, username: str, limit: int) -> list[str]:
        """Return other usernames, shown or not, that the eye takes for this one; at most *limit*."""
        last = self._answer
        if last is None:
            wanted = skeleton(username)
            others = (customer.username for customer in self._head if customer.username != username)
            return [name for name in others if skeleton(name) == wanted][:limit]

        def work() -> list[str]:
            from tui_reseller.storage.look_alikes import look_alikes  # noqa: PLC0415 - polars, beside the screen

            return look_alikes(last.rows.compact()["username"], username, limit)

        return await asyncio.to_thread(work)  # not behind a list that is being taken in: a dialog waits for it

    def ambiguous(self, usernames: Collection[str]) -> frozenset[str]:
        """Return which of these usernames the service listed more than once, all by one pass over the list."""
        if self._answer is None:
            return frozenset(name for name in usernames if self.is_ambiguous(name))
        return frozenset(name for name, rows in self._answer.rows.named(usernames).items() if len(rows) > 1)

    def usernames(self) -> list[str]:
        """Return all usernames that the present question shows, in order."""
        if self._answer is None:
            return [customer.username for customer in self._head]
        return self._answer.usernames().to_list()

    def apply(self, changes: Sequence[tuple[str, Customer | None]]) -> None:
        """Put changed or renamed customers in the place of usernames, add new ones, take out those that are None.

        Until the next question a changed row keeps its place, also where it no longer fits, and a new one is not shown:
        nothing jumps under a cursor.
        """
        if self._answer is None:
            by_name = dict(changes)
            new = (by_name.get(customer.username, customer) for customer in self._head)
            self._head = [customer for customer in new if customer is not None]
            self.version += 1
        else:
            self._show(self._answer.after(self._answer.rows.changed(changes)))

    async def tidy(self) -> None:
        """Put many changed rows into the frame, beside everything else; row numbers stay as they are."""
        last = self._answer
        if last is None or len(last.rows.edits) < FOLD_AT or self._is_folding:
            return
        self._is_folding = True
        try:
            rows = await self._run(last.rows.settled)
        finally:
            self._is_folding = False
        if self._answer is not None and self._answer.rows.frame is last.rows.frame:
            self._show(self._answer.on(rows.with_later(last.rows, self._answer.rows)))

    @property
    def refreshed(self) -> RefreshCounts:
        """How the present list differs from the one before the last refresh."""
        if self._answer is None:
            return RefreshCounts()
        found = self._answer.rows.changes
        return RefreshCounts(len(found.new), found.gone, len(found.changed))

    def differences(self, limit: int) -> list[ListDifference]:
        """Return what differs, one by one; of each kind at most *limit*."""
        return [] if self._answer is None else self._answer.rows.changes.differences(self._provider, limit)

    def fresh(self, usernames: Collection[str]) -> frozenset[str]:
        """Return which of these usernames the last refresh brought or changed."""
        return frozenset() if self._answer is None else self._answer.rows.changes.among(usernames)

    async def table(self, usernames: Collection[str] | None = None, *, everything: bool = False) -> Table | None:
        """Return as columns what the present question shows, in its order; or the customers of these usernames, or
        everything. None before the first list.
        """
        last = self._answer
        return None if last is None else await self._run(lambda: last.table(usernames, everything=everything))

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)
