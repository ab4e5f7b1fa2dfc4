"""The customer list in memory: filtered, sorted, by window, as fast at a million customers as at a thousand.

A polars frame that is never changed in place, an overlay of the rows that changed since, and one thread that runs
queries on them, so that the screen never waits. Nothing of polars is imported before the first list arrives.
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
from tui_reseller.domain.note import Notes
from tui_reseller.domain.provider import KEY, Provider
from tui_reseller.domain.value import Value
from tui_reseller.storage.incoming import Incoming

if TYPE_CHECKING:
    from tui_reseller.storage.query_result import QueryResult

T = TypeVar("T")
FOLD_AT = 5000
"""From so many changed rows on, they are put into the frame."""


class CustomerList:
    """All customers, and the rows that the present query shows.

    Until the first list is taken, it holds the head of the last one: rows to show, with neither filter nor order.
    """

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._worker = ThreadPoolExecutor(1, "customer-list")
        self._head: Sequence[Customer] = ()
        self._head_total = 0
        self._result: QueryResult | None = None
        self._kept: tuple[QueryResult, ...] = ()
        self._query = ListQuery()
        self._asked = 0
        self._is_folding = False
        self.version = 0

    def __len__(self) -> int:
        return len(self._head if self._result is None else self._result)

    @property
    def total(self) -> int:
        """All customers, shown or not."""
        return self._head_total if self._result is None else self._result.rows.total

    @property
    def is_head(self) -> bool:
        """Whether only the first rows of the last list are there."""
        return self._result is None

    def show_head(self, customers: Sequence[Customer], total: int) -> None:
        """Show the first customers of a list that is not loaded yet."""
        self._head, self._head_total = customers, total
        self.version += 1

    def incoming(self) -> Incoming:
        """Return an empty list, to gather a new one in."""
        return Incoming(self._provider, self._worker)

    async def take(self, new: Incoming, last_set: Mapping[str, Mapping[str, Value]], *, complete: bool = True) -> None:
        """Put a list in the place of the old one; the present query stays. Last_set is what this tool has set,
        for what the service does not tell. A complete list is compared with the one before.
        """

        def work() -> "QueryResult":
            from tui_reseller.storage.customer_rows import CustomerRows  # noqa: PLC0415 - polars, beside the screen
            from tui_reseller.storage.frames import with_details, with_last_set  # noqa: PLC0415
            from tui_reseller.storage.list_changes import changes_between  # noqa: PLC0415
            from tui_reseller.storage.query_result import run_query  # noqa: PLC0415

            if self._result is not None and self._provider.details:
                new.complete(with_details(self._provider, new.frame(), self._result.rows.compact()))
            frame = with_last_set(self._provider, new.frame(), last_set)
            rows = CustomerRows(self._provider, frame)
            if complete and self._result is not None and self._result.rows.total:
                changes = changes_between(self._provider, self._result.rows.compact(), frame)
                rows = CustomerRows(self._provider, frame, changes=changes)
            return run_query(rows, self._query)

        self._show(await self._run(work))
        self._head = ()

    async def query(self, query: ListQuery) -> bool:
        """Filter and sort; return whether the result is shown: a newer query makes an older one void.

        Case is ignored, equal rows keep the service's order, rows without a value come last both ways. Raises
        InvalidInput for a sort column that there is not, InvalidFilter for a regex that cannot be used.
        """
        known = self._provider.columns
        if query.sort and query.sort not in known:
            near = nearest(query.sort, known) or known[:1]
            raise InvalidInput(f'no field "{query.sort}" to sort by', field="sort", hint=f"perhaps {near[0]}")
        self._asked += 1
        mine, before = self._asked, self._query
        self._query = query
        while self._result is not None and not self._back(query):
            version = self.version
            try:
                found = await self._run(lambda: self._found(query, mine))
            except InvalidInput:
                self._query = before if self._query is query else self._query
                raise
            if mine != self._asked or found is None:
                return False
            if version == self.version:
                self._result, self._kept = found, (*self._kept[-1:], found)
                self._worker.submit(found.prepare)  # without it the next letter only takes longer
                break
        return True

    def _back(self, query: ListQuery) -> bool:
        """Go back to one of the last two results, if it is what is asked for, as for an order that is reversed twice:
        at once, whatever the worker is busy with.
        """
        kept = next((result for result in self._kept if result.query == query), None)
        if kept is not None:
            self._result = kept
        return kept is not None

    def _show(self, changed: "QueryResult") -> None:
        """Show other rows. Nothing that was found among the former ones is true any more."""
        self._result, self._kept = changed, ()
        self.version += 1

    def _found(self, query: ListQuery, asked: int) -> "QueryResult | None":
        """Run a query in the worker, unless a newer one waits behind it."""
        from tui_reseller.storage.query_result import run_query  # noqa: PLC0415 - polars is loaded with the first list

        last = self._result
        return None if asked != self._asked or last is None else run_query(last.rows, query, last)

    async def count(self, query: ListQuery) -> int:
        """Return how many customers another query would show. Raises InvalidFilter."""
        from tui_reseller.storage.query_result import run_query  # noqa: PLC0415 - as above

        last = self._result
        return 0 if last is None else await self._run(lambda: len(run_query(last.rows, query)))

    async def hidden(self, usernames: Collection[str]) -> int:
        """Return how many of these usernames the present query does not show."""
        last = self._result
        if last is None or not usernames:
            return 0
        return await self._run(lambda: len(usernames) - last.shows(usernames))

    def window(self, start: int, stop: int) -> Sequence[Customer]:
        """Return shown rows from start up to but not including stop."""
        return self._head[max(0, start) : max(0, stop)] if self._result is None else self._result.window(start, stop)

    def named(self, usernames: Collection[str]) -> dict[str, Customer]:
        """Return customers by exact username, by one pass over the list; of several with one name, the first."""
        if self._result is None:
            return {customer.username: customer for customer in reversed(self._head) if customer.username in usernames}
        rows = self._result.rows
        found = rows.named(usernames)
        return dict(zip(found, rows.at([numbers[0] for numbers in found.values()]), strict=True))

    def get(self, username: str) -> Customer | None:
        """Return a customer by exact username."""
        return self.named([username]).get(username)

    def row_of(self, username: str) -> int | None:
        """Return the shown row of a username; of several, the first customer's."""
        if self._result is not None:
            return self._result.place_of(username)
        return next((row for row, customer in enumerate(self._head) if customer.username == username), None)

    def is_ambiguous(self, username: str) -> bool:
        """Whether the service listed this username more than once: then no operation says which one it means."""
        if self._result is None:
            return sum(customer.username == username for customer in self._head) > 1
        return len(self._result.rows.named([username]).get(username, ())) > 1

    async def look_alikes(self, usernames: Collection[str], limit: int) -> dict[str, list[str]]:
        """Return for each username those others, shown or not, that the eye takes for it, at most *limit*; none
        without any.
        """
        last = self._result
        if last is None:
            others = [(customer.username, skeleton(customer.username)) for customer in self._head]
            looks = {username: skeleton(username) for username in usernames}
            found = {
                username: [name for name, its in others if its == look and name != username][:limit]
                for username, look in looks.items()
            }
            return {username: names for username, names in found.items() if names}

        def work() -> dict[str, list[str]]:
            from tui_reseller.storage.look_alikes import look_alikes  # noqa: PLC0415 - polars, beside the screen

            return look_alikes(last.rows.compact()[KEY], usernames, limit)

        return await asyncio.to_thread(work)  # not behind a list that is being taken in: a dialog waits for it

    def ambiguous(self, usernames: Collection[str]) -> frozenset[str]:
        """Return which of these usernames the service listed more than once, all by one pass over the list."""
        if self._result is None:
            return frozenset(name for name in usernames if self.is_ambiguous(name))
        return frozenset(name for name, rows in self._result.rows.named(usernames).items() if len(rows) > 1)

    def usernames(self) -> list[str]:
        """Return all usernames that the present query shows, in order."""
        if self._result is None:
            return [customer.username for customer in self._head]
        return self._result.usernames().to_list()

    def apply(self, changes: Sequence[tuple[str, Customer | None]]) -> None:
        """Put changed or renamed customers in the place of usernames, add new ones, take out those that are None.

        Until the next query a changed row keeps its place, also where it no longer fits, and a new one is not shown:
        nothing jumps under a cursor.
        """
        if self._result is None:
            for username, new in changes:
                rows = (new if customer.username == username else customer for customer in self._head)
                self._head = [customer for customer in rows if customer is not None]
            self.version += 1
        else:
            self._show(self._result.after(self._result.rows.changed(changes)))

    async def tidy(self) -> None:
        """Put many changed rows into the frame, beside everything else; row numbers stay as they are."""
        last = self._result
        if last is None or len(last.rows.edits) < FOLD_AT or self._is_folding:
            return
        self._is_folding = True
        try:
            rows = await self._run(last.rows.folded_in)
        finally:
            self._is_folding = False
        if self._result is not None and self._result.rows.frame is last.rows.frame:
            self._show(self._result.on(rows.with_later(last.rows, self._result.rows)))

    @property
    def refreshed(self) -> RefreshCounts:
        """How the present list differs from the one before the last refresh."""
        if self._result is None:
            return RefreshCounts()
        found = self._result.rows.changes
        return RefreshCounts(len(found.new), found.gone, len(found.changed))

    def differences(self, limit: int) -> list[ListDifference]:
        """Return what differs, one by one; of each kind at most *limit*."""
        return [] if self._result is None else self._result.rows.changes.differences(self._provider, limit)

    def fresh(self, usernames: Collection[str]) -> frozenset[str]:
        """Return which of these usernames the last refresh brought or changed."""
        return frozenset() if self._result is None else self._result.rows.changes.among(usernames)

    async def table(
        self, usernames: Collection[str] | None = None, *, everything: bool = False, notes: Notes | None = None
    ) -> Table | None:
        """Return as columns what the present query shows, in its order; or the customers of these usernames, or
        everything. With notes it ends with columns for our labels and notes. None before the first list.
        """
        last = self._result
        if last is None:
            return None
        return await self._run(lambda: last.table(usernames, everything=everything, notes=notes))

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)
