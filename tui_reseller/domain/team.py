"""The ledger that a team shares: where it is, and as whom this operator goes there."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, unquote, urlsplit

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.vault import Anchor

SCHEMES = ("postgresql", "postgres")
_SERVICE = "service="


@dataclass(frozen=True, slots=True)
class Team:
    """Ledger is its address, checked by checked_address(). Role is that of PostgreSQL; empty: the one of the address,
    or the account of the operating system. Password_command prints the password of the role; empty: the driver looks in
    its own places (.pgpass, a certificate, GSSAPI).
    """

    ledger: str
    role: str = ""
    password_command: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """What messages call it: the address without who goes there and how."""
        if self.ledger.startswith(_SERVICE):
            return self.ledger
        parts = urlsplit(self.ledger)
        folder = dict(parse_qsl(parts.query)).get("host", "")
        return f"postgresql://{parts.netloc.rpartition('@')[2] or folder or 'this machine'}/{parts.path.lstrip('/')}"

    @property
    def role_in_address(self) -> str:
        """The role that the address names; empty if it names none."""
        parts = urlsplit("" if self.ledger.startswith(_SERVICE) else self.ledger)
        return dict(parse_qsl(parts.query)).get("user") or unquote(parts.username or "")


EVERY_ACCOUNT = "*"
"""In the place of an account: all of them, those to come too."""
RIGHTS = ("read", "write", "approve", "break-glass", "admin")
"""What somebody may do: read; read and write; read and approve of what others propose; write without approval where
it is asked for; everything but that, also say who may.
"""


@dataclass(frozen=True, slots=True)
class Member:
    """What a role of PostgreSQL may do in an account, or in EVERY_ACCOUNT. May are words of RIGHTS."""

    role: str
    account: str
    may: tuple[str, ...]


MOST_APPROVALS = 9
"""That an account can ask for."""
LOWEST_RATE, HIGHEST_RATE = 0.001, 100_000.0
"""Calls a second that an account can be limited to."""


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """What holds for all who work in an account: how many others must approve, and how many calls a second all machines
    together may send; None is as many as the service bears.
    """

    approvals: int = 0
    per_second: float | None = None


@dataclass(frozen=True, slots=True)
class AccountState:
    """The chain of an account: its last row, how many operations in it are open, who holds its lock just now (role and
    number of the process of PostgreSQL), and what is set for it.
    """

    account: str
    head: Anchor
    open: int
    lock: tuple[str, int] | None = None
    settings: AccountSettings = AccountSettings()


@dataclass(frozen=True, slots=True)
class Copies:
    """How many standbys the server feeds (or keeps a place for), and whether it waits for any before it answers."""

    standbys: int
    is_synchronous: bool


@dataclass(frozen=True, slots=True)
class TeamLedgerState:
    """A team's ledger, as a role sees it. Id is one for ever, version that of its schema."""

    place: str
    id: str
    version: int
    role: str
    may: tuple[Member, ...]
    accounts: tuple[AccountState, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a window is: in an account, at the customer under its cursor, or at one that is edited in it."""

    account: str
    customer: str = ""
    is_editing: bool = False


@dataclass(frozen=True, slots=True)
class Colleague:
    """Another window, of whatever machine: whose it is, as the database knows it, and on which host, as it says; where
    it is, and since when it is in that account, or edits that customer.
    """

    role: str
    host: str
    account: str
    customer: str
    is_editing: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class MovedLedger:
    """A ledger in a file that is an archive in that of a team now. Head is its last row, opened counts operations that
    lock their customers; shift is what was added to the numbers of its jobs. Kept is what its file is called now.
    """

    place: str
    archive: int
    head: Anchor
    opened: int
    shift: int
    kept: str


def checked_address(text: str) -> str:
    """Return the address of a team's ledger: a URL of PostgreSQL, or `service=NAME`. Raises InvalidInput, naming what
    is wrong with it: a password would be read by everybody who can read the file or the environment.
    """
    if text.startswith(_SERVICE):
        if not text.removeprefix(_SERVICE).strip() or " " in text:
            raise _wrong("after service= stands one name of the service file")
        return text
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        raise _wrong("it cannot be read") from None
    if parts.scheme not in SCHEMES or not parts.path.strip("/"):
        raise _wrong("it is postgresql://HOST/DATABASE, or service=NAME")
    names = [name.lower() for name, _value in parse_qsl(parts.query, keep_blank_values=True)]
    if parts.password is not None or any("password" in name for name in names):
        raise _wrong("a password does not stand in it: name a password_command, or use .pgpass")
    return text


def needs_certificate(host: str) -> bool:
    """Whether the way to a host leaves this machine, so that the server must prove who it is. Host is a name, an
    address, or the folder of a socket; empty is the usual socket.
    """
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True


def _wrong(words: str) -> InvalidInput:
    return InvalidInput(f"the address of the ledger: {words}", field="ledger")
