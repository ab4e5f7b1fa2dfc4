"""The rules of the ledger: what is refused while an outcome is open, what an outcome closes, what stays closed.

They know no database. An adapter runs each of them inside one write transaction that no other writer can get between,
and hands itself in as `Transaction`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NoReturn, Protocol

from tui_reseller.domain.audit import Entry, Intent, utc_text
from tui_reseller.domain.errors import RefusedHere, TakenElsewhere, TouchedSince
from tui_reseller.domain.fingerprint import are_of_two
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.providers import provider_of
from tui_reseller.domain.text import clean, quoted
from tui_reseller.storage.ledger.entry_ids import new_entry_id
from tui_reseller.storage.ledger.rows import LOST, target_of

WITHDRAWN = "stopped before it was sent"
"""Of an operation whose caller was cancelled between its intent and its sending."""
_REPEATABLE_STATES = (Outcome.UNKNOWN, Outcome.UNVERIFIABLE)


class Transaction(Protocol):
    """What the rules need of a database, inside one write transaction. Every method may raise LedgerUnavailable."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""

    def last_entry_id(self) -> str | None:
        """Return the greatest id of an operation, or None if there is none."""

    def entry(self, entry_id: str) -> Entry:
        """Return one operation. Raises LedgerUnavailable if there is none with this id."""

    def open_of(self, account: str, username: str) -> Sequence[Entry]:
        """Return the operations that lock a username: without an outcome, or with one that a person has to look at.
        First those on the customer who has it, then those that give it to somebody; each oldest first.
        """

    def is_touched_since(self, account: str, username: str, since: int | datetime) -> bool:
        """Whether anything was written of an operation on a customer behind a row, or at a moment or later."""

    def unanswered(self) -> Sequence[Entry]:
        """Return the operations of all accounts without an outcome, oldest first."""

    def claim(self, item: tuple[int, int], entry_id: str) -> bool:
        """Let an item of a job (number of the job, place in it) point to its operation. False if it points to one
        already, or was refused: then nothing is changed.
        """

    def append_intent(self, entry_id: str, intent: Intent) -> None:
        """Add an intent to the chain."""

    def append_outcome(
        self, entry: Entry, outcome: Outcome, message: str, *, target: str | None = None, is_observed: bool = False
    ) -> None:
        """Add an outcome to the chain. Target is the key that the service gave a new customer."""


def begin(transaction: Transaction, intent: Intent, untouched_since: Sequence[int | datetime] = ()) -> str:
    """Write an intent and return its id. Raises TouchedSince if anything was written of the customer since one of these
    rows or moments, RefusedHere if the customer is locked, or the item of a job taken.
    """
    if any(transaction.is_touched_since(intent.account, intent.username, since) for since in untouched_since):
        refuse_touched(intent.username)
    for name in sorted({intent.username, target_of(intent) or intent.username}):
        refuse_if_locked(intent, transaction.open_of(intent.account, name))
    entry_id = new_entry_id(transaction.now(), transaction.last_entry_id())
    if intent.item is not None and not transaction.claim(intent.item, entry_id):
        refuse_taken(intent.item)
    transaction.append_intent(entry_id, intent)
    return entry_id


def refuse_touched(username: str) -> NoReturn:
    """Raise TouchedSince: what the list shows of a customer may be what was before."""
    raise TouchedSince(f"something was done to {quoted(username)} since the list was read; nothing was sent")


def refuse_taken(item: tuple[int, int]) -> NoReturn:
    """Raise TakenElsewhere: the item of a job is begun already, or was refused."""
    number, place = item
    raise TakenElsewhere(f"item {place + 1} of job {number} was taken by another process; nothing was sent")


def refuse_if_locked(intent: Intent, open_entries: Iterable[Entry]) -> None:
    """Raise RefusedHere if one of the open operations of a customer forbids another one.

    Only an operation that repeats an open one with the same value on the same customer, and does no harm by that, may
    be sent (reliability 4.3): not while that one is in flight, nor where somebody else may have changed the customer.
    What changes nothing neither waits nor keeps others waiting.
    """
    for entry in open_entries if _locks(intent) else ():
        if not _locks(entry):
            continue
        if entry.outcome is None:
            raise RefusedHere(
                f"{_described(entry)} is being sent just now",
                hint="wait until its outcome is known; if its process never comes back: resolve --force",
            )
        if not entry.outcome.needs_you:
            continue
        repeats = entry.operation is intent.operation and entry.username == intent.username
        if not (repeats and _may_be_repeated(entry)):
            raise RefusedHere(
                f"{_described(entry)} must be settled first: {entry.outcome.word.lower()}",
                hint=f"check it or close it with a note (id {entry.id})",
            )
        if are_of_two(entry.fingerprint, intent.fingerprint):
            raise RefusedHere(
                f"{_described(entry)} is open, and another customer bears this name by now: this is no repeat of it",
                hint=f"close that one with a note (id {entry.id})",
            )


def already(transaction: Transaction, intent: Intent, message: str) -> str | None:
    """Write down that a customer is so already and nothing is sent; return the id. None if an outcome of the customer
    is open: what is read then may still change, and only sending makes it certain.

    Raises RefusedHere if the item of a job is taken.
    """
    if any(_locks(entry) for entry in transaction.open_of(intent.account, intent.username)):
        return None
    entry_id = begin(transaction, intent)
    finish(transaction, entry_id, Outcome.ALREADY_SO, message)
    return entry_id


def finish(
    transaction: Transaction,
    entry_id: str,
    outcome: Outcome,
    message: str,
    *,
    target: str | None = None,
    is_observed: bool = False,
    is_answer: bool = False,
) -> None:
    """Write an outcome, and close what it supersedes. Observed is one that was read from the service; an answer is what
    the service said to the call itself, target the key that it gave a new customer.

    What is closed stays closed: a check that began before somebody else resolved the operation must not open it again.
    Only an answer that comes after that still counts: it says what a note left open, and where it contradicts what was
    read, a person has to look.
    The value that is read may come from a later operation that wanted the same and whose outcome is open: then this one
    stays open until that one is known, or both would be called applied where one was.
    """
    entry = transaction.entry(entry_id)
    if entry.outcome is not None and not entry.outcome.needs_you:
        if is_answer:
            _answered_late(transaction, entry, entry.outcome, outcome, message, target)
        return
    later = _later_repeat(transaction, entry) if outcome is Outcome.VERIFIED_APPLIED else None
    if later is not None:
        message += f" - which may be the doing of {later.id}, whose outcome is open: check that one first"
        transaction.append_outcome(entry, Outcome.UNKNOWN, message, is_observed=is_observed)
        return
    transaction.append_outcome(entry, outcome, message, target=target, is_observed=is_observed)
    if outcome.is_applied:
        for other in _open_repeats(transaction, entry):
            if other.id < entry.id and _may_be_repeated(other):
                transaction.append_outcome(other, Outcome.RESOLVED, f"superseded by {entry.id}, applied")


def _answered_late(
    transaction: Transaction, entry: Entry, closed: Outcome, outcome: Outcome, message: str, target: str | None
) -> None:
    """Write down an answer to an operation that was closed while its process was thought to be gone."""
    if not (outcome.is_applied or outcome.is_certainly_not):
        return
    if closed is Outcome.RESOLVED:
        words = f"{message} - answered after it was resolved with a note"
        transaction.append_outcome(entry, outcome, words, target=target)
    elif closed.is_applied != outcome.is_applied:
        said = f"the answer came late: {outcome.word.lower()} ({message}); it had been read as {closed.word.lower()}"
        transaction.append_outcome(entry, Outcome.UNVERIFIABLE, f"{said}: look at the customer")


def recover(transaction: Transaction) -> int:
    """Give intents of ended processes the outcome unknown; return how many."""
    lost = [entry for entry in transaction.unanswered() if entry.outcome is Outcome.UNKNOWN]
    for entry in lost:
        transaction.append_outcome(entry, Outcome.UNKNOWN, LOST)
    return len(lost)


def _later_repeat(transaction: Transaction, entry: Entry) -> Entry | None:
    """Return a later, open operation that wants the same."""
    return next((other for other in _open_repeats(transaction, entry) if other.id > entry.id), None)


def _open_repeats(transaction: Transaction, entry: Entry) -> list[Entry]:
    """Return the open operations of a customer that want the same as one that may be repeated."""
    if not _is_repeatable(entry):
        return []
    found = transaction.open_of(entry.account, entry.username)
    return [other for other in found if other.operation is entry.operation]


def _may_be_repeated(entry: Entry) -> bool:
    return _is_repeatable(entry) and entry.outcome in _REPEATABLE_STATES


def _locks(one: Entry | Intent) -> bool:
    return provider_of(one.account).action(one.operation).locks


def _is_repeatable(entry: Entry) -> bool:
    return provider_of(entry.account).action(entry.operation).is_repeatable


def _described(entry: Entry) -> str:
    operator = clean(entry.operator.name, longest=40)
    return f"{entry.operation.value} of {quoted(entry.username)} by {operator} at {utc_text(entry.time)}"
