"""The page of an open outcome: what happened, what is known, what is safe, when it is looked at again."""

from collections.abc import Sequence
from datetime import datetime

from tui_reseller.domain.action import Action, Effect
from tui_reseller.domain.audit import Entry
from tui_reseller.domain.changes import Change
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.providers import provider_of
from tui_reseller.domain.text import clean
from tui_reseller.services.advice import known, safe_for
from tui_reseller.tui.presenters.entry import word
from tui_reseller.tui.presenters.header import seconds_text

LONGEST = 300
FACTS = {
    Outcome.UNKNOWN: "It may have been carried out, may be carried out later, or not at all.",
    Outcome.UNVERIFIABLE: "It may have been carried out or not; no reading can tell.",
    Outcome.CONFLICT: "What is listed now is neither as before nor as wanted.",
    Outcome.PARTIAL: "Only some of its fields were stored.",
}
SHOWN = 3
"""So many fields stand side by side."""


def open_lines(entry: Entry, next_check: datetime | None) -> list[str]:
    """Return what is to be read before deciding (interaction.md 6.7)."""
    outcome, action = entry.outcome or Outcome.UNKNOWN, provider_of(entry.account).action(entry.operation)
    why = "" if not entry.message or entry.is_observed else f" ({clean(entry.message, longest=150)})"
    lines = [
        f" The request left at {seconds_text(entry.time)}; no usable answer came{why}. {FACTS.get(outcome, '')}",
        *(f" {c.field}: before {word(c.before)}, wanted {word(c.after)}" for c in _shown_changes(action, entry)),
        f" Known: {clean(known(entry), longest=LONGEST)}.",
        f" {safe_for(entry)}",
        *([" Further changes to this customer wait until this is resolved."] if action.locks else []),
    ]
    if outcome is Outcome.UNKNOWN and action.is_checkable:
        lines.append(f" Next check {seconds_text(next_check)}" if next_check else " Next check when you ask for it")
    return lines


def _shown_changes(action: Action, entry: Entry) -> Sequence[Change]:
    """Return the fields that stand side by side: before, wanted, and, in what is known, now (4.3)."""
    is_compared = bool(action.takes) and action.effect is not Effect.CREATES
    return entry.changes[:SHOWN] if is_compared else ()
