"""What the use cases need from outside. Of lists: list_ports.py; of ledger and jobs: ledger_ports.py.

Adapters fit these by shape; wiring hands them in.
"""

from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from tui_reseller.domain.config import Config, ConfigFinding
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.draft import Draft
from tui_reseller.domain.errors import BadConfig
from tui_reseller.domain.identity import Identity
from tui_reseller.domain.listing import (
    ListProgress,
)
from tui_reseller.domain.operation import Call
from tui_reseller.domain.plan import Plan
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.receipt import Receipt
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.view import ListLayout, View
from tui_reseller.services.usage_port import UsagePort


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

    async def email_of(self, username: str) -> str | None:
        """Return the e-mail address of a customer, where no reading of one tells it; None where the service tells it
        there, or not at all, or this key may not ask. Raises as stream(), and CustomerNotFound.
        """

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

    def usage(self) -> UsagePort:
        """Return the service's statistics. Raises RefusedHere where it has none."""

    def tell_waits(self, tell: Callable[[float], None]) -> None:
        """Let somebody hear how many seconds a call is going to wait for the service's limit, and 0 when it goes."""

    def ahead(self) -> timedelta | None:
        """Return how far the service's clock is before ours, where an answer told it."""

    async def aclose(self) -> None:
        """Close connections."""


class PlanFilesPort(Protocol):
    """Plans as files."""

    def save(self, plan: Plan, path: Path | None = None) -> Path:
        """Write a plan and return where: to a new file, or into a folder of ours. Raises InvalidInput, BadConfig."""

    def load(self, name: str) -> Plan:
        """Read a plan by path or by the first signs of its digest. Raises InvalidInput."""

    def names(self) -> Sequence[str]:
        """Return what names the plans in our folder, the newest first."""


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

    path: Path

    def text(self) -> str:
        """Return what the file says, right or wrong; empty if it is missing."""

    def examine(self, text: str) -> Sequence[ConfigFinding]:
        """Return all that is wrong with a text of such a file, in its order."""

    def replace(self, text: str, instead_of: str) -> None:
        """Put a text in the place of another one. Raises BadConfig for one that load() would refuse, Conflict if the
        file says something else by now.
        """

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

    def set_theme(self, name: str) -> None:
        """Name the theme of the screen; comments and order of the rest survive."""


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
