"""When a list proves that somebody is not there (reliability R3, N54, D13-D16): the one place that says so.

Two kinds prove nothing: one that lost many customers since the last one, and one with damaged records, each of which
may be the customer that is looked for.
"""

from collections.abc import Collection
from contextlib import aclosing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_reseller.services.list_ports import IncomingPort
    from tui_reseller.services.session import Session

SUSPICIOUS_LOSS = 0.2
"""A list this much smaller than the last one is held back until a person has looked (reliability N54)."""
SMALL = 3
"""Of so few customers all may really be gone."""
FEW = 1000
"""In a list up to so long it is looked up who is in it; in a longer one a few make no difference."""


def is_loss(found: float, before: float) -> bool:
    """Whether a list lost so many customers that it is not believed."""
    return found < before * (1 - SUSPICIOUS_LOSS)


def enough_for(session: "Session", missing: Collection[str]) -> float:
    """Return how many customers a whole list must have to prove that these are missing from it.

    The last list that we hold tells, without those: they are what may be gone. An empty one proves it only where all of
    very few are looked for.
    """
    total, there = session.customers.total, len(missing)
    if session.read_at is None and (found := session.snapshot.head(session.account, 0)) is not None:
        total = found[0].total
    elif total <= FEW:
        there = len(session.customers.named(missing))
    rest = max(0, total - there)
    if not rest and 0 < total <= SMALL:
        return 0.0
    return max(1.0, rest * (1 - SUSPICIOUS_LOSS))


async def whole_list(session: "Session") -> "IncomingPort":
    """Read the whole list, for evidence only: it takes the place of no other. Raises ResellerError."""
    service = await session.service()
    incoming = session.customers.incoming()
    async with aclosing(service.stream()) as pieces:
        async for piece in pieces:
            await incoming.add(piece.customers)
    return incoming


async def doubt(session: "Session", incoming: "IncomingPort", missing: Collection[str]) -> str:
    """Say why a whole list does not prove that these are missing; empty if it does."""
    if len(incoming) < enough_for(session, missing):
        return f"no other customer is found either, and the whole list has {len(incoming):,} customers"
    if await incoming.has(""):
        return f"the whole list of {len(incoming):,} customers has records without a usable username, maybe this one"
    return ""
