"""What is told to the database of a row: it gives number, id, time, role and session itself."""

import os
import platform
from collections.abc import Sequence
from datetime import datetime

from tui_reseller.domain.audit import Intent, utc_text
from tui_reseller.domain.operation import Outcome
from tui_reseller.storage.ledger.encoding import compact, escaped
from tui_reseller.storage.ledger.rows import LedgerRow, intent_row
from tui_reseller.system.clock import utc_now
from tui_reseller.system.process import Process

_COLUMNS = ("profile", "operation", "username", "target", "batch", "body", "undoes")


def begun(intent: Intent, untouched_since: Sequence[int | datetime] = ()) -> dict[str, object]:
    """Return what is told of an intent; the database gives number, id and time, and begins nothing if something was
    written of the customer since one of these rows or moments. Raises ValueError for a password.
    """
    row = intent_row(0, "", utc_now(), intent, Process(os.getpid(), "", platform.node(), ""))
    meant = {name: compact(value) for name, value in intent.fingerprint.items() if value is not None}
    op = columns_of(row) | {"meant": meant}
    if intent.item is not None:
        op["item"] = list(intent.item)
    if untouched_since:
        op["since"] = [since if isinstance(since, int) else utc_text(since) for since in untouched_since]
    return op


def columns_of(row: LedgerRow) -> dict[str, object]:
    """Return the columns of a row that the database does not fill itself."""
    return {name: value for name in _COLUMNS if (value := getattr(row, name)) is not None}


def finished(
    entry_id: str,
    outcome: Outcome,
    message: str,
    *,
    target: str | None = None,
    is_observed: bool = False,
    is_answer: bool = False,
) -> dict[str, object]:
    """Return what is told of an outcome."""
    op: dict[str, object] = {"do": "finish", "entry": entry_id, "outcome": outcome.value, "message": escaped(message)}
    if is_observed:
        op["observed"] = True
    if is_answer:
        op["answer"] = True
    if target is not None:
        op["target"] = escaped(target)
    return op
