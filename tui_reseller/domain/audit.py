"""What the ledger holds: who did what, when, to whom, and what became of it. Never a password."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tui_reseller.domain.changes import Change, as_object
from tui_reseller.domain.fingerprint import UNKNOWN, Fingerprint
from tui_reseller.domain.operation import Operation, Outcome


@dataclass(frozen=True, slots=True)
class Operator:
    """The person at the keyboard: account of the operating system, its name and number, and the host.

    Login_uid is the number of the account that logged in, where the system tells: su and sudo do not change it.
    Ssh_from (where their SSH came from) and claims (names of variables and what they say) could have been made up by
    whoever started the program. Entries of earlier versions have neither numbers nor claims.

    Role is who they are in the ledger of a team, as its database says; empty in a ledger of one's own. There all the
    rest is a claim, and two people on two machines may have the same number.
    """

    user: str
    host: str
    ssh_from: str | None = None
    uid: int | None = None
    login_uid: int | None = None
    claims: Mapping[str, str] = field(default_factory=dict, hash=False)
    role: str = ""

    @property
    def name(self) -> str:
        """Who it was, in a word: the role, else the account of the operating system. Not cleaned."""
        return self.role or self.user

    def is_same_person(self, other: "Operator") -> bool:
        """Whether both are one role of a team's database; where one of them has none (what was moved there from a
        file), one account of the operating system on one host. Of a ledger of one's own: one account, over whatever
        line it came. Its number decides; its name only where one of them has no number.
        """
        if self.role and other.role:
            return self.role == other.role
        if self.role != other.role and self.host != other.host:
            return False
        if self.uid is not None and other.uid is not None:
            return self.uid == other.uid
        return self.user == other.user

    @property
    def words(self) -> str:
        """One line for the reader, with claims marked as such. Not cleaned."""
        told = f"{self.role} ({self.user} on {self.host})" if self.role else f"{self.user} on {self.host}"
        if self.login_uid is not None and self.login_uid != self.uid:
            told += f", logged in as uid {self.login_uid}"
        claimed = [f"to be {value} ({name})" for name, value in self.claims.items()]
        claimed += [f"to come from {self.ssh_from}"] if self.ssh_from else []
        return told + (f"; claims {', '.join(claimed)}" if claimed else "")

    def as_dict(self) -> dict[str, object]:
        """Return it as output and the ledger have it."""
        return {
            "user": self.user,
            "host": self.host,
            "ssh_from": self.ssh_from,
            "uid": self.uid,
            "login_uid": self.login_uid,
            "claims": dict(self.claims),
            **({"role": self.role} if self.role else {}),
        }

    @classmethod
    def from_dict(cls, found: Mapping[str, object]) -> "Operator":
        """Read what as_dict wrote, now or in an earlier version, but for the role, of which the database alone tells.
        Raises KeyError or TypeError on anything else.
        """
        user, host, ssh_from = found["user"], found["host"], found["ssh_from"]
        uid, login_uid, claims = found.get("uid"), found.get("login_uid"), found.get("claims", {})
        if not (isinstance(user, str) and isinstance(host, str) and isinstance(ssh_from, str | None)):
            raise TypeError("an operator")
        if not (isinstance(uid, int | None) and isinstance(login_uid, int | None) and isinstance(claims, dict)):
            raise TypeError("an operator")
        return cls(user, host, ssh_from, uid, login_uid, {str(name): str(value) for name, value in claims.items()})


def operator_name(found: Mapping[str, object]) -> str:
    """Return who it was, in a word, of what Operator.as_dict returned. Not cleaned."""
    return str(found.get("role") or found["user"])


@dataclass(frozen=True, slots=True)
class Intent:
    """An operation that is about to be sent. Account is the key of the account: what a lock is held on.

    Item is number of the job and place in it, if a job sends it. Until is when a suspension is to end: a promise among
    operators, of which the service knows nothing. Undoes is the id of the operation that this one takes back, or empty.
    """

    profile: str
    account: str
    operation: Operation
    username: str
    changes: tuple[Change, ...]
    operator: Operator
    before: Mapping[str, object] | None = None
    reason: str = ""
    batch: str | None = None
    item: tuple[int, int] | None = None
    until: datetime | None = None
    undoes: str = ""
    fingerprint: Fingerprint = field(default_factory=lambda: UNKNOWN)


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation with all that is known of it. Outcome is None only while it is in flight in a living process.

    Word is the operation as the ledger has it, also one that only a newer version knows. Is_observed tells an outcome
    that was read from the service from one that was answered or noted. Undoes is the id of what it takes back,
    undone_by that of the applied operation that has taken this one back; or empty. Given is the key that the service
    gave a new customer, or empty: the operation was begun under a name of ours then.
    """

    id: str
    time: datetime
    profile: str
    account: str
    operation: Operation
    username: str
    changes: tuple[Change, ...]
    operator: Operator
    before: Mapping[str, object] | None
    reason: str
    batch: str | None
    outcome: Outcome | None
    message: str
    settled_at: datetime | None = None
    until: datetime | None = None
    word: str = ""
    is_observed: bool = False
    undoes: str = ""
    undone_by: str = ""
    given: str = ""
    fingerprint: Fingerprint = field(default_factory=lambda: UNKNOWN)

    @property
    def customer(self) -> str:
        """The username of the customer that an operation is about: the one that the service gave, if it did."""
        return self.given or self.username

    def as_dict(self) -> dict[str, object]:
        """Return the stable object of output (design: "An audit entry")."""
        return {
            "username": self.customer,
            "operation": self.word or self.operation.value,
            "outcome": self.outcome.value if self.outcome else None,
            "id": self.id,
            "changes": as_object(self.changes),
            "message": self.message,
            "time": utc_text(self.time),
            "profile": self.profile,
            "operator": self.operator.as_dict(),
            "reason": self.reason or None,
            "batch": self.batch,
            "until": utc_text(self.until) if self.until else None,
            "undoes": self.undoes or None,
        }


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which entries to read, newest first. Limit 0 is no limit; until itself is not in it.

    A username finds what was done to that customer under its earlier and later names as well. User is the name of an
    account of the operating system, or of a role; operator is that account itself (Operator.is_same_person).
    """

    account: str | None = None
    profile: str | None = None
    username: str | None = None
    operation: Operation | None = None
    outcome: Outcome | None = None
    batch: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    user: str | None = None
    operator: Operator | None = None
    limit: int = 0

    def shows(self, entry: Entry) -> bool:
        """Whether an entry is asked for, as far as only a whole entry can tell: by outcome and by operator."""
        return (
            (self.outcome is None or entry.outcome is self.outcome)
            and (self.user is None or self.user in {entry.operator.user, entry.operator.role})
            and (self.operator is None or self.operator.is_same_person(entry.operator))
        )

    @property
    def needs_entries(self) -> bool:
        """Whether shows() can say no."""
        return not (self.outcome is None and self.user is None and self.operator is None)


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What checking the hash chain found. Broken_at is the number of the first row that does not fit, or None; account
    the one whose chain it is in, where each has its own.
    """

    rows: int
    broken_at: int | None = None
    account: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether every row fits the one before it."""
        return self.broken_at is None


def utc_text(moment: datetime) -> str:
    """Return a time in UTC as ISO 8601 with milliseconds and Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
