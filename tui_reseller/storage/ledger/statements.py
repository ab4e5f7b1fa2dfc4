"""Parts of SQL statements that several of ours share. All text is our own: column names and words of enumerations."""

from collections.abc import Iterable, Sequence

from tui_reseller.domain.operation import Outcome


def _quoted(outcomes: Iterable[Outcome]) -> str:
    return ", ".join(f"'{outcome.value}'" for outcome in outcomes)


def placeholders(values: Sequence[object]) -> str:
    """Return as many parameters as there are values."""
    return ", ".join("?" * len(values))


NEEDS_YOU = _quoted(outcome for outcome in Outcome if outcome.needs_you)
CLOSED = _quoted(outcome for outcome in Outcome if not outcome.needs_you)
"""A word that only a newer version knows is none of these: it locks."""
APPLIED = _quoted(outcome for outcome in Outcome if outcome.is_applied)
SETTLED = _quoted(outcome for outcome in Outcome if outcome.is_applied or outcome is Outcome.RESOLVED)
"""Of a first call, after which the second is made. Whether there is a customer is read before."""
NOT_APPLIED = _quoted(outcome for outcome in Outcome if outcome.is_certainly_not)

WITH_OUTCOME = """LEFT JOIN rows o ON o.entry = i.entry AND o.kind = 'outcome' AND o.number =
    (SELECT max(number) FROM rows WHERE entry = i.entry AND kind = 'outcome')"""
"""Joins an intent i with the outcome that stands for it."""
OUTCOME = "(SELECT outcome FROM rows WHERE entry = i.entry AND kind = 'outcome' ORDER BY number DESC LIMIT 1)"
OUTCOME_BODY = "(SELECT body FROM rows WHERE entry = i.entry AND kind = 'outcome' ORDER BY number DESC LIMIT 1)"
"""The same as one value, where few intents are looked at."""
_OF_FIRST = "(SELECT outcome FROM rows WHERE entry = f.entry AND kind = 'outcome' ORDER BY number DESC LIMIT 1)"
FIRST_OUTCOME = f"(SELECT coalesce(f.outcome, {_OF_FIRST}) FROM job_items f WHERE f.job = i.job AND f.seq = i.seq - 1)"  # noqa: S608
"""What became of the first call of the customer whose second call is the item i."""
_UNDO_OUTCOME = "(SELECT outcome FROM rows WHERE entry = u.entry AND kind = 'outcome' ORDER BY number DESC LIMIT 1)"
UNDONE_BY = f"(SELECT max(u.entry) FROM rows u WHERE u.undoes = i.entry AND {_UNDO_OUTCOME} IN ({APPLIED}))"  # noqa: S608
"""The id of the applied operation that has taken an intent i back."""
_UNDOES = "coalesce(i.undoes, (SELECT undoes FROM rows WHERE kind = 'link' AND entry = i.entry))"
ENTRY_COLUMNS = (
    "i.entry, i.time, i.profile, i.account, i.operation, i.username, i.batch, i.body, i.format, "
    f"{_UNDOES}, {UNDONE_BY}, o.outcome, o.time, o.body, o.target"
)
"""The columns of an EntryRow (rows.py) but the last, of an intent i WITH_OUTCOME."""
