"""The items of a job that this process is to send: taken for itself, in order, each when it may leave."""

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import LedgerUnavailable, ResellerError
from tui_reseller.domain.job import LAST, JobItem
from tui_reseller.services.ledger_ports import JobsPort
from tui_reseller.services.session import Session

BLOCK = 10
"""So many new customers are created before their second calls are made: few are left half made by a stop."""
LONGEST_SLEEP = 0.3
"""Seconds after which it is looked whether the job was halted."""


class Waiting(NamedTuple):
    """An item, its customer in the list, and whether the list has that username more than once."""

    item: JobItem
    listed: Customer | None
    is_ambiguous: bool


Items = AsyncGenerator[Waiting, None]


async def following(items: Items) -> Waiting | ResellerError | None:
    """Return the next item, None if there is none, or what keeps it from coming: it is told when the calls on their way
    have ended, and cancels none of them.
    """
    try:
        return await anext(items, None)
    except ResellerError as error:
        return error


@contextmanager
def pausing(pause: Callable[[str], None]) -> Iterator[None]:
    """Pause a job where the ledger cannot be used; the calls on their way are waited for."""
    try:
        yield
    except LedgerUnavailable as error:
        pause(error.message)


@dataclass
class JobQueue:
    """Items that were not begun, each with its customer in the list. Locked are those whose customer has an open
    outcome: they are left out. Present holds customers that were read one by one, in the place of the list.

    Where all machines share a rate, no item comes before its place in it, nor two closer than it says.
    """

    session: Session
    jobs: JobsPort
    number: int
    is_halted: Callable[[], bool]
    present: Mapping[str, Customer] | None = None
    locked: set[int] = field(default_factory=set)
    _next_at: float = 0.0

    async def items(self, after: int = -1, before: int = LAST) -> Items:
        """Yield them once, in the order of the plan, those between two places, until none is left or the job is halted.
        A second call comes once the first one is applied.
        """
        while (taken := await self.jobs.take(self.number, after, before)).items:
            self._next_at = max(self._next_at, self.session.clock.monotonic() + taken.wait)
            names = {item.item.username for item in taken.items}
            listed, ambiguous = self.session.customers.named(names), self.session.customers.ambiguous(names)
            present = listed if self.present is None else self.present
            for item in taken.items:
                if item.seq in self.locked:
                    continue
                if not await self._turn(taken.gap):
                    return
                name = item.item.username
                yield Waiting(item, (listed if item.step else present).get(name), name in ambiguous)
            after = taken.items[-1].seq

    async def _turn(self, gap: float) -> bool:
        """Wait for the next place in the rate; return whether the job still goes on then."""
        clock = self.session.clock
        while (wait := self._next_at - clock.monotonic()) > 0:
            if self.is_halted():
                return False
            await clock.sleep(min(wait, LONGEST_SLEEP))
        self._next_at = max(self._next_at, clock.monotonic() - gap) + gap
        return True
