"""The list that a session holds: how old and how whole it is, and what was changed since."""

import contextlib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import BadConfig
from tui_reseller.domain.fingerprint import Likeness, fingerprint_of, likeness
from tui_reseller.domain.provider import Provider
from tui_reseller.services import absence
from tui_reseller.services.list_ports import CustomerListPort, SnapshotPort

LONGEST_LIST = timedelta(minutes=30)
"""So long a list may take to read; its rows can be this much older than its time (design: "Sizes and times")."""


@dataclass
class HeldList:
    """State of a list of customers in memory, and of its snapshot on disk.

    Read_at is when the service told it, None while there is none. Read_tick is the same by the monotonic clock, None
    for a list that another run has read; ledger_row was the newest of the ledger before the service was asked, None
    where that is not known. Changes holds what this session changed, in order, for lists that were on
    their way then.
    """

    account: str
    provider: Provider
    customers: CustomerListPort
    snapshot: SnapshotPort
    read_at: datetime | None = None
    read_tick: float | None = None
    ledger_row: int | None = None
    is_partial: bool = False
    changes: list[tuple[str, Customer | None]] = field(default_factory=list)

    def replaced(
        self,
        read_at: datetime | None,
        tick: float | None = None,
        ledger_row: int | None = None,
        *,
        is_partial: bool = False,
    ) -> None:
        """Take another list for the one that is held."""
        self.read_at, self.read_tick, self.ledger_row, self.is_partial = read_at, tick, ledger_row, is_partial

    @property
    def as_of(self) -> tuple[int | datetime, ...]:
        """Rows and moments since which the ledger may know more of a customer than the list; none while there is no
        list.
        """
        points = (self._since, self._behind_since)
        return tuple(point for point in points if point is not None)

    @property
    def _since(self) -> int | datetime | None:
        """From when on something may have been done that the list was read before."""
        if self.ledger_row is not None:
            return self.ledger_row
        return self.read_at - LONGEST_LIST if self.read_at else None

    @property
    def _behind_since(self) -> datetime | None:
        """From when on the list may be behind what was written before it was read; None where readings are not."""
        if self.read_at is None or not self.provider.reads_lag:
            return None
        return self.read_at - LONGEST_LIST - timedelta(seconds=self.provider.reads_lag)

    def completed(self, read: Customer) -> Customer:
        """Return a customer that was asked for by name, with what is not read that way as the list has it, if that is
        the same customer.
        """
        missing = [name for name in self.provider.not_in_find if read.value(name) is None]
        known = self.customers.get(read.username) if missing else None
        if known is None or likeness(fingerprint_of(self.provider, known), read) is Likeness.ANOTHER:
            return read
        return read.with_values({name: known.value(name) for name in missing})

    async def keep(self, *changes: tuple[str, Customer | None]) -> None:
        """Take certain changes into list and snapshot: username, and the customer or None. A disk that refuses costs
        only the snapshot.
        """
        if not changes:
            return
        self.customers.apply(changes)
        self.changes.extend(changes)
        with contextlib.suppress(BadConfig):  # never an error of the operation, which is done
            await self.snapshot.note(self.account, changes)
        await self.customers.tidy()

    def enough_for(self, missing: Collection[str]) -> float:
        """Return how many customers a whole list must have to prove that these are missing from it.

        The last list that we hold tells, without those: they are what may be gone.
        """
        total, there = self.customers.total, len(missing)
        if self.read_at is None and (found := self.snapshot.head(self.account, 0)) is not None:
            total = found[0].total
        elif total <= absence.FEW:
            there = len(self.customers.named(missing))
        return absence.enough(total, there)
