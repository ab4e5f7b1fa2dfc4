"""What a refusal means if the call was sent before: the earlier one may have been carried out (reliability 4.3)."""

from tui_reseller.domain.action import Effect
from tui_reseller.domain.audit import AuditQuery, Entry
from tui_reseller.domain.errors import CredentialsRefused, CustomerNotFound, RateLimited, Rejected, ResellerError
from tui_reseller.domain.operation import Outcome
from tui_reseller.services.observations import observe
from tui_reseller.services.session import Session

_LEFT_OPEN = frozenset({Outcome.VERIFIED_NOT_APPLIED, Outcome.RESOLVED})
"""Verdicts of an earlier operation that was sent and may, against all evidence, have been carried out late (4.6)."""


async def classify(session: Session, entry_id: str, refusal: Rejected, *, attempts: int) -> tuple[Outcome, str]:
    """Return what became of an operation that was refused.

    "Already exists" to a repeated create and "does not exist" to a repeated rename are read back, never taken for a
    refusal straight away; "does not exist" to a repeated delete of a customer that was there is what it wanted.
    Raises LedgerUnavailable.
    """
    entry = await session.ledger.get(entry_id)
    if entry is None:
        return Outcome.REJECTED, refusal.message
    effect = session.provider.action(entry.operation).effect
    is_unnamed = effect is Effect.CREATES and session.provider.names_customers  # its name proves nothing
    if is_unnamed or not _is_doubtful(effect, refusal):
        return Outcome.REJECTED, refusal.message
    if attempts == 1 and not await _was_sent_before(session, entry):
        return Outcome.REJECTED, refusal.message
    said = f"to a repeated {entry.operation.value} the service says: {refusal.message}"
    if effect is Effect.REMOVES:
        return Outcome.VERIFIED_APPLIED, f"inferred: it was listed just before, and {said}"
    try:
        seen = await observe(session, entry)
    except ResellerError as error:
        return Outcome.UNKNOWN, f"{said}; it could not be read back ({error.message})"
    if seen.outcome is Outcome.VERIFIED_NOT_APPLIED:
        return Outcome.REJECTED, f"{said}; read back: {seen.words}"
    if seen.row is not None and seen.outcome is Outcome.VERIFIED_APPLIED:
        await session.held.keep((entry.username, seen.row))
    return seen.outcome, f"{said}; read back: {seen.words}"


def _is_doubtful(effect: Effect, refusal: Rejected) -> bool:
    if effect is Effect.CREATES:
        return not isinstance(refusal, CredentialsRefused | RateLimited)
    return effect in {Effect.RENAMES, Effect.REMOVES} and isinstance(refusal, CustomerNotFound)


async def _was_sent_before(session: Session, entry: Entry) -> bool:
    query = AuditQuery(account=entry.account, username=entry.username, operation=entry.operation)
    earlier = [found for found in await session.ledger.entries(query) if found.id < entry.id]
    return any(found.username == entry.username and found.outcome in _LEFT_OPEN for found in earlier)
