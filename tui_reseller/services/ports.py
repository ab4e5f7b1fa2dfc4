"""What the use cases need from outside; of lists, see list_ports.py. Adapters fit these by shape; wiring.py hands them
in.
"""

from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from tui_reseller.domain.audit import AuditQuery, ChainReport, Entry, Intent, Operator
from tui_reseller.domain.config import Config
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.draft import Draft
from tui_reseller.domain.errors import BadConfig
from tui_reseller.domain.identity import Identity
from tui_reseller.domain.job import Job, JobItem, JobState
from tui_reseller.domain.listing import (
    ListProgress,
)
from tui_reseller.domain.operation import Call, Outcome
from tui_reseller.domain.plan import Plan
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.receipt import Receipt
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.value import Value
from tui_reseller.domain.vault import Anchor, Comparison, Restored
from tui_reseller.domain.view import ListLayout, View
from tui_reseller.services.note_ports import NotesPort


class Clock(Protocol):
    """Time. Durations come from monotonic() and sleep(), moments from now()."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""

    def monotonic(self) -> float:
        """Return seconds that never jump."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


class CustomersPort(Protocol):
    """The service, for one profile."""

    def stream(self) -> AsyncGenerator[ListProgress, None]:
        """Read the complete list, piece by piece. Ends normally only if the whole answer was well-formed.

        Raises NotSent, AnswerLost, UnusableAnswer, Rejected and its kinds.
        """

    async def find(self, username: str, enough: float = 0.0) -> Customer | None:
        """Ask for one customer and compare the username exactly. Raises as stream(), and UnusableAnswer if it is not
        there and the answer is no proof of that; a list of others proves it if it has *enough* customers.
        """

    async def fill(self, customer: Customer, fields: Collection[str] = (), *, background: bool = False) -> Customer:
        """Return a customer with what the service tells for one at a time, and when it was read: the groups that these
        fields are of, or the first one (Provider.groups); as it is where all stands in the list. In the background,
        others come first. Raises as stream(), and NotPermitted.
        """

    async def offered(self, field: str, customer: Customer | None = None) -> Sequence[str]:
        """Return values that a customer, or a new one, may have in a field, the best first; none where the service
        offers none, or the key may not ask. Raises as stream().
        """

    async def taken_away(self, call: Call, customer: Customer) -> Sequence[str]:
        """Return what a service takes away from a customer beside what a call says, a line each. Raises as stream()."""

    async def probe(self) -> Identity:
        """Make the cheapest read that proves the credentials; return what came with it. Of a list, a whole record is
        read, and little more than 64 KiB.
        """

    async def send(self, call: Call) -> Receipt:
        """Send one write, once. Returns what the service says of a certain success, with the key of a new customer
        where the service gives it.

        Raises NotSent (nothing left), Rejected and its kinds (the service said no), AnswerLost or UnusableAnswer
        (what became of it is not known).
        """

    async def link(self, username: str) -> Secret:
        """Return a link that signs in once as an administrator of a customer's account; each call makes another one.

        Raises as send(), CustomerNotFound among them; RefusedHere where the service has no such link.
        """

    def tell_waits(self, tell: Callable[[float], None]) -> None:
        """Let somebody hear how many seconds a call is going to wait for the service's limit, and 0 when it goes."""

    def ahead(self) -> timedelta | None:
        """Return how far the service's clock is before ours, where an answer told it."""

    async def aclose(self) -> None:
        """Close connections."""


class LedgerPort(NotesPort, Protocol):
    """The audit log, with labels and notes. Every method may raise LedgerUnavailable."""

    async def begin(self, intent: Intent) -> str:
        """Write an intent durably and return its id.

        Raises RefusedHere if the customer has an operation whose outcome is open (unknown, or in flight elsewhere),
        unless this one repeats that operation harmlessly.
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

    async def note(self, kind: str, entry: str, body: Mapping[str, object]) -> None:
        """Write a row durably that is no operation, under a name of its kind."""

    async def notes(self, kind: str, entry: str) -> Sequence[tuple[str, Mapping[str, object]]]:
        """Return time and body of such rows, newest first."""

    async def newest_id(self) -> str:
        """Return the id of the newest operation, empty for an empty ledger: later ones have greater ids."""

    async def newest(self) -> int:
        """Return the number of the newest row, 0 for an empty ledger: a point in its order, which no clock moves."""

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

    async def head(self) -> Anchor:
        """Return number and hash of the last row."""

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


class PlanFilesPort(Protocol):
    """Plans as files."""

    def save(self, plan: Plan, path: Path | None = None) -> Path:
        """Write a plan and return where: to a new file, or into a folder of ours. Raises InvalidInput, BadConfig."""

    def load(self, name: str) -> Plan:
        """Read a plan by path or by the first signs of its digest. Raises InvalidInput."""


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

    async def all(self, account: str | None = None) -> list[Job]:
        """Return jobs, newest first."""

    async def waiting(self, number: int, after: int, limit: int = ...) -> list[JobItem]:
        """Return items that were not begun, in order, after a place."""

    async def items(self, number: int, after: int = ..., limit: int = ...) -> list[JobItem]:
        """Return items with what became of them, in order, after a place."""

    async def refuse(self, number: int, seq: int, outcome: Outcome, message: str) -> None:
        """Write down why an item was not sent, where no operation was begun."""

    async def put_back(self, number: int, seqs: Sequence[int]) -> None:
        """Let items be begun again: they were certainly not carried out."""

    async def put_back_not_applied(self, number: int, attempts: int) -> None:
        """Let items be begun again that never left or were found not applied, if they were begun less often than so
        many times.
        """

    async def set_state(self, number: int, state: JobState, why: str = "") -> None:
        """Say what the job is doing, and why."""

    async def want(self, number: int, wanted: str) -> None:
        """Ask the process that runs a job to "pause" or "stop"; "" takes it back."""

    async def wanted(self, number: int) -> str:
        """Return what somebody asked of a job."""

    def owning(self, number: int, operator: Operator) -> AbstractContextManager[None]:
        """Be the one process that runs a job; death lets go of it. Raises RefusedHere naming the owner."""


class CredentialsPort(Protocol):
    """Where keys come from and sleep. Every method may raise CredentialStoreError."""

    async def get(self, profile: Profile) -> Credential | None:
        """Return the key by the profile's configured source, or None if it is not configured or not found there."""

    async def put(self, profile: Profile, credential: Credential) -> str:
        """Keep a key, and what belongs to it, read it back, and return where it is in words."""

    async def remove(self, profile: Profile) -> None:
        """Delete the key of a profile, if there is one."""

    async def probe(self) -> str:
        """Return the state of the OS keyring: none, no-collection, locked or ready. Never raises a prompt."""

    def remember(self, profile: Profile, credential: Credential) -> None:
        """Keep a key, and what belongs to it, in the memory of this process only."""

    def describe(self, profile: Profile) -> str:
        """Say in words where the key of a profile comes from."""


class ConfigPort(Protocol):
    """The config file. Every method may raise BadConfig, with file, line and key."""

    def load(self) -> Config:
        """Read and check the file; a missing file is an empty config."""

    def stamp(self) -> object:
        """Return what differs as soon as the file was changed."""

    def wrong_entry(self, table: str, key: str, words: str) -> BadConfig:
        """Return the error of an entry that only its reader can judge, as load() raises it for the others."""

    def put(self, profile: Profile) -> None:
        """Add a profile or replace it; comments and order of the rest survive."""

    def remove(self, name: str) -> None:
        """Take a profile out."""

    def use(self, name: str) -> None:
        """Name the profile that reads and the screen use by default."""


class ViewsPort(Protocol):
    """The operator's views, and how each profile's list looked last. What is written may raise BadConfig."""

    def saved(self) -> tuple[View, ...]:
        """Return the operator's own views."""

    def layout(self, profile: str) -> ListLayout:
        """Return how the list of a profile looked last."""

    def put(self, view: View) -> None:
        """Keep a view, in the place of one with the same key."""

    def drop(self, key: str) -> None:
        """Forget a view."""

    def keep_layout(self, profile: str, layout: ListLayout) -> None:
        """Keep how the list of a profile looks."""


class DraftsPort(Protocol):
    """Editor drafts that survive hang-up and kill. Never a password."""

    def load(self, account: str) -> Draft | None:
        """Return the last draft, or None."""

    def save(self, account: str, draft: Draft) -> None:
        """Keep a draft, whole or not at all."""

    def clear(self, account: str) -> None:
        """Forget it."""
