"""Whether a customer who is off already may get an end at which sending starts: only if it was we who stopped it."""

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.operation import Call, Outcome
from tui_reseller.domain.switch import Switch
from tui_reseller.domain.text import quoted
from tui_reseller.services.session import Session
from tui_reseller.services.suspensions import replayed, was_on


async def takes_end(session: Session, call: Call) -> bool:
    """Whether a customer who is stopped may get an end, or another one: if we have stopped it ourselves, for
    certain. Raises LedgerUnavailable.
    """
    replay = await replayed(session.ledger, session.account, [call.username])
    key = session.account, call.username
    is_open = replay.suspensions.get(key)
    is_ours = is_open is not None and was_on(is_open) and is_open.entry.outcome is not Outcome.RESOLVED
    return is_ours or key in replay.stops


async def refuse_end(session: Session, call: Call, now: Customer) -> None:
    """Raise RefusedHere where the end of a suspension would start sending for a customer that had none before."""
    if await takes_end(session, call):
        return
    name = session.provider.action(call.operation).switch
    known = "is off already" if now.switch(name) is Switch.OFF else "is not known"
    what = session.provider.label(name).lower()
    raise RefusedHere(
        f"refused: {what} of {quoted(call.username)} {known}: at its end a suspension would start it; nothing was sent",
        hint="without an end it stays off",
    )
