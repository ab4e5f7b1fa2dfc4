"""What can be done to a customer, and what can have become of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from types import MappingProxyType

from tui_reseller.domain.secret import Secret


class Operation(Enum):
    """All operations that a service may have; the values are the words of log, ledger, faults and output. What each
    is and does with a service stands in the service's table (provider.py).

    FOREIGN stands for a word of a newer version that is read in the ledger. It is shown and never sent.
    """

    LIST = "list"
    CREATE = "create"
    DELETE = "delete"
    ENABLE = "enable"
    DISABLE = "disable"
    WEBSITE_ENABLE = "website_enable"
    WEBSITE_DISABLE = "website_disable"
    SET = "set"
    PASSWORD = "password"  # noqa: S105 - the name of an operation
    RENAME = "rename"
    EMAIL = "email"
    CREDITS_SET = "credits_set"
    CREDITS_ADD = "credits_add"
    IPS_SET = "ips_set"
    OFFERINGS_SET = "offerings_set"
    SIGN_IN = "sign_in"
    FOREIGN = "foreign"

    @classmethod
    def read(cls, word: str | None) -> "Operation":
        """Return the operation of a word in the ledger; FOREIGN for one that only a newer version knows."""
        try:
            return cls(word)
        except ValueError:
            return cls.FOREIGN


WRITES = tuple(
    operation for operation in Operation if operation not in {Operation.LIST, Operation.SIGN_IN, Operation.FOREIGN}
)
"""The operations that change a customer: what plans, jobs and files are made of."""
RECORDED = (*WRITES, Operation.SIGN_IN)
"""The operations that the audit log has: those, and the one that lets an operator into a customer's account."""


_TWO_WORDS = frozenset({Operation.CREDITS_SET, Operation.CREDITS_ADD, Operation.IPS_SET, Operation.OFFERINGS_SET})


def verb_of(operation: Operation) -> str:
    """Return an operation as the command line calls it: a verb, or a group and a verb in it."""
    return operation.value.replace("_", " " if operation in _TWO_WORDS else "-")


_CALLED = {
    Operation.CREATE: "new customers",
    Operation.ENABLE: "way to enable sending",
    Operation.DISABLE: "way to disable sending",
    Operation.WEBSITE_ENABLE: "way to enable login",
    Operation.WEBSITE_DISABLE: "way to disable login",
    Operation.SET: "change of details",
    Operation.EMAIL: "change of e-mail",
    Operation.CREDITS_SET: "credits",
    Operation.CREDITS_ADD: "credits",
    Operation.IPS_SET: "choice of sending addresses",
    Operation.OFFERINGS_SET: "offerings",
    Operation.SIGN_IN: "sign-in link",
}


def called(operation: Operation) -> str:
    """Return what people call an operation, for "SERVICE has no ..."."""
    return _CALLED.get(operation, operation.value)


class Outcome(Enum):
    """What is known of an operation (reliability 4.1). "Failed" is never said of what may have happened."""

    APPLIED = "applied"
    REJECTED = "rejected"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    VERIFIED_APPLIED = "verified_applied"
    VERIFIED_NOT_APPLIED = "verified_not_applied"
    CONFLICT = "conflict"
    PARTIAL = "partial"
    UNVERIFIABLE = "unverifiable"
    RESOLVED = "resolved"
    ALREADY_SO = "already_so"

    @classmethod
    def read(cls, word: str) -> "Outcome":
        """Return the outcome of a word in the ledger; one that only a newer version knows is not known to us."""
        try:
            return cls(word)
        except ValueError:
            return cls.UNKNOWN

    @property
    def needs_you(self) -> bool:
        """Whether a person has to look at it."""
        return self in {Outcome.UNKNOWN, Outcome.CONFLICT, Outcome.PARTIAL, Outcome.UNVERIFIABLE}

    @property
    def is_open(self) -> bool:
        """Whether it is not known for certain what became of it. In a conflict it is: nothing was sent."""
        return self.needs_you and self is not Outcome.CONFLICT

    @property
    def is_applied(self) -> bool:
        """Whether the service certainly has carried it out."""
        return self in {Outcome.APPLIED, Outcome.VERIFIED_APPLIED}

    @property
    def is_so(self) -> bool:
        """Whether the customer certainly is as it was wanted: applied, or found so and not sent."""
        return self.is_applied or self is Outcome.ALREADY_SO

    @property
    def is_certainly_not(self) -> bool:
        """Whether the service certainly has not carried it out."""
        return self in {Outcome.REJECTED, Outcome.NOT_SENT, Outcome.VERIFIED_NOT_APPLIED}

    @property
    def word(self) -> str:
        """The fixed word on screen (reliability R8)."""
        return _WORDS[self]


_WORDS = {
    Outcome.APPLIED: "Applied",
    Outcome.REJECTED: "Rejected",
    Outcome.NOT_SENT: "Not sent",
    Outcome.UNKNOWN: "Unknown",
    Outcome.VERIFIED_APPLIED: "Applied (verified)",
    Outcome.VERIFIED_NOT_APPLIED: "Not applied (verified)",
    Outcome.CONFLICT: "Changed meanwhile",
    Outcome.PARTIAL: "Partly applied",
    Outcome.UNVERIFIABLE: "Cannot be checked",
    Outcome.RESOLVED: "Resolved with a note",
    Outcome.ALREADY_SO: "Already so",
}


_NO_FIELDS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Call:
    """One write, ready to be sent: an operation on a username with the new values it carries.

    Old_password is the present one, where the service changes a password only for who knows it. Until is when a
    suspension is to end; it is written down with the intent and never sent.
    """

    operation: Operation
    username: str
    fields: Mapping[str, str] = field(default_factory=lambda: _NO_FIELDS)
    password: Secret | None = None
    until: datetime | None = None
    old_password: Secret | None = None
