"""--verify: check writes whose answer was lost against the service (reliability 4.2)."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from tui_reseller.domain.audit import Entry
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.operation import Outcome
from tui_reseller.services import listing, verify
from tui_reseller.services.result import Result
from tui_reseller.services.session import Session

LONGEST = 90.0


async def reconcile_unknown(session: Session, results: Sequence[Result]) -> list[Result]:
    """Return results with the outcome that a reading proves within 90 s; the others stay unknown."""
    await read_others(session)
    return list(await asyncio.gather(*(_settle(session, result) for result in results)))


async def _settle(session: Session, result: Result) -> Result:
    try:
        entry = await session.ledger.get(result.id) if result.id else None
        if entry is None:
            return result
        outcome, words = await check_outcome(session, entry)
    except ResellerError as error:
        return replace(result, message=f"{result.message}; still unknown: {error.message}")
    return replace(result, outcome=outcome, message=words, error=None)


async def check_outcome(session: Session, entry: Entry) -> tuple[Outcome, str]:
    """Read the customer until the outcome of one operation is proved, at most 90 s. Raises LedgerUnavailable."""
    try:
        async with asyncio.timeout(LONGEST):
            return await verify.verify(session, entry)
    except TimeoutError:
        return Outcome.UNKNOWN, f"still unknown: no proof within {LONGEST:.0f} s"


async def read_others(session: Session) -> None:
    """Learn of customers that must be there: an absence counts only beside one that is found (reliability R3)."""
    if session.customers.total > 1 or listing.first_rows(session) is not None:
        return
    with suppress(ResellerError):  # without others an absence proves nothing, and is not taken for proof
        await listing.read_all(session)
