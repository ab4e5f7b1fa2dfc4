"""A job: a plan being applied, and what became of each of its items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from tui_reseller.domain.audit import Operator, utc_text
from tui_reseller.domain.changes import as_object
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.plan import Item
from tui_reseller.domain.provider import Provider

HANDED_OVER = "hand over"
"""Is asked of a job that another process is about to take: who watches it waits for that one."""
LAST = 2**31 - 1
"""A place behind all items of a job."""
NOT_CREATED = "the customer was not created; nothing was sent"
"""Why a second call is not sent."""


class JobState(Enum):
    """What a job is doing. Interrupted: it was running, and its process is gone."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"

    @property
    def may_run(self) -> bool:
        """Whether resuming makes sense."""
        return self is not JobState.RUNNING


@dataclass(frozen=True, slots=True)
class Job:
    """A plan that is or was applied. Passwords_to is the file for generated passwords, or empty.

    Counts is how many customers have which outcome; None counts those that were not begun. In_flight counts those that
    a process has begun that may still bring them to an end: nobody can say of them that they were not sent. Where a
    new customer takes two calls (makes_two_calls), the second one speaks for it once the first is applied. Is_undoable
    is whether something that it has done can be taken back and was not yet; not told of a running one. Verbs are the
    words of what it does; none of a job that was made before they were kept.
    """

    number: int
    profile: str
    account: str
    origin: str
    digest: str
    source: str
    operator: Operator
    reason: str
    began: datetime
    state: JobState
    why: str
    total: int
    counts: Mapping[Outcome | None, int]
    owner: str = ""
    passwords_to: str = ""
    in_flight: int = 0
    is_undoable: bool = False
    verbs: tuple[str, ...] = ()
    makes_two_calls: bool = False

    @property
    def is_new(self) -> bool:
        """Whether no process has run it yet: whatever ends a run says why."""
        return self.state is JobState.STOPPED and not self.why

    @property
    def batch(self) -> str:
        """What the audit log calls everything that was done by it."""
        return f"job-{self.number}"

    @property
    def done(self) -> int:
        """Items that have an outcome."""
        return sum(count for outcome, count in self.counts.items() if outcome is not None)

    @property
    def not_begun(self) -> int:
        """Items that certainly were not sent, and have no outcome."""
        return self.total - self.done - self.in_flight

    @property
    def open_unknowns(self) -> int:
        """Items that a person or evidence still has to settle; those in flight are among them once nobody runs it."""
        asked = sum(count for outcome, count in self.counts.items() if outcome is not None and outcome.is_open)
        return asked + (0 if self.state is JobState.RUNNING else self.in_flight)

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to do. A job with open unknowns is not finished (reliability 4.4)."""
        return self.state is JobState.FINISHED and not self.open_unknowns

    @property
    def state_word(self) -> str:
        """The state in words."""
        if self.state is JobState.FINISHED and self.open_unknowns:
            return "finished with unknowns"
        return self.state.value

    def as_dict(self) -> dict[str, object]:
        """Return the stable object of output."""
        return {
            "job": self.number, "state": self.state_word.replace(" ", "_"), "why": self.why or None,
            "profile": self.profile, "origin": self.origin, "time": utc_text(self.began),
            "operator": self.operator.as_dict(), "reason": self.reason or None, "total": self.total,
            "done": self.done, "owner": self.owner or None,
            "outcomes": {outcome.value: count for outcome, count in self.counts.items() if outcome and count},
            "in_flight": self.in_flight,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class JobItem:
    """An item of a job: one call, by its place in the job, with what became of it. Attempts counts how often it was
    begun. Step is 1 for a second call: that of the customer whom the item before it creates. Then is the operation of
    the second call, where this is a first one.
    """

    seq: int
    item: Item
    outcome: Outcome | None = None
    message: str = ""
    entry: str | None = None
    attempts: int = 0
    step: int = 0
    then: Operation | None = None

    @property
    def is_in_flight(self) -> bool:
        """Whether it was begun and has no outcome: its answer may still come."""
        return self.entry is not None and self.outcome is None

    @property
    def state(self) -> str:
        """How far it is: not_begun, in_flight or done."""
        return "done" if self.outcome else "in_flight" if self.is_in_flight else "not_begun"

    @property
    def word(self) -> str:
        """What became of it, in a word."""
        return self.outcome.word if self.outcome else self.state.replace("_", " ")

    def as_dict(self, provider: Provider) -> dict[str, object]:
        """Return the stable object of output: a row of the results."""
        changes = as_object(self.item.changes(provider))
        return {
            "username": self.item.username, "operation": self.item.operation.value,
            "outcome": self.outcome.value if self.outcome else None, "id": self.entry, "changes": changes,
            "message": self.message, "line": self.item.line or None, "state": self.state,
        }  # fmt: skip


class Taken(NamedTuple):
    """Items that only we may begin now. Wait is how many seconds from now the first of them may leave, gap the seconds
    between two; 0 where no rate is shared with others.
    """

    items: Sequence[JobItem]
    wait: float = 0.0
    gap: float = 0.0
