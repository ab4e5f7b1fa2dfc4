"""One call to a v3 service: in its turn, with the key, judged, and its count of what is left taken note of."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from tui_reseller.api.connection import Connection
from tui_reseller.api.reply import Reply
from tui_reseller.api.request import Request
from tui_reseller.api.v3.pace import Pace, Told
from tui_reseller.api.v3.replies import judged
from tui_reseller.domain.errors import ResellerError

if TYPE_CHECKING:
    from tui_reseller.api.http import Exchange

CALL_SECONDS = 45.0
CAP = 256 * 1024
PAGE_CAP = 8 * 1024 * 1024


class Caller:
    """Makes the calls of one client. What one answer tells of the limit counts for all. Ahead is how far the service's
    clock is before ours, by the last answer that told its time; None where none did.
    """

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self.ahead: timedelta | None = None

    def tell_waits(self, tell: Told) -> None:
        """Let somebody hear how long calls wait for their turn."""
        self._pace.tell = tell

    async def ask(
        self,
        connection: Connection,
        request: Request,
        success: Collection[int] = (200,),
        *,
        scope: str = "",
        cap: int = CAP,
        background: bool = False,
        is_slow: bool = False,
    ) -> object:
        """Return the tree of a success, None for one without a body. Raises what judged() returns, and NoAnswer."""
        reply, made = await self.reply(connection, request, cap, background=background, is_slow=is_slow)
        answer = judged(reply, made, success, scope)
        if isinstance(answer, ResellerError):
            raise answer
        return answer

    async def reply(
        self, connection: Connection, request: Request, cap: int, *, background: bool = False, is_slow: bool = False
    ) -> tuple[Reply, Request]:
        """Return a whole answer of at most *cap* bytes, and the request as it was sent. A slow one is of those that the
        service takes more seldom. Raises NoAnswer.
        """
        turn = await self._pace.turn(background=background, is_slow=is_slow)
        reply: Reply | None = None
        try:
            exchange: Exchange = await connection.exchange(request, CALL_SECONDS)
            async with exchange:
                reply = await exchange.whole(cap)
        finally:
            self._pace.end(turn, reply)
        self.ahead = _ahead(reply, datetime.now(UTC), self.ahead)
        return reply, exchange.request


def _ahead(reply: Reply, now: datetime, known: timedelta | None) -> timedelta | None:
    """Return how far the service's clock is before ours, to the second; what was known where an answer has no date."""
    try:
        found = parsedate_to_datetime(reply.header("date") or "")
        return found - now if found.tzinfo else known
    except (ValueError, OverflowError):
        return known
