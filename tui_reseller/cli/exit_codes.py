"""The exit codes, and which one an error, a result or a run ends with (design: "Exit codes"). Pure."""

from collections.abc import Sequence
from enum import IntEnum

from tui_reseller.domain.errors import (
    BadConfig,
    Conflict,
    CredentialsRefused,
    CustomerNotFound,
    InvalidInput,
    LedgerUnavailable,
    MissingCredentials,
    NoAnswer,
    RefusedHere,
    Rejected,
    ResellerError,
)
from tui_reseller.domain.operation import Outcome
from tui_reseller.services.result import Result


class ExitCode(IntEnum):
    """Every code that the command ends with."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    CONFIG = 3
    CREDENTIALS = 4
    NO_ANSWER = 5
    REJECTED = 6
    NOT_FOUND = 7
    CONFLICT = 8
    PARTIAL = 9
    UNKNOWN = 10
    REFUSED = 11
    HUNG_UP = 129
    INTERRUPTED = 130
    TERMINATED = 143


MEANINGS = {
    ExitCode.OK: "Fine; an empty list is fine, and so is what was so already.",
    ExitCode.UNEXPECTED: "An unexpected failure, or output that could not be written.",
    ExitCode.USAGE: "Wrong usage, or no terminal for the application.",
    ExitCode.CONFIG: "The configuration cannot be used, or a key is missing.",
    ExitCode.CREDENTIALS: "The service refused the key.",
    ExitCode.NO_ANSWER: "Nothing was sent, or a read has no complete usable answer.",
    ExitCode.REJECTED: "The service rejected it.",
    ExitCode.NOT_FOUND: "There is no such customer.",
    ExitCode.CONFLICT: "A conflict: it is not what it was.",
    ExitCode.PARTIAL: "Some of several were not applied.",
    ExitCode.UNKNOWN: "The outcome of any of them is not known.",
    ExitCode.REFUSED: "A safety rule refused it; nothing was sent.",
    ExitCode.HUNG_UP: "The terminal hung up.",
    ExitCode.INTERRUPTED: "Interrupted.",
    ExitCode.TERMINATED: "Terminated.",
}
"""What each says, in a line."""

# The first that fits: a kind stands before what it is a kind of.
_BY_ERROR: tuple[tuple[type[ResellerError], ExitCode], ...] = (
    (InvalidInput, ExitCode.USAGE),
    (BadConfig, ExitCode.CONFIG),
    (MissingCredentials, ExitCode.CONFIG),
    (LedgerUnavailable, ExitCode.CONFIG),
    (NoAnswer, ExitCode.NO_ANSWER),
    (CredentialsRefused, ExitCode.CREDENTIALS),
    (CustomerNotFound, ExitCode.NOT_FOUND),
    (Rejected, ExitCode.REJECTED),
    (Conflict, ExitCode.CONFLICT),
    (RefusedHere, ExitCode.REFUSED),
)

_BY_OUTCOME = {
    Outcome.APPLIED: ExitCode.OK,
    Outcome.VERIFIED_APPLIED: ExitCode.OK,
    Outcome.VERIFIED_NOT_APPLIED: ExitCode.NO_ANSWER,
    Outcome.CONFLICT: ExitCode.CONFLICT,
    Outcome.REJECTED: ExitCode.REJECTED,
    Outcome.NOT_SENT: ExitCode.NO_ANSWER,
    Outcome.UNKNOWN: ExitCode.UNKNOWN,
    Outcome.PARTIAL: ExitCode.UNKNOWN,
    Outcome.UNVERIFIABLE: ExitCode.UNKNOWN,
    Outcome.RESOLVED: ExitCode.UNKNOWN,
    Outcome.ALREADY_SO: ExitCode.OK,
}
"""A resolved one was closed with a note, not by a reading: it does not count as success."""


def for_error(error: ResellerError) -> ExitCode:
    """Return the code of an error that stopped the whole command."""
    return next((code for kind, code in _BY_ERROR if isinstance(error, kind)), ExitCode.UNEXPECTED)


def for_outcome(outcome: Outcome) -> ExitCode:
    """Return the code of an outcome of which no error is known."""
    return _BY_OUTCOME[outcome]


def for_result(result: Result) -> ExitCode:
    """Return the code of one write. The error decides for rejected and not sent, otherwise the outcome does."""
    if result.error is not None and result.outcome in {Outcome.REJECTED, Outcome.NOT_SENT}:
        return for_error(result.error)
    return for_outcome(result.outcome)


def for_results(results: Sequence[Result], asked: int) -> ExitCode:
    """Return the code of a run over *asked* customers: one has its own code, several have 0, 10 or 9."""
    if asked == 1 and len(results) == 1:
        return for_result(results[0])
    codes = {for_result(result) for result in results}
    if ExitCode.UNKNOWN in codes:
        return ExitCode.UNKNOWN
    if codes <= {ExitCode.OK} and len(results) == asked:
        return ExitCode.OK
    return ExitCode.PARTIAL
