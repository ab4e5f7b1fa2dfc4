"""What the use cases need of the ledger: the audit log, the file as a whole, and jobs; of notes, see note_ports.py."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from tui_reseller.domain.audit import AuditQuery, ChainReport, Entry, Intent, Operator
from tui_reseller.domain.job import Job, JobItem, JobState, Taken
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.plan import Plan
from tui_reseller.domain.value import Value
from tui_reseller.domain.vault import Anchor, Comparison, LedgerAnchor, Restored
from tui_reseller.services.note_ports import NotesPort


class LedgerPort(NotesPort, Protocol):
    """The audit log, with labels and notes. Every method may raise LedgerUnavailable."""

    async def begin(self, intent: Intent, *, untouched_since: Sequence[int | datetime] = ()) -> str:
        """Write an intent durably and return its id.

        Raises TouchedSince if is_touched_since() holds for the customer and one of these rows or moments, RefusedHere
        if the customer has an operation whose outcome is open (unknown, or in flight elsewhere), unless this one
        repeats that operation harmlessly.
        """

    async def already(self, intent: Intent, message: str) -> str | None:
        """Write down durably that a customer is so already and nothing is sent; return the id. None if an outcome of
        the customer is open: then only sending settles it. Raises RefusedHere if the item of a job is taken.
        """

    async def finish(
        self,
        entry_id: str,
        outcome: Outcome,
        message: str,
        *,
        target: str | None = None,
        is_observed: bool = False,
        is_answer: bool = False,
    ) -> None:
        """Write an outcome durably. A later outcome stands for the operation; none is ever changed. Observed is one
        that was read from the service, an answer what it said to the call itself. Target is the key that the service
        gave a new customer: from then on the operation is found under it.

        What evidence or a person has closed stays closed: of what comes later only an answer is written.
        """

    async def get(self, entry_id: str) -> Entry | None:
        """Return one operation."""

    async def entries(self, query: AuditQuery) -> list[Entry]:
        """Return operations, newest first."""

    async def count(self, query: AuditQuery) -> int:
        """Return how many operations there are, whatever the limit."""

    async def needs_you(self, account: str | None = None) -> list[Entry]:
        """Return operations whose outcome a person has to look at, oldest first."""

    async def note(self, account: str, kind: str, entry: str, body: Mapping[str, object]) -> None:
        """Write a row durably that is no operation, in the chain of an account, under a name of its kind."""

    async def notes(self, kind: str, entry: str) -> Sequence[tuple[str, Mapping[str, object]]]:
        """Return time and body of such rows, newest first."""

    async def newest_id(self, account: str) -> str:
        """Return the id of the newest operation on an account, empty where there is none: later ones have greater ids.
        A ledger with one chain for all accounts may return that of another one.
        """

    async def newest(self, account: str) -> int:
        """Return the number of the newest row of an account, 0 where there is none: a point in the order of its chain,
        which no clock moves. A ledger with one chain for all accounts may return that of another one.
        """

    async def send_until(self, entry_id: str = "") -> float:
        """Return until when a call may leave that was begun (seconds of Clock.monotonic): later others may take its
        operation for lost. If that is over, the ledger is told first that this process lives. Infinite where a lock
        tells others so; over for good where others have closed that operation because this process was not heard of.
        """

    def stamp(self) -> object:
        """Return what differs as soon as anything was written, by whatever process; a look at the file, no reading."""

    async def written_since(self, account: str, row: int, limit: int) -> Sequence[Entry]:
        """Return operations that were begun, or got an outcome, behind a row, oldest first; at most so many, the
        newest.
        """

    async def is_touched_since(self, account: str, username: str, since: int | datetime) -> bool:
        """Whether anything was written of an operation on a customer behind a row, or at a moment or later, by whatever
        process of this ledger: one that was begun before may have been carried out after.
        """

    async def last_set(self, account: str) -> Mapping[str, Mapping[str, Value]]:
        """Return what this tool last set of fields that the service never tells, by username and field; None where the
        outcome is open.
        """

    async def around_ends(self, account: str | None, usernames: Collection[str] | None = None) -> list[Entry]:
        """Return what was done to customers who were ever given an end (of a suspension), or to these, under all their
        names, oldest first.
        """

    async def approvals(self, account: str) -> int:
        """Return how many others must approve before something is sent in an account; 0 where nobody has to."""

    async def break_glass(self, account: str, reason: str) -> None:
        """Let this process write in an account without approval, which is a right of its own and a row of the log."""

    async def check(self) -> ChainReport:
        """Check the hash chain from the first row."""

    def complaint(self) -> str:
        """Return what the operator should hear that is no error of an operation; each is told once, else empty."""

    async def recover(self) -> int:
        """Give every intent of a process that is gone the outcome unknown; return how many."""

    async def aclose(self) -> None:
        """Close the file."""


class VaultPort(Protocol):
    """What is done to the ledger as a whole. Every method may raise LedgerUnavailable."""

    async def anchors(self) -> Sequence[LedgerAnchor]:
        """Return number and hash of the last row of each chain."""

    async def holds(self, anchor: Anchor) -> bool:
        """Whether the row of an anchor is still there, as it was."""

    async def doubt(self) -> str:
        """Return why this may not be the ledger that was written to; empty if nothing speaks against it."""

    async def back_up(self, path: Path) -> Anchor:
        """Write a backup into a new file; return its last row. Raises InvalidInput, BadConfig."""

    async def accept(self, reason: str, operator: Operator) -> Anchor:
        """Go on with a ledger that does not fit its receipt; return its last row. Raises InvalidInput if it fits."""

    def candidate(self, path: Path) -> AbstractAsyncContextManager[Comparison]:
        """Check a backup and compare it with the present ledger, for restore(). Raises InvalidInput if it is none."""

    async def restore(self, path: Path, operator: Operator) -> Restored:
        """Put the backup of candidate() in the place of the ledger, which is moved aside.

        Raises RefusedHere while another process uses the ledger.
        """


class JobsPort(Protocol):
    """Jobs and their items. Every method may raise LedgerUnavailable."""

    async def add(
        self, plan: Plan, operator: Operator, reason: str, passwords_to: str = "", *, digest: str = ""
    ) -> Job:
        """Make a job of a plan, durably. Digest is that of the plan as it was reviewed, if some items of it were left
        out since. Raises RefusedHere if that plan was applied before.
        """

    async def refuse_changed(self, number: int) -> None:
        """Raise RefusedHere if a job's items are not those that it was made of."""

    async def refuse_applied(self, plan: Plan) -> None:
        """Raise RefusedHere if a plan was applied before."""

    async def get(self, number: int) -> Job | None:
        """Return a job."""

    async def all(self, account: str | None = None, *, is_running: bool = False) -> list[Job]:
        """Return jobs, newest first; is_running for those alone that run, or were interrupted."""

    async def waiting(self, number: int, after: int, limit: int = ...) -> list[JobItem]:
        """Return items that were not begun, in order, after a place."""

    async def take(self, number: int, after: int, before: int = ...) -> Taken:
        """Take items that may be begun, in order, after a place and before another one, so many as are handled well
        together: nobody else begins them while we live. Those that we have taken before are among them; none where we
        may not send any. The second call of a customer may be begun when the first one is applied, or a person has
        closed it with a note.
        """

    async def give_back(self, number: int) -> None:
        """Let others have what we took and have not begun."""

    async def open_to_others(self, number: int) -> None:
        """Let other processes join a job that we run, where the ledger is one that several machines share."""

    async def is_open(self, number: int) -> bool:
        """Whether a job is being run, is not asked to halt, and may be joined."""

    async def is_shared(self, number: int) -> bool:
        """Whether others that live have taken or begun items that they have not brought to an end."""

    async def for_worker(self, account: str) -> int | None:
        """Return the oldest job of an account that may be joined, or was being run by a process that is gone."""

    async def items(self, number: int, after: int = ..., limit: int = ...) -> list[JobItem]:
        """Return items with what became of them, in order, after a place."""

    async def waiting_of(self, account: str, username: str) -> list[tuple[Job, JobItem]]:
        """Return what a customer still waits for in a few jobs that are not finished, the newest first."""

    async def refuse(self, number: int, seq: int, outcome: Outcome, message: str) -> None:
        """Write down why an item was not sent, where no operation was begun."""

    async def refuse_orphans(self, number: int) -> None:
        """Write down of second calls that they were not sent, where the first one certainly was not carried out."""

    async def put_back(self, number: int, seqs: Sequence[int]) -> None:
        """Let items be begun again: they were certainly not carried out."""

    async def put_back_not_applied(self, number: int, attempts: int) -> None:
        """Let items be begun again that never left or were found not applied, if they were begun less often than so
        many times.
        """

    async def set_state(self, number: int, state: JobState, why: str = "") -> None:
        """Say what the job is doing, and why."""

    async def want(self, number: int, wanted: str) -> None:
        """Ask the process that runs a job to "pause" or "stop", or say that it is HANDED_OVER; "" takes it back."""

    async def wanted(self, number: int) -> str:
        """Return what somebody asked of a job."""

    def owning(self, number: int, operator: Operator) -> AbstractAsyncContextManager[None]:
        """Be the one process that runs a job; death lets go of it. Raises RefusedHere naming the owner."""
