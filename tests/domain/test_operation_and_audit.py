"""Operations, outcomes, and how an entry of the audit log is written out."""

from datetime import UTC, datetime

import pytest

from tests.harness.v2 import ACTIONS
from tui_reseller.domain import errors
from tui_reseller.domain.audit import ChainReport, Entry, Operator, utc_text
from tui_reseller.domain.changes import Change
from tui_reseller.domain.config import Config
from tui_reseller.domain.operation import Operation, Outcome

SWITCHES = {Operation.ENABLE, Operation.DISABLE, Operation.WEBSITE_ENABLE, Operation.WEBSITE_DISABLE}


def test_only_switches_have_an_opposite_and_it_is_mutual():
    assert {operation for operation, action in ACTIONS.items() if action.sets} == SWITCHES
    assert all(ACTIONS[ACTIONS[operation].undo].undo is operation for operation in SWITCHES)
    assert not [operation for operation in SWITCHES if ACTIONS[operation].undo is operation]


def test_creating_deleting_and_renaming_are_never_repeated_on_a_guess():
    assert {operation for operation in ACTIONS if ACTIONS[operation].is_repeatable} == SWITCHES | {Operation.PASSWORD}


def test_passwords_and_website_access_cannot_be_read_back():
    blind = {operation for operation, action in ACTIONS.items() if not action.is_checkable}
    assert blind == {Operation.PASSWORD, Operation.WEBSITE_ENABLE, Operation.WEBSITE_DISABLE}


def test_no_outcome_says_failed_and_each_has_its_own_word():
    words = [outcome.word for outcome in Outcome]
    assert len(set(words)) == len(words)
    assert not [word for word in words if "fail" in word.lower()]


def test_what_needs_a_person_is_neither_applied_nor_settled():
    assert {outcome.value for outcome in Outcome if outcome.needs_you} == {
        "unknown", "conflict", "partial", "unverifiable",
    }  # fmt: skip
    assert {outcome.value for outcome in Outcome if outcome.is_applied} == {"applied", "verified_applied"}


def test_an_entry_is_written_out_with_stable_keys():
    moment = datetime(2026, 3, 4, 5, 6, 7, 89999, tzinfo=UTC)
    entry = Entry(
        "id1", moment, "acme", "https://x|api", Operation.DISABLE, "luz", (Change("sending", True, False),),
        Operator("kim", "bastion"), None, "", None, None, "",
    )  # fmt: skip
    assert entry.as_dict() == {
        "username": "luz",
        "operation": "disable",
        "outcome": None,
        "id": "id1",
        "changes": {"sending": {"before": True, "after": False}},
        "message": "",
        "time": "2026-03-04T05:06:07.089Z",
        "profile": "acme",
        "operator": {
            "user": "kim", "host": "bastion", "ssh_from": None, "uid": None, "login_uid": None, "claims": {},
        },
        "reason": None,
        "batch": None,
        "until": None,
        "undoes": None,
    }  # fmt: skip


def test_a_moment_is_written_with_milliseconds_and_z():
    assert utc_text(datetime(2026, 1, 2, tzinfo=UTC)) == "2026-01-02T00:00:00.000Z"


def test_a_chain_is_whole_unless_it_broke_somewhere():
    assert ChainReport(5).is_whole
    assert not ChainReport(5, 1).is_whole


def test_two_empty_configs_are_alike_and_hold_no_profile():
    assert Config() == Config()
    assert not Config().profiles


@pytest.mark.parametrize(
    "error",
    [
        errors.ResellerError("m", hint="h"),
        errors.InvalidInput("m", field="f", hint="h"),
        errors.InvalidFilter("m", place=3, hint="h"),
        errors.BadConfig("m", hint="h"),
        errors.CredentialStoreError("m", state="locked", hint="h"),
        errors.NotSent("m", hint="h"),
        errors.RateLimited("m", retry_after=1, hint="h"),
        errors.Conflict("m", hint="h"),
        errors.RefusedHere("m", hint="h"),
        errors.LedgerUnavailable("m", hint="h"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_every_error_has_words_and_a_hint(error):
    assert (error.message, error.hint, str(error)) == ("m", "h", "m")
    assert isinstance(error, errors.ResellerError)


def test_what_may_have_happened_is_never_a_kind_of_not_sent_or_rejected():
    for kind in (errors.AnswerLost, errors.UnusableAnswer):
        assert not issubclass(kind, errors.NotSent | errors.Rejected)
        assert issubclass(kind, errors.NoAnswer)
