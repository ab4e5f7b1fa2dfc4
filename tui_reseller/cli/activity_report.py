"""What was done in a period, to whom, why and with what outcome, and what is open: text for a ticket. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from tui_reseller.cli.messages import changes_text
from tui_reseller.domain.audit import Entry, utc_text
from tui_reseller.domain.exact_text import exactly_quoted
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.providers import provider_of
from tui_reseller.domain.text import clean, quoted
from tui_reseller.services.advice import safe_for
from tui_reseller.services.suspensions import Suspension
from tui_reseller.services.time_input import local_text

LONGEST_REASON = 200
FOLDED_FROM = 3
"""From so many operations on that are alike they are one line."""


@dataclass(frozen=True, slots=True)
class ActivityReport:
    """What a report is made of. Entries are oldest first; who names whose work it is."""

    since: datetime
    now: datetime
    profile: str
    who: str
    entries: Sequence[Entry]
    needs_you: Sequence[Entry]
    suspensions: Sequence[Suspension]

    def as_dict(self) -> dict[str, object]:
        """Return the stable object of output."""
        return {
            "since": utc_text(self.since),
            "until": utc_text(self.now),
            "profile": self.profile or None,
            "operations": [entry.as_dict() for entry in self.entries],
            "needs_you": [entry.as_dict() for entry in self.needs_you],
            "due": [suspension.as_dict(self.now) for suspension in self.suspensions],
        }

    def text(self) -> str:
        """Return it to be read. Times are those of this machine's clock."""
        profile = f"profile {clean(self.profile, longest=64)}" if self.profile else "all profiles"
        zone = f"{self.now.astimezone():%Z}"
        lines = [
            f"Shift report: {profile}, {local_text(self.since)} to {local_text(self.now)} {zone}",
            f"By: {clean(self.who, longest=400)}",
            f"Operations: {_counted(self.entries)}",
        ]
        for operation in Operation:
            of_kind = [entry for entry in self.entries if entry.operation is operation]
            if of_kind:
                title = provider_of(of_kind[0].account).action(operation).title
                lines += ["", f"{title}: {_counted(of_kind)}", *self._folded(of_kind)]
        lines += ["", f"Needs you: {len(self.needs_you):,}"]
        for entry in self.needs_you:
            lines += [
                self._line(entry, operation=entry.operation.value.replace("_", "-")),
                f"    {safe_for(entry)}",
            ]
        lines += ["", f"Suspensions with an end: {len(self.suspensions):,}"]
        lines += [self._suspended(suspension) for suspension in self.suspensions]
        return "\n".join(line.rstrip() for line in lines) + "\n"

    def _folded(self, entries: Sequence[Entry]) -> Iterator[str]:
        """Yield a line for each operation; many that were done as one, and came out as wanted, have one line."""
        alike = Counter(map(_alike, entries))
        told: set[object] = set()
        for entry in entries:
            key = _alike(entry)
            if key is None or alike[key] < FOLDED_FROM:
                yield self._line(entry)
            elif key not in told:
                told.add(key)
                yield self._line(entry, who=f"{alike[key]:,} customers")

    def _line(self, entry: Entry, operation: str = "", who: str = "") -> str:
        """Return a line for an operation; for several that are alike, with how many they are as *who*."""
        provider = provider_of(entry.account)
        action = provider.action(entry.operation)
        shows_changes = entry.changes and (action.takes or action.sets) and not who
        parts = [
            f"  {local_text(entry.time)}",
            who or exactly_quoted(entry.customer),
            operation,
            entry.outcome.word if entry.outcome else "on its way",
            changes_text(provider, entry.operation, entry.changes) if shows_changes else "",
            f"until {local_text(entry.until)}" if entry.until else "",
            f"why: {quoted(entry.reason, LONGEST_REASON)}" if entry.reason else "",
            "" if self.profile else f"profile {clean(entry.profile, longest=64)}",
            f"[{entry.batch if who else entry.id}]",
        ]
        return "  ".join(part for part in parts if part)

    def _suspended(self, suspension: Suspension) -> str:
        words = {
            "due": "ended, still off",
            "waiting": "to come",
            "replaced": "stopped again",
            "needs_you": "not resolved",
            "noted": "resolved with a note",
        }
        why = suspension.entry.reason
        reason = f"  why: {quoted(why, LONGEST_REASON)}" if why else ""
        state = words[suspension.state(self.now)]
        name = exactly_quoted(suspension.username)
        return f"  {local_text(suspension.until)}  {name}  {state}{reason}  [{suspension.entry.id}]"


def _alike(entry: Entry) -> object:
    """Return what operations have in common that are one line; None for one that has a line of its own."""
    if entry.batch is None or entry.outcome is None or not entry.outcome.is_so:
        return None
    return entry.profile, entry.batch, entry.outcome, entry.reason, entry.until


def _counted(entries: Sequence[Entry]) -> str:
    counts = Counter(entry.outcome for entry in entries)
    ordered: Iterable[Outcome | None] = (*Outcome, None)
    parts = [
        f"{counts[outcome]:,} {outcome.word.lower() if outcome else 'on its way'}"
        for outcome in ordered
        if counts[outcome]
    ]
    return f"{len(entries):,}" + (f" ({', '.join(parts)})" if parts else "")
