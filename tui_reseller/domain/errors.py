"""Every error that a front door may have to word.

ResellerError
 |- InvalidInput            a value, an argument or a file of the operator is not usable
 |   |- InvalidFilter       a filter that cannot be read; knows the place
 |   `- NotAskedFor         a username with which the service cannot be asked this; others can
 |- BadConfig               the config file, the environment or a folder
 |- SnapshotDamaged         the list on disk is not ours or not whole; the service has it
 |- MissingCredentials      no key for a profile
 |   `- CredentialStoreError  a store that cannot be used; knows its state
 |- NoAnswer                a call without a complete, usable answer
 |   |- NotSent             nothing left: name, connection, certificate, local refusal
 |   |   `- ProxyRefused    the proxy does not accept us; the service was not reached
 |   |- AnswerLost          the request left; what became of it is not known
 |   `- UnusableAnswer      an answer came that is not one of the service's
 |- Rejected                the service said no
 |   |- CredentialsRefused  to us
 |   |- NotPermitted        to this key; knows the permission that it lacks
 |   |- CustomerNotFound    there is no such customer
 |   `- RateLimited         too many calls; knows when to come again
 |- Conflict                the customer is not what the operator saw
 |- RefusedHere             a safety rule of ours
 |   |- NeedsApproval       others have to approve of it first
 |   `- NeverSent           this customer is so that it would only be refused
 `- LedgerUnavailable       the ledger cannot be written, so nothing is sent
"""

from collections.abc import Sequence

from tui_reseller.domain.changes import Collision


class ResellerError(Exception):
    """An error with words for the reader: what happened, and a hint what to do next."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InvalidInput(ResellerError):
    """A value of the operator that is not usable. Nothing was sent."""

    def __init__(self, message: str, *, field: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.field = field


class InvalidFilter(InvalidInput):
    """A filter that cannot be read. Place is the index of the offending character; unfinished while being typed."""

    def __init__(self, message: str, *, place: int, unfinished: bool = False, hint: str = "") -> None:
        super().__init__(message, field="filter", hint=hint)
        self.place = place
        self.unfinished = unfinished


class NotAskedFor(InvalidInput):
    """No call can carry the username of a customer. Others are not concerned. Nothing was sent."""


class BadConfig(ResellerError):
    """The config file, the environment or one of our folders is not usable."""


class SnapshotDamaged(ResellerError):
    """The list on disk is not ours or not whole. It was set aside; the service has it."""


class MissingCredentials(ResellerError):
    """No key for a profile."""


class CredentialStoreError(MissingCredentials):
    """A credential store that cannot be used: none, no-collection, locked, refused, timeout, unverified or failed."""

    def __init__(self, message: str, *, state: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.state = state


class NoAnswer(ResellerError):
    """A call without a complete usable answer."""


class NotSent(NoAnswer):
    """Nothing reached the service. Safe to repeat."""


class ProxyRefused(NotSent):
    """The proxy does not accept our user and password. Asked again and again it may lock us out."""


class AnswerLost(NoAnswer):
    """The request may have reached the service; no usable answer came back."""


class UnusableAnswer(NoAnswer):
    """An answer came that is not one of the service's. On a write, what became of it is not known."""


class Rejected(ResellerError):
    """The service understood the call and did not carry it out."""


class CredentialsRefused(Rejected):
    """The service does not accept our user and key, or our account may not make this call."""


class NotPermitted(Rejected):
    """The key may not make this call, or the plan does not allow it. Scope is what the key needs, or empty."""

    def __init__(self, message: str, *, scope: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.scope = scope


class CustomerNotFound(Rejected):
    """The service knows no such customer."""


class RateLimited(Rejected):
    """The service asks us to slow down. Retry_after is in seconds, at least 0."""

    def __init__(self, message: str, *, retry_after: float, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class Conflict(ResellerError):
    """The customer, or a file of ours, is no longer what the operator saw. Nothing was sent or written."""

    def __init__(self, message: str, *, collisions: Sequence[Collision] = (), hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.collisions = tuple(collisions)


class RefusedHere(ResellerError):
    """A safety rule of ours refuses. Nothing was sent."""


class NeverSent(RefusedHere):
    """A customer is in a state in which the service never does it; nothing was sent."""


class TouchedSince(RefusedHere):
    """Something was done to a customer since the list that is being worked from was read; nothing was sent."""


class TakenElsewhere(RefusedHere):
    """Another process has this job, or this item of it. Nothing was sent by us."""


class NeedsApproval(RefusedHere):
    """Others have to approve of it first: it can be proposed as a plan. Nothing was sent."""


class NotWritable(RefusedHere):
    """Nothing may be written under this profile now: it is read-only or locked, or its ceilings were lowered."""


class LedgerUnavailable(ResellerError):
    """The ledger cannot be read or written. Nothing is sent without it."""
