"""Exit codes of errors, outcomes and runs over several customers."""

import pytest

from tui_reseller.cli.exit_codes import ExitCode, for_error, for_result, for_results
from tui_reseller.domain.errors import (
    AnswerLost,
    BadConfig,
    Conflict,
    CredentialsRefused,
    CredentialStoreError,
    CustomerNotFound,
    InvalidFilter,
    InvalidInput,
    LedgerUnavailable,
    MissingCredentials,
    NotSent,
    RateLimited,
    RefusedHere,
    Rejected,
    ResellerError,
    UnusableAnswer,
)
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.services.result import Result

BY_ERROR = [
    (InvalidInput("x"), 2),
    (InvalidFilter("x", place=0), 2),
    (BadConfig("x"), 3),
    (MissingCredentials("x"), 3),
    (CredentialStoreError("x", state="locked"), 3),
    (LedgerUnavailable("x"), 3),
    (CredentialsRefused("x"), 4),
    (NotSent("x"), 5),
    (AnswerLost("x"), 5),
    (UnusableAnswer("x"), 5),
    (Rejected("x"), 6),
    (RateLimited("x", retry_after=1), 6),
    (CustomerNotFound("x"), 7),
    (Conflict("x"), 8),
    (RefusedHere("x"), 11),
    (ResellerError("x"), 1),
]
OUTCOMES = {
    Outcome.APPLIED: 0,
    Outcome.VERIFIED_APPLIED: 0,
    Outcome.VERIFIED_NOT_APPLIED: 5,
    Outcome.NOT_SENT: 5,
    Outcome.REJECTED: 6,
    Outcome.CONFLICT: 8,
    Outcome.UNKNOWN: 10,
    Outcome.PARTIAL: 10,
    Outcome.UNVERIFIABLE: 10,
    Outcome.RESOLVED: 10,
    Outcome.ALREADY_SO: 0,
}


def result(outcome: Outcome, error: ResellerError | None = None) -> Result:
    return Result("c1", Operation.ENABLE, outcome, "", error=error)


@pytest.mark.parametrize(("error", "code"), BY_ERROR, ids=lambda value: type(value).__name__)
def test_every_error_has_its_code(error, code):
    assert for_error(error) == code


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_its_code(outcome):
    assert for_result(result(outcome)) == OUTCOMES[outcome]


def test_the_error_tells_rejections_apart():
    assert for_result(result(Outcome.REJECTED, CredentialsRefused("x"))) == 4
    assert for_result(result(Outcome.REJECTED, CustomerNotFound("x"))) == 7
    assert for_result(result(Outcome.NOT_SENT, RefusedHere("x"))) == 11
    assert for_result(result(Outcome.UNKNOWN, AnswerLost("x"))) == 10


@pytest.mark.parametrize(
    ("outcomes", "asked", "code"),
    [
        ([Outcome.APPLIED, Outcome.VERIFIED_APPLIED], 2, 0),
        ([Outcome.APPLIED, Outcome.REJECTED], 2, 9),
        ([Outcome.REJECTED, Outcome.REJECTED], 2, 9),
        ([Outcome.REJECTED, Outcome.UNKNOWN], 2, 10),
        ([Outcome.APPLIED], 2, 9),
        ([Outcome.REJECTED], 1, 6),
    ],
)
def test_several_customers(outcomes, asked, code):
    assert for_results([result(outcome) for outcome in outcomes], asked) == code


WIRE = [
    (error, code) for error, code in BY_ERROR if isinstance(error, NotSent | AnswerLost | Rejected | UnusableAnswer)
]


@pytest.mark.parametrize(("error", "code"), WIRE, ids=lambda value: type(value).__name__)
def test_a_write_ends_with_the_code_of_what_became_of_it(desk, error, code):
    desk.service.errors[Operation.DISABLE] = error
    ran = desk("disable", "c1", "--yes")
    lost = isinstance(error, AnswerLost | UnusableAnswer)
    assert ran.code == (ExitCode.UNKNOWN if lost else code)
    assert ran.row["outcome"] == ("unknown" if lost else "not_sent" if isinstance(error, NotSent) else "rejected")


@pytest.mark.parametrize(("error", "code"), WIRE, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("argv", [["list"], ["show", "c1"], ["profile", "test"], ["disable", "c1", "--yes"]])
def test_a_read_ends_with_the_code_of_its_error(desk, argv, error, code):
    desk.service.errors[Operation.LIST] = error
    ran = desk(*argv)
    assert (ran.code, ran.out) == (code, "")
    assert desk.service.sent == []


def test_the_keyring_that_fails_is_final_also_on_a_terminal(desk):
    desk.credentials.error = CredentialStoreError("locked", state="locked", hint="unlock it")
    ran = desk("show", "c1", answers=[])
    assert ran.code == 3
    assert "unlock it" in ran.err
    assert ran.code != ExitCode.OK


def test_no_profile_is_3_and_names_the_way_out(desk):
    assert desk("profile", "remove", "acme", "--yes").code == 0
    ran = desk("list")
    assert ran.code == 3
    assert "profile add" in ran.err
