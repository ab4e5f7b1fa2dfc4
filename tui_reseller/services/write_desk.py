"""What of a session's own writes is not closed: customers with a change on its way, outcomes not yet written down."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.text import quoted
from tui_reseller.services.ledger_ports import LedgerPort


@dataclass
class WriteDesk:
    """Usernames in flight, and rows of outcomes that the disk refused, in order: entry, outcome, message, given key."""

    ledger: LedgerPort
    in_flight: set[str] = field(default_factory=set)
    unwritten: list[tuple[str, Outcome, str, str | None]] = field(default_factory=list)

    @contextlib.contextmanager
    def changing(self, username: str) -> Iterator[None]:
        """Be the only change of a customer that is on its way. Raises RefusedHere if there is another one."""
        if username in self.in_flight:
            raise RefusedHere(f"refused: a change of {quoted(username)} is still on its way")
        self.in_flight.add(username)
        try:
            yield
        finally:
            self.in_flight.discard(username)

    async def write_down(self) -> None:
        """Write down outcomes that the disk refused before. Raises LedgerUnavailable if it still does."""
        while self.unwritten:
            first = self.unwritten[0]
            entry, outcome, message, target = first
            await self.ledger.finish(entry, outcome, message, target=target, is_answer=True)
            if self.unwritten and self.unwritten[0] is first:  # another call may have written it meanwhile
                self.unwritten.pop(0)
