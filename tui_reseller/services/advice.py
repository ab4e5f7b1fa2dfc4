"""What both front doors say of an open outcome: what is known, and what is safe now (reliability 4.3, 4.5). Pure."""

from tui_reseller.domain.action import Action
from tui_reseller.domain.audit import Entry
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.providers import provider_of

NOTHING = "nothing observable yet"
UNSEEN = "nothing observable: the service never tells"

_NOT_HERE = "Cannot be checked by this version."
_UNCHECKED = "Cannot be checked."
"""Is said of an unknown outcome that nobody can check; of one that was looked into, the outcome's own word says it."""
_LOOK = "Safe: look at the customer, then resolve with a note."
_OTHERWISE = {
    Outcome.UNKNOWN: f"{_NOT_HERE} {_LOOK}",
    Outcome.UNVERIFIABLE: _LOOK,
    Outcome.CONFLICT: f"{_LOOK} Not safe: repeat; it would overwrite what somebody else did.",
    Outcome.PARTIAL: f"{_LOOK} Then set the missing fields anew. Not safe: undo, or repeat it unseen.",
}
"""Where the service's table has no words of its own for an operation."""


def known(entry: Entry) -> str:
    """Return what was observed of an open operation, or that there is nothing to observe."""
    if entry.is_observed:
        return entry.message
    return NOTHING if _action(entry).is_checkable else UNSEEN


def safe(action: Action, outcome: Outcome) -> str:
    """Return what may be done now without harm, and what not; empty where nothing is open."""
    words = action.advice.get(outcome)
    if words and outcome is Outcome.UNKNOWN and not action.is_checkable:
        return f"{_UNCHECKED} {words}"
    return words or _OTHERWISE.get(outcome, "")


def safe_for(entry: Entry) -> str:
    """Return what may be done now about an operation in the ledger."""
    return safe(_action(entry), entry.outcome or Outcome.UNKNOWN)


def _action(entry: Entry) -> Action:
    return provider_of(entry.account).action(entry.operation)
