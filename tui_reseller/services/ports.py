"""What the use cases need from outside. Adapters fit these by shape; wiring.py hands them in."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from tui_reseller.domain.audit import AuditQuery, ChainReport, Entry, Intent
from tui_reseller.domain.config import Config
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.filters import Filter
from tui_reseller.domain.listing import ListContext, ListProgress, SnapshotInfo
from tui_reseller.domain.operation import Call, Outcome
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.switch import Switch


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

    async def find(self, username: str) -> Customer | None:
        """Ask for one customer and compare the username exactly. Raises as stream()."""

    async def probe(self) -> Sequence[str]:
        """Make the cheapest read that proves the credentials; return usernames seen (at most 64 KiB are read)."""

    async def send(self, call: Call) -> str:
        """Send one write, once. Returns the message of a certain success.

        Raises NotSent (nothing left), Rejected and its kinds (the service said no), AnswerLost or UnusableAnswer
        (what became of it is not known).
        """

    async def aclose(self) -> None:
        """Close connections."""


class LedgerPort(Protocol):
    """The audit log. Every method may raise LedgerUnavailable."""

    async def begin(self, intent: Intent) -> str:
        """Write an intent durably and return its id.

        Raises RefusedHere if the customer has an operation whose outcome is open (unknown, or in flight elsewhere),
        unless this one repeats that operation harmlessly.
        """

    async def finish(self, entry_id: str, outcome: Outcome, message: str) -> None:
        """Write an outcome durably. A later outcome stands for the operation; none is ever changed."""

    async def get(self, entry_id: str) -> Entry | None:
        """Return one operation."""

    async def entries(self, query: AuditQuery) -> list[Entry]:
        """Return operations, newest first."""

    async def needs_you(self, account: str | None = None) -> list[Entry]:
        """Return operations whose outcome a person has to look at, oldest first."""

    async def website_access(self, account: str) -> Mapping[str, Switch]:
        """Return what website access this tool last set, by username; unknown where the outcome is open."""

    async def check(self) -> ChainReport:
        """Check the hash chain from the first row."""

    async def recover(self) -> int:
        """Give every intent of a process that is gone the outcome unknown; return how many."""

    async def aclose(self) -> None:
        """Close the file."""


class CustomerListPort(Protocol):
    """The list in memory, as the screen and `list` see it: filtered, sorted, by window."""

    def __len__(self) -> int:
        """Rows that the present query shows."""

    @property
    def total(self) -> int:
        """All customers."""

    @property
    def version(self) -> int:
        """A number that grows whenever a customer changes."""

    def window(self, start: int, stop: int) -> Sequence[Customer]:
        """Return shown rows."""

    def count(self, filter_: Filter, *, context: "ListContext") -> int:
        """Return how many customers another filter would show."""

    def query(self, filter_: Filter, sort: str = "", *, descending: bool = False, context: ListContext) -> int:
        """Filter and sort; return how many rows are shown. Sort is a field, or empty for the service's order."""

    def get(self, username: str) -> Customer | None:
        """Return a customer by exact username."""

    def row_of(self, username: str) -> int | None:
        """Return the shown row of a username."""

    def is_ambiguous(self, username: str) -> bool:
        """Whether the service listed this username more than once."""

    def usernames(self) -> Iterable[str]:
        """All usernames that the present query shows, in order."""

    def apply(self, username: str, customer: Customer | None) -> None:
        """Put a changed, new or renamed customer in the place of *username*, or take it out."""

    def replace(self, customers: Iterable[Customer]) -> None:
        """Put a new list in the place of the old one; the present query stays."""

    def extend(self, customers: Iterable[Customer]) -> None:
        """Add customers of a list that is still arriving."""


class SnapshotPort(Protocol):
    """The last list read, on disk, for one account. Rebuildable: unreadable means none."""

    def head(self, account: str, rows: int) -> tuple[SnapshotInfo, list[Customer]] | None:
        """Return the first rows at once, or None."""

    async def load(self, account: str) -> tuple[SnapshotInfo, list[Customer]] | None:
        """Return all rows with later changes applied, or None."""

    async def save(self, account: str, read_at: datetime, customers: Sequence[Customer]) -> None:
        """Put a list in the place of the old one, whole or not at all. Raises BadConfig if the disk refuses."""

    async def note(self, account: str, username: str, customer: Customer | None) -> None:
        """Add one change to the snapshot, if there is one."""

    def remove(self, account: str) -> None:
        """Delete the snapshot of an account."""


class CredentialsPort(Protocol):
    """Where keys come from and sleep. Every method may raise CredentialStoreError."""

    async def get(self, profile: Profile) -> Secret | None:
        """Return the key by the profile's configured source, or None if it is not configured or not found there."""

    async def put(self, profile: Profile, key: Secret) -> str:
        """Keep a key, read it back, and return where it is in words."""

    async def remove(self, profile: Profile) -> None:
        """Delete the key of a profile, if there is one."""

    async def probe(self) -> str:
        """Return the state of the OS keyring: none, no-collection, locked or ready. Never raises a prompt."""

    def remember(self, profile: Profile, key: Secret) -> None:
        """Keep a key in the memory of this process only."""

    def describe(self, profile: Profile) -> str:
        """Say in words where the key of a profile comes from."""


class ConfigPort(Protocol):
    """The config file. Every method may raise BadConfig, with file, line and key."""

    def load(self) -> Config:
        """Read and check the file; a missing file is an empty config."""

    def put(self, profile: Profile) -> None:
        """Add a profile or replace it; comments and order of the rest survive."""

    def remove(self, name: str) -> None:
        """Take a profile out."""

    def use(self, name: str) -> None:
        """Name the profile that reads and the screen use by default."""


class DraftsPort(Protocol):
    """Editor drafts that survive hang-up and kill. Never a password."""

    def load(self, account: str) -> tuple[str, Mapping[str, str]] | None:
        """Return username and edited fields of the last draft, or None."""

    def save(self, account: str, username: str, fields: Mapping[str, str]) -> None:
        """Keep a draft, whole or not at all."""

    def clear(self, account: str) -> None:
        """Forget it."""
