"""Rows of the ledger, and the operations that are read from them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tui_reseller.domain.action import Effect
from tui_reseller.domain.audit import Entry, Intent, Operator, utc_text
from tui_reseller.domain.changes import as_object, from_object
from tui_reseller.domain.fingerprint import fingerprint_from
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.provider import KEY
from tui_reseller.domain.providers import provider_of
from tui_reseller.storage.ledger.encoding import compact, escaped, unescaped
from tui_reseller.system.process import Process

LOST = "the program ended before an answer was written down"
FORMAT = 3
"""Of the rows that this version writes. Rows of the versions 1 and 2 have none."""
_READ_BACK = "read back"
"""How the message of an outcome begins that versions 1 and 2 took from a reading."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One row of the ledger, in the order of its columns. Only intents and notes have an account and a username. Texts
    are escaped() (encoding.py), times ISO 8601 in UTC.
    """

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


COLUMNS = tuple(LedgerRow.__dataclass_fields__)


def intent_row(number: int, entry: str, moment: datetime, intent: Intent, process: Process) -> LedgerRow:
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
    target = target_of(intent)
    return LedgerRow(
        number,
        "intent",
        entry,
        utc_text(moment),
        escaped(intent.profile),
        escaped(intent.account),
        intent.operation.value,
        escaped(intent.username),
        None if target is None else escaped(target),
        None if intent.batch is None else escaped(intent.batch),
        None,
        compact(body),
        undoes=intent.undoes or None,
    )


def outcome_row(
    number: int,
    entry: str,
    moment: datetime,
    outcome: Outcome,
    message: str,
    *,
    target: str | None = None,
    is_observed: bool = False,
) -> LedgerRow:
    """Return the row of an outcome; observed is one that was read from the service, target the key that it gave a new
    customer.
    """
    body = compact({"message": message} | ({"observed": True} if is_observed else {}))
    key = None if target is None else escaped(target)
    return LedgerRow(number, "outcome", entry, utc_text(moment), None, None, None, None, key, None, outcome.value, body)


def plain_row(
    number: int, kind: str, entry: str, moment: datetime, body: object, undoes: str | None = None
) -> LedgerRow:
    """Return a row of another kind."""
    columns = (None, None, None, None, None, None, None)
    return LedgerRow(number, kind, entry, utc_text(moment), *columns, compact(body), undoes=undoes)


def target_of(intent: Intent) -> str | None:
    """Return the new username, if the operation gives one."""
    if provider_of(intent.account).action(intent.operation).effect is not Effect.RENAMES:
        return None
    return next((str(change.after) for change in intent.changes if change.field == KEY), None)


def said_by(content: dict[str, Any], role: str) -> dict[str, Any]:
    """Return the content of a row that is no operation, with its operator as who the database knows that wrote it: a
    role that the content names itself is a claim.
    """
    operator = content.get("operator")
    if not isinstance(operator, dict):
        return content
    known = {"role": role} if role else {}
    return {**content, "operator": {name: it for name, it in operator.items() if name != "role"} | known}


class EntryRow(NamedTuple):
    """What a database has of an operation: the columns of its intent, the ids that tie it to an undo, and the outcome
    that stands for it now (the last one), or None. Given is the key that the service gave a new customer, role who
    wrote the intent, where the database knows.
    """

    entry: str | None
    time: str | None
    profile: str | None
    account: str | None
    operation: str | None
    username: str | None
    batch: str | None
    body: str | None
    format: int | None
    undoes: str | None
    undone_by: str | None
    outcome: str | None
    outcome_time: str | None
    outcome_body: str | None
    given: str | None = None
    role: str = ""


def read_entry(row: EntryRow, is_alive: Callable[[Process, datetime], bool], canonical: Mapping[str, str]) -> Entry:
    """Return the operation of a row. Raises ValueError, KeyError or TypeError on a foreign row.

    An intent without an outcome is in flight only while its process may be alive: after that it is unknown (reliability
    4.1), whether or not that has been written down yet. Canonical gives the key of an account for an older spelling. A
    word that only a newer version knows is no damage: the row is shown.
    """
    if row.entry is None or row.time is None or row.body is None:
        raise ValueError("a column is missing")
    content, answer = json.loads(row.body), json.loads(row.outcome_body or "{}")
    began = datetime.fromisoformat(row.time)
    outcome, message = (Outcome.read(row.outcome), str(answer["message"])) if row.outcome else (None, "")
    if outcome is None and not is_alive(Process(*content["process"]), began):
        outcome, message = Outcome.UNKNOWN, LOST
    account = unescaped(row.account or "")
    return Entry(
        id=row.entry,
        time=began,
        profile=unescaped(row.profile or ""),
        account=canonical.get(account, account),
        operation=Operation.read(row.operation),
        username=unescaped(row.username or ""),
        changes=from_object(content["changes"]),
        operator=replace(Operator.from_dict(content["operator"]), role=row.role),
        before=content["before"],
        reason=content["reason"],
        batch=None if row.batch is None else unescaped(row.batch),
        outcome=outcome,
        message=message,
        given=unescaped(row.given or ""),
        settled_at=datetime.fromisoformat(row.outcome_time) if row.outcome_time else None,
        until=datetime.fromisoformat(content["until"]) if content.get("until") else None,
        word=row.operation or "",
        is_observed=bool(answer.get("observed")) or (row.format is None and message.startswith(_READ_BACK)),
        undoes=row.undoes or "",
        undone_by=row.undone_by or "",
        fingerprint=fingerprint_from(content.get("fingerprint") or content["before"]),
    )
