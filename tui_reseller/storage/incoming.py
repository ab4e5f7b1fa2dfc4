"""A list that is arriving: its pieces are made searchable one by one, so that nothing is left to do at the end."""

import asyncio
from collections.abc import Collection
from concurrent.futures import Executor
from datetime import datetime
from typing import TYPE_CHECKING

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.listing import Table
from tui_reseller.domain.provider import KEY, Provider

if TYPE_CHECKING:
    import polars as pl

ENOUGH = 100_000
"""So many rows are made searchable together, unless somebody looks before. By pieces as they come, of some thousand
rows, it takes half as long again (measured): each time a table of letters is set up, and names that stand in many rows
are folded in every piece anew.
"""
SMALL = 4096
"""Pieces with fewer rows grow by the next one: thousands of pieces would slow down every query. To merge larger ones
would cost a twentieth of a list's time, and save nothing: 134 pieces answer as quickly as 3 (measured).
"""


class Incoming:
    """Pieces of a list in the order in which they came."""

    def __init__(self, provider: Provider, worker: Executor) -> None:
        self._provider = provider
        self._worker = worker
        self._searchable: list[pl.DataFrame] = []
        self._waiting: list[pl.DataFrame] = []
        self._rows = 0
        self._rows_waiting = 0

    def __len__(self) -> int:
        return self._rows

    async def add(self, table: Table) -> None:
        """Add a piece. Raises ValueError if it has not our columns."""
        if len(table):
            await asyncio.get_running_loop().run_in_executor(self._worker, self._add, table)

    async def has(self, username: str) -> bool:
        """Whether a customer with this username has arrived."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._worker, lambda: username in self.frame()[KEY])

    async def with_email(self, address: str, limit: int) -> list[str]:
        """Return usernames that have arrived with this e-mail address, in any case; at most *limit*."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._worker, lambda: self._named_by_email(address, limit))

    async def opened_between(self, first: datetime, last: datetime) -> list[str]:
        """Return usernames that have arrived and were opened within a time, in UTC, by what the list tells of it; those
        nearest to its middle first.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._worker, lambda: self._opened_between(first, last))

    def _opened_between(self, first: datetime, last: datetime) -> list[str]:
        import polars as pl  # noqa: PLC0415 - polars, with the first list

        if not self._provider.opened_field:
            return []
        opened = pl.col(self._provider.opened_field).str.to_datetime("%+", time_zone="UTC", strict=False)
        middle = first + (last - first) / 2
        found = self.frame().select(KEY, away=(opened - middle).abs()).filter(pl.col("away") <= (last - first) / 2)
        return found.sort("away", maintain_order=True)[KEY].to_list()

    def _named_by_email(self, address: str, limit: int) -> list[str]:
        import polars as pl  # noqa: PLC0415 - polars, with the first list

        if not self._provider.address_field:
            return []
        column = pl.col(self._provider.address_field)
        found = self.frame().filter(column.str.to_lowercase() == address.lower())
        return found.head(limit)[KEY].to_list()

    async def named(self, usernames: Collection[str]) -> dict[str, Customer]:
        """Return the customers of these usernames that have arrived; of several with one name, the first."""

        def work() -> dict[str, Customer]:
            from tui_reseller.storage.customer_rows import CustomerRows  # noqa: PLC0415 - polars, beside the screen

            rows = CustomerRows(self._provider, self.frame())
            found = rows.named(usernames)
            return dict(zip(found, rows.at([numbers[0] for numbers in found.values()]), strict=True))

        return await asyncio.get_running_loop().run_in_executor(self._worker, work)

    def _add(self, table: Table) -> None:
        from tui_reseller.storage.frames import SEARCH, frame_of  # noqa: PLC0415 - polars, with the first list

        frame = frame_of(self._provider, table)
        self._rows += len(frame)
        if SEARCH in frame.columns:
            self._make_searchable()
            self._searchable.append(frame)
            return
        self._waiting.append(frame)
        self._rows_waiting += len(frame)
        if self._rows_waiting >= ENOUGH:
            self._make_searchable()

    def _make_searchable(self) -> None:
        """Add what is searched to the rows that wait."""
        import polars as pl  # noqa: PLC0415 - as above

        from tui_reseller.storage.frames import searchable  # noqa: PLC0415

        if not self._waiting:
            return
        made = searchable(self._provider, pl.concat(self._waiting, rechunk=len(self._waiting) > 1))
        if self._searchable and len(self._searchable[-1]) < SMALL:
            made = pl.concat([self._searchable.pop(), made], rechunk=True)
        self._searchable.append(made)
        self._waiting, self._rows_waiting = [], 0

    def complete(self, frame: "pl.DataFrame") -> None:
        """Take the same customers with what was known of them besides. Only within the worker."""
        self._searchable, self._waiting, self._rows_waiting = [frame], [], 0

    def frame(self) -> "pl.DataFrame":
        """Return what has arrived as one frame, without copying it. Only within the worker."""
        import polars as pl  # noqa: PLC0415 - as above

        from tui_reseller.storage.frames import full_schema_of  # noqa: PLC0415

        self._make_searchable()
        return pl.concat([pl.DataFrame(schema=full_schema_of(self._provider)), *self._searchable], rechunk=False)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Give the columns as they came, and what is searched in them, for the snapshot. A frame would first copy
        itself into one piece.
        """
        return self.frame().to_struct().__arrow_c_stream__(requested_schema)
