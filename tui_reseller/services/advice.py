"""What both front doors say of an open outcome: what is known, and what is safe now (reliability 4.3, 4.5). Pure."""

from tui_reseller.domain.audit import Entry
from tui_reseller.domain.operation import Operation, Outcome

NOTHING = "nothing observable yet"
UNSEEN = "nothing observable: the service never tells"

_UNKNOWN = {
    Operation.CREATE: "Safe: check. Not safe: create it again before it is resolved; it may be billed.",
    Operation.DELETE: "Safe: check; still being listed is no proof that it was not carried out. "
    "Not safe: delete again, create the same username.",
    Operation.RENAME: "Safe: check. Not safe: rename again, or use the new name for another customer.",
    Operation.SET: "Safe: check. Not safe: send it again before it is resolved; it may undo what others changed.",
    Operation.EMAIL: "Safe: check. Not safe: send it again before it is resolved; it may undo what others changed.",
    Operation.ENABLE: "Safe: check, or repeat with the same value.",
    Operation.DISABLE: "Safe: check, or repeat with the same value; until then mail may still go out.",
}
_UNSEEN = {
    Operation.PASSWORD: "Cannot be checked: old and new password may both be valid. Safe: set a new password.",
    Operation.WEBSITE_ENABLE: "Cannot be checked. Safe: repeat with the same value.",
    Operation.WEBSITE_DISABLE: "Cannot be checked: treat access as possibly still open. "
    "Safe: repeat with the same value.",
}
_UNVERIFIABLE = {
    Operation.ENABLE: "Cannot be checked. Safe: repeat with the same value, or resolve with a note.",
    Operation.DISABLE: "Cannot be checked. Safe: repeat with the same value, or resolve with a note.",
}
_CONFLICT = {
    Operation.CREATE: "Safe: choose another username, then resolve with a note. "
    "Not safe: treat the listed customer as ours.",
    Operation.RENAME: "Safe: look at both names, then resolve with a note. Not safe: rename again.",
}
_LOOK = "Safe: look at the customer, then resolve with a note. "


def known(entry: Entry) -> str:
    """Return what was observed of an open operation, or that there is nothing to observe."""
    if entry.is_observed:
        return entry.message
    return NOTHING if entry.operation.is_checkable else UNSEEN


def safe(operation: Operation, outcome: Outcome) -> str:
    """Return what may be done now without harm, and what not; empty where nothing is open."""
    match outcome:
        case Outcome.UNKNOWN:
            return _UNSEEN.get(operation) or _UNKNOWN.get(
                operation, f"Cannot be checked by this version. {_LOOK.strip()}"
            )
        case Outcome.UNVERIFIABLE:
            return _UNSEEN.get(operation) or _UNVERIFIABLE.get(operation, f"Cannot be checked. {_LOOK.strip()}")
        case Outcome.CONFLICT:
            return _CONFLICT.get(operation, f"{_LOOK}Not safe: repeat; it would overwrite what somebody else did.")
        case Outcome.PARTIAL:
            return f"{_LOOK}Then set the missing fields anew. Not safe: undo, or repeat it unseen."
        case _:
            return ""
