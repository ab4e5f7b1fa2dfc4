"""A whole list, read for evidence only, and what speaks against it as a proof (absence.py)."""

from collections.abc import Collection
from contextlib import aclosing

from tui_reseller.services.list_ports import IncomingPort
from tui_reseller.services.session import Session


async def whole_list(session: Session) -> IncomingPort:
    """Read the whole list, for evidence only: it takes the place of no other. Raises ResellerError."""
    service = await session.service()
    incoming = session.customers.incoming()
    async with aclosing(service.stream()) as pieces:
        async for piece in pieces:
            await incoming.add(piece.customers)
    return incoming


async def doubt(session: Session, incoming: IncomingPort, missing: Collection[str]) -> str:
    """Say why a whole list does not prove that these are missing; empty if it does."""
    if len(incoming) < session.held.enough_for(missing):
        return f"no other customer is found either, and the whole list has {len(incoming):,} customers"
    if await incoming.has(""):
        return f"the whole list of {len(incoming):,} customers has records without a usable username, maybe this one"
    return ""
