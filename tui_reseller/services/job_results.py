"""What a job does with the result of an item: whether it is over, is tried again, or stops the job."""

from enum import Enum

from tui_reseller.domain.errors import (
    BadConfig,
    CredentialsRefused,
    LedgerUnavailable,
    MissingCredentials,
    NeverSent,
    NotSent,
    NotWritable,
    ProxyRefused,
    RateLimited,
    RefusedHere,
    ResellerError,
    TakenElsewhere,
)
from tui_reseller.domain.job import NOT_CREATED, JobItem
from tui_reseller.domain.operation import Outcome
from tui_reseller.services.result import Result

MOST_ATTEMPTS = 3


class Next(Enum):
    """What is done with an item. Halts: it is the same for all. Elsewhere: another process has it. Locked: its customer
    has an open outcome. Again: it certainly was not carried out. Over: it has its outcome, which stands in the ledger
    (or, refused, is to be written down).
    """

    HALTS = "halts"
    ELSEWHERE = "elsewhere"
    LOCKED = "locked"
    AGAIN = "again"
    REFUSED = "refused"
    OVER = "over"


def next_after(item: JobItem, result: Result) -> Next:
    """Return what is done with an item after a result."""
    error = result.error
    if isinstance(error, LedgerUnavailable | MissingCredentials | BadConfig | NotWritable):
        return Next.HALTS
    if isinstance(error, TakenElsewhere):
        return Next.ELSEWHERE
    if result.id is None:
        return Next.LOCKED if isinstance(error, RefusedHere) and not isinstance(error, NeverSent) else Next.REFUSED
    is_harmless = isinstance(error, CredentialsRefused | NotSent | RateLimited)
    return Next.AGAIN if is_harmless and item.attempts + 1 < MOST_ATTEMPTS else Next.OVER


def why_hopeless(error: ResellerError | None, broken_because: str) -> str:
    """Return why nothing more is sent after an error, or because the service is left alone; nothing if the others may
    do better.
    """
    if isinstance(error, CredentialsRefused):
        return f"the service refuses our credentials: {error.message}"
    if isinstance(error, ProxyRefused):
        return error.message
    return f"paused by itself: {broken_because}" if broken_because else ""


def second_not_sent(item: JobItem, result: Result) -> Result | None:
    """Return what becomes of the second call of a customer whose first one certainly was not carried out; None where
    there is none, or it still may be sent.
    """
    outcome = result.outcome
    is_not_there = outcome.is_certainly_not or (outcome is Outcome.CONFLICT and result.id is None)
    if item.then is None or not is_not_there:
        return None
    return Result(item.item.username, item.then, Outcome.NOT_SENT, NOT_CREATED)
