"""What was done, in words: values before and after, an entry of the audit log in one line."""

from collections.abc import Iterable
from datetime import datetime

from tui_reseller.domain.audit import Entry
from tui_reseller.domain.changes import Change
from tui_reseller.domain.operation import Outcome, verb_of
from tui_reseller.domain.providers import provider_of
from tui_reseller.domain.switch import Switch
from tui_reseller.domain.text import clean, quoted
from tui_reseller.domain.value import Value, value_words
from tui_reseller.services.suspensions import Suspension
from tui_reseller.tui.presenters.called import called
from tui_reseller.tui.presenters.header import clock_text
from tui_reseller.tui.presenters.rows import cut, cut_middle

SHOWN = 3
"""So many changed fields are named in a line."""


def word(value: Value) -> str:
    """Return a changed value as a word: on, off, unknown, or the text in quotes."""
    if value is None or isinstance(value, bool):
        return Switch.from_bool(value).value
    return f'"{clean(value_words(value), longest=60)}"'


def changes_words(changes: Iterable[Change]) -> str:
    """Say changes before -> after, of fields as people call them."""
    return ", ".join(f"{called(change.field)} {word(change.before)} -> {word(change.after)}" for change in changes)


def change_words(entry: Entry) -> str:
    """Say in a few words what an operation changed."""
    if not provider_of(entry.account).action(entry.operation).is_told_by_fields:
        return verb_of(entry.operation)
    return clean(changes_words(entry.changes[:SHOWN]) or verb_of(entry.operation), longest=200)


def outcome_word(outcome: Outcome | None) -> str:
    """Return the fixed word of an outcome; one in flight has none yet."""
    return outcome.word if outcome else "on its way"


def ended_line(suspension: Suspension, now: datetime) -> str:
    """Return one line of a suspension that is over: since when, who, why."""
    entry = suspension.entry
    reason = f"  {quoted(entry.reason, 60)}" if entry.reason else ""
    who, whom = cut(clean(entry.operator.name, longest=20), WHO), cut_middle(clean(suspension.username), WHOM)
    what = f"{verb_of(entry.operation)} was to end"
    return f"{clock_text(suspension.until, now):<{WHEN}} {who} {whom} {'due':<{OUTCOME}} {what}{reason}"


def ended_lines(suspension: Suspension, now: datetime) -> list[str]:
    """Return what is to be read before a suspension that is over is lifted."""
    entry = suspension.entry
    why = f" for {quoted(entry.reason, 200)}" if entry.reason else ""
    return [
        f" Stopped {clock_text(entry.time, now)} by {clean(entry.operator.name, longest=40)}{why}.",
        f" It was to end {clock_text(suspension.until, now)}. That is over, and nothing ends it by itself.",
    ]


WHEN, WHO, WHOM, OUTCOME = 12, 8, 20, 12
"""Cells of the columns of activity."""


def entry_heads(*, with_username: bool = False) -> str:
    """Return the titles above lines of activity."""
    whom = f"{'USERNAME':<{WHOM}} " if with_username else ""
    return f"{'WHEN':<{WHEN}} {'WHO':<{WHO}} {whom}{'OUTCOME':<{OUTCOME}} WHAT"


def entry_words(entry: Entry, now: datetime) -> str:
    """Return one line of what was done, without columns: when, who, outcome, what, why. What is cut is the end."""
    who = clean(entry.operator.name, longest=20)
    what = f"{outcome_word(entry.outcome)}  {change_words(entry)}{_why(entry, now)}"
    return f"{clock_text(entry.time, now)} {who}  {what}"


def _why(entry: Entry, now: datetime) -> str:
    end = f"  until {clock_text(entry.until, now)}" if entry.until else ""
    return end + (f"  {quoted(entry.reason, 60)}" if entry.reason else "")


def entry_line(entry: Entry, now: datetime, *, with_username: bool = False) -> str:
    """Return one line of activity: when, who, outcome, what, why."""
    username = f"{cut_middle(clean(entry.customer, longest=100), WHOM)} " if with_username else ""
    who = cut(clean(entry.operator.name, longest=20), WHO)
    when, outcome = f"{clock_text(entry.time, now):<{WHEN}}", cut(outcome_word(entry.outcome), OUTCOME)
    return f"{when} {who} {username}{outcome} {change_words(entry)}{_why(entry, now)}"
