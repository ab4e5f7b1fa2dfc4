"""Send one call: as often as is safe, as long as its operation is open; and what is certain of it afterwards."""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from tui_reseller.domain.errors import NoAnswer, NotSent, RefusedHere, Rejected, ResellerError
from tui_reseller.domain.leaving import IS_LATE
from tui_reseller.domain.operation import Call, Outcome
from tui_reseller.domain.receipt import Receipt
from tui_reseller.services import retry
from tui_reseller.services.door import Permit
from tui_reseller.services.guard import GuardedCustomers
from tui_reseller.services.session import Session

SURE_SECONDS = 30.0
"""How long after its intent was written, or looked up, an operation is certainly open: nobody may close one that is on
its way before verify.FORCED_AFTER (reliability R10). By a clock that runs while the machine sleeps.
"""


@dataclass
class Sending:
    """The attempts of one write. Under way is true from the moment one may leave until its answer is known. Open_at is
    when the operation was certainly open, by the monotonic clock.
    """

    session: Session
    entry_id: str
    open_at: float
    service: GuardedCustomers
    call: Call
    permit: Permit
    job: int | None
    attempts: int = 0
    is_under_way: bool = False

    async def __call__(self) -> Receipt:
        """Make one attempt. Raises RefusedHere if the operation was closed meanwhile, or others may take it for lost,
        and what a client raises.
        """
        until = await self._refuse_late()
        await self._refuse_closed()
        self.attempts += 1
        self.is_under_way = True
        asked = IS_LATE.set(lambda: self.session.clock.monotonic() > until)  # the machine may sleep while it connects
        try:
            said = await self.service.send(self.call, self.permit, self.job)
        except (NotSent, Rejected):
            self.is_under_way = False
            raise
        finally:
            IS_LATE.reset(asked)
        return said

    async def _refuse_late(self) -> float:
        """Return until when it may leave, or raise RefusedHere if the ledger has heard nothing of this process for so
        long, and cannot be reached now.
        """
        until = await self.session.ledger.send_until(self.entry_id)
        if self.session.clock.monotonic() > until:
            raise RefusedHere("not sent: the ledger has not been heard of for so long that others may take this over")
        return until

    async def _refuse_closed(self) -> None:
        """Raise RefusedHere if somebody has closed the operation while this process was stopped or waited."""
        asked_at = self.session.clock.monotonic()
        if asked_at - self.open_at <= SURE_SECONDS:
            return
        entry = await self.session.ledger.get(self.entry_id)
        if entry is None or entry.outcome is not None:
            word = entry.outcome.word.lower() if entry and entry.outcome else "taken out of the ledger"
            raise RefusedHere(f"not sent: this operation was closed meanwhile ({word})")
        self.open_at = asked_at

    def broken_off(self, error: BaseException) -> tuple[Outcome, str]:
        """Return what is known if the write ends here: nothing of an attempt whose answer is not known."""
        if not self.is_under_way:
            return Outcome.NOT_SENT, f"stopped before it was sent{' again' if self.attempts else ''}"
        if isinstance(error, asyncio.CancelledError):
            return Outcome.UNKNOWN, "cancelled while the answer was awaited"
        return Outcome.UNKNOWN, f"the program broke off ({type(error).__name__})"


class Turn(Protocol):
    """When a call may leave, among others on their way."""

    async def take(self) -> None:
        """Wait until it may leave. Raises NotSent if it is to leave no more."""
        ...

    def heard(self, error: ResellerError) -> None:
        """Learn of an answer after which the call is made again."""
        ...

    async def give_back(self, error: ResellerError | None) -> None:
        """The call has its last answer (None: a good one), or will leave no more."""
        ...


class AtOnce:
    """The turn of a call that waits for no other."""

    async def take(self) -> None:
        """It may leave."""

    def heard(self, error: ResellerError) -> None:
        """Nobody wants to know."""

    async def give_back(self, error: ResellerError | None) -> None:
        """Nobody waits for it."""


AT_ONCE = AtOnce()


async def answer(session: Session, sending: Sending, turn: Turn) -> tuple[Outcome, Receipt, ResellerError | None]:
    """Send in turn, again only where nothing was done (R1); return what is certain by the closed table of 4.1."""

    def hears(error: ResellerError) -> None:
        session.waiting.heard(error)
        turn.heard(error)

    error: ResellerError | None = None
    try:
        await turn.take()
        said = await retry.write(session.clock, sending, session.budget, total=session.total_seconds, heard=hears)
    except ResellerError as found:
        error = found
        return _certain_after(found), Receipt(found.message), found
    finally:
        session.waiting.over()
        await turn.give_back(error)
    return Outcome.APPLIED, said, None


def _certain_after(error: ResellerError) -> Outcome:
    match error:
        case Rejected():
            return Outcome.REJECTED
        case NotSent():
            return Outcome.NOT_SENT
        case NoAnswer():
            return Outcome.UNKNOWN
        case _:  # refused on our side: the profile locked itself meanwhile, a value has no encoding
            return Outcome.NOT_SENT
