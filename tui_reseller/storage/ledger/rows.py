"""Rows of the ledger and the values they stand for. A row holds ASCII only, so that half a character survives too."""

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tui_reseller.domain.audit import Entry, Intent, Operator, utc_text
from tui_reseller.domain.changes import as_object, from_object
from tui_reseller.domain.fingerprint import fingerprint_from
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.system.process import Process

GENESIS = "0" * 64
"""What the first row has for the hash of the one before."""
LOST = "the program ended before an answer was written down"
FORMAT = 3
"""Of the rows that this version writes. Rows of the versions 1 and 2 have none."""
_READ_BACK = "read back"
"""How the message of an outcome begins that versions 1 and 2 took from a reading."""
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford: none of i, l, o, u
_ID_LENGTH = 10
_ID_EPOCH_MS = 1_735_689_600_000  # 2025-01-01


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the ledger, in the order of its columns. Only intents carry an account and a username."""

    number: int
    kind: str
    entry: str
    time: str
    profile: str | None
    account: str | None
    operation: str | None
    username: str | None
    target: str | None
    batch: str | None
    outcome: str | None
    body: str
    format: int | None = FORMAT
    undoes: str | None = None

    def hashed(self, previous: str) -> str:
        """Return the hash that ties this row to the one before; none fits a row of a format that is not known."""
        if self.format not in {None, FORMAT} or (self.format is None and self.undoes is not None):
            return ""
        columns = [getattr(self, name) for name in (COLUMNS if self.format else COLUMNS[:_OLD_COLUMNS])]
        # Only tampering puts bytes into a column; then the hash must differ, not fail.
        content = compact([repr(value) if isinstance(value, bytes) else value for value in columns])
        return hashlib.sha256(f"{previous}\n{content}".encode("ascii")).hexdigest()


COLUMNS = tuple(Row.__dataclass_fields__)
_OLD_COLUMNS = 12
"""So many columns had rows without a format."""


def intent_row(number: int, entry: str, moment: datetime, intent: Intent, process: Process) -> Row:
    """Return the row of an intent. Raises ValueError if it carries a password: the ledger must never hold one."""
    names = [change.field for change in intent.changes] + list(intent.before or ())
    if any(name.lower().startswith("password") for name in names):
        raise ValueError("a password is not written to the ledger")
    body: dict[str, object] = {
        "changes": as_object(intent.changes),
        "operator": intent.operator.as_dict(),
        "before": None if intent.before is None else dict(intent.before),
        "reason": intent.reason,
        "process": process.as_list(),
    }
    if intent.until is not None:
        body["until"] = utc_text(intent.until.astimezone(UTC))
    if intent.fingerprint:
        body["fingerprint"] = dict(intent.fingerprint)
    return Row(
        number,
        "intent",
        entry,
        utc_text(moment),
        escaped(intent.profile),
        escaped(intent.account),
        intent.operation.value,
        escaped(intent.username),
        None if target_of(intent) is None else escaped(target_of(intent) or ""),
        None if intent.batch is None else escaped(intent.batch),
        None,
        compact(body),
        undoes=intent.undoes or None,
    )


def outcome_row(
    number: int, entry: str, moment: datetime, outcome: Outcome, message: str, *, is_observed: bool = False
) -> Row:
    """Return the row of an outcome; observed is one that was read from the service."""
    body = compact({"message": message} | ({"observed": True} if is_observed else {}))
    return Row(number, "outcome", entry, utc_text(moment), None, None, None, None, None, None, outcome.value, body)


def plain_row(number: int, kind: str, entry: str, moment: datetime, body: object, undoes: str | None = None) -> Row:
    """Return a row of another kind."""
    return Row(
        number, kind, entry, utc_text(moment), None, None, None, None, None, None, None, compact(body), undoes=undoes
    )


def target_of(intent: Intent) -> str | None:
    """Return the new username, if the operation gives one."""
    if intent.operation is not Operation.RENAME:
        return None
    return next((str(change.after) for change in intent.changes if change.field == "username"), None)


def read_entry(
    found: Sequence[str | None], is_alive: Callable[[Process, datetime], bool], accounts: Mapping[str, str]
) -> Entry:
    """Read an entry from the columns of ENTRY_COLUMNS. Raises ValueError, KeyError or TypeError on a foreign row.

    An intent without an outcome is in flight only while its process may be alive: after that it is unknown (reliability
    4.1), whether or not that has been written down yet. Accounts gives the key of an older spelling. A word that only a
    newer version knows is no damage: the row is shown.
    """
    entry, time, profile, account, operation, username, batch, body, form, undoes, undone, outcome, settled, said = (
        found
    )
    if entry is None or time is None or body is None:
        raise ValueError("a column is missing")
    content, told = json.loads(body), json.loads(said or "{}")
    began = datetime.fromisoformat(time)
    verdict, message = (Outcome.read(outcome), str(told["message"])) if outcome else (None, "")
    if verdict is None and not is_alive(Process(*content["process"]), began):
        verdict, message = Outcome.UNKNOWN, LOST
    where = unescaped(account or "")
    return Entry(
        id=entry,
        time=began,
        profile=unescaped(profile or ""),
        account=accounts.get(where, where),
        operation=Operation.read(operation),
        username=unescaped(username or ""),
        changes=from_object(content["changes"]),
        operator=Operator.from_dict(content["operator"]),
        before=content["before"],
        reason=content["reason"],
        batch=None if batch is None else unescaped(batch),
        outcome=verdict,
        message=message,
        settled_at=datetime.fromisoformat(settled) if settled else None,
        until=datetime.fromisoformat(content["until"]) if content.get("until") else None,
        word=operation or "",
        is_observed=bool(told.get("observed")) or (form is None and message.startswith(_READ_BACK)),
        undoes=undoes or "",
        undone_by=undone or "",
        fingerprint=fingerprint_from(content.get("fingerprint") or content["before"]),
    )


APPLIED = ", ".join(f"'{outcome.value}'" for outcome in Outcome if outcome.is_applied)
_LAST = "(SELECT outcome FROM rows WHERE entry = u.entry AND kind = 'outcome' ORDER BY number DESC LIMIT 1)"
UNDONE = f"(SELECT max(u.entry) FROM rows u WHERE u.undoes = i.entry AND {_LAST} IN ({APPLIED}))"  # noqa: S608
_LINKED = "(SELECT undoes FROM rows WHERE kind = 'link' AND entry = i.entry)"
ENTRY_COLUMNS = ", ".join(
    (
        "i.entry, i.time, i.profile, i.account, i.operation, i.username, i.batch, i.body, i.format",
        f"coalesce(i.undoes, {_LINKED})",
        UNDONE,
        "o.outcome, o.time, o.body",
    )
)


def new_id(moment: datetime, last: str | None) -> str:
    """Return an id that sorts after *last*: milliseconds and chance, ten signs that are not taken for one another."""
    since = max(0, int(moment.timestamp() * 1000) - _ID_EPOCH_MS)
    number = (since << 10 | secrets.randbits(10)) & (1 << 5 * _ID_LENGTH) - 1
    if last is not None:
        number = max(number, _as_number(last) + 1)
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in reversed(range(_ID_LENGTH)))


def typed_id(text: str) -> str:
    """Return an id as it was given out, from what a person typed."""
    return text.strip().lower().translate(str.maketrans("oil", "011"))


def _as_number(entry: str) -> int:
    number = 0
    for sign in entry:
        number = number << 5 | _ALPHABET.index(sign)
    return number


def compact(value: object) -> str:
    """Return JSON in its one form for the hash: no blanks, ASCII only."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def escaped(text: str) -> str:
    """Return text in ASCII with JSON's escapes. Two texts are equal exactly if their escaped forms are."""
    return json.dumps(text, ensure_ascii=True)[1:-1]


def unescaped(text: str) -> str:
    """Read what escaped() wrote."""
    return str(json.loads(f'"{text}"'))


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)
