"""How strongly is asked, what a profile lets through, and how many at once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.harness.clock import NOON
from tests.harness.v2 import (
    ACTIONS,
    GRADES,
)
from tests.services.fakes import CALLS
from tests.services.rules import ACME, SAFE
from tui_reseller.domain.errors import (
    InvalidInput,
    RefusedHere,
)
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.providers import PROVIDERS
from tui_reseller.services.policy import Policy, grade, refuse_over_ceiling, typed_text
from tui_reseller.services.profiles import with_values


@pytest.mark.parametrize(
    ("operation", "one", "protected", "many", "mass"),
    [
        (Operation.ENABLE, 1, 2, 2, 3),
        (Operation.WEBSITE_ENABLE, 1, 2, 2, 3),
        (Operation.WEBSITE_DISABLE, 1, 2, 2, 3),
        (Operation.SET, 1, 2, 2, 3),
        (Operation.DISABLE, 2, 3, 2, 3),
        (Operation.CREATE, 2, 3, 2, 3),
        (Operation.EMAIL, 2, 3, 2, 3),
        (Operation.PASSWORD, 3, 3, 3, 3),
        (Operation.RENAME, 3, 3, 3, 3),
        (Operation.DELETE, 3, 3, 3, 3),
    ],
)
def test_how_strongly_is_asked(operation, one, protected, many, mass):
    assert grade(ACTIONS[operation].grade) == one
    assert grade(ACTIONS[operation].grade, protected=True) == protected
    assert grade(ACTIONS[operation].grade, 2, 1000) == many
    assert grade(ACTIONS[operation].grade, 26, 100_000) == mass


def test_every_operation_of_every_service_has_a_grade():
    for provider in PROVIDERS.values():
        assert {action.grade for action in provider.actions.values()} <= {1, 2, 3}


@pytest.mark.parametrize(
    ("count", "total", "level"),
    [
        (25, 100_000, 2),
        (26, 100_000, 3),
        (4, 10, 2),
        (5, 100, 2),
        (5, 99, 3),
        (6, 100, 3),
        (1, 1, 1),
        (4, 0, 2),
        (5, 0, 3),
    ],
)
def test_many_are_above_25_or_above_a_twentieth_and_at_least_5(count, total, level):
    assert grade(ACTIONS[Operation.ENABLE].grade, count, total) == level


@pytest.mark.parametrize(
    ("operation", "usernames", "profile", "typed"),
    [
        (Operation.ENABLE, ["luz"], ACME, None),
        (Operation.DISABLE, ["luz"], ACME, None),
        (Operation.DISABLE, ["luz"], SAFE, "luz"),
        (Operation.DELETE, ["luz"], ACME, "luz"),
        (Operation.DELETE, ["luz", "ana"], ACME, "2 acme"),
        (Operation.DELETE, ["a';touch P;'"], ACME, "1 acme"),
        (Operation.DELETE, ["-x"], ACME, "1 acme"),
        (Operation.DISABLE, ["two words"], SAFE, "1 acme"),
        (Operation.ENABLE, ["x"] * 26, ACME, "26 acme"),
        (Operation.ENABLE, ["x"] * 3, ACME, None),
    ],
)
def test_what_has_to_be_typed(operation, usernames, profile, typed):
    assert typed_text(ACTIONS[operation].grade, usernames, profile, 10_000) == typed


def test_a_protected_profile_is_writable_only_while_it_is_unlocked(clock):
    policy = Policy(SAFE, clock)
    assert not policy.is_writable
    assert policy.unlock(5, " maintenance ") == NOON + timedelta(minutes=5)
    assert (policy.is_writable, policy.unlock_reason) == (True, "maintenance")
    clock.passed = 299
    assert policy.is_writable
    clock.passed = 300
    assert policy.why_read_only() == 'profile "acme" is protected and locked'


def test_a_profile_is_locked_again_by_hand(clock):
    policy = Policy(SAFE, clock)
    policy.unlock(5, "maintenance")
    policy.lock()
    assert (policy.is_writable, policy.unlock_reason, policy.unlocked_until) == (False, "", None)


@pytest.mark.parametrize("profile", [SAFE, replace(SAFE, read_only=True)])
def test_an_unlocked_profile_is_still_read_only_where_that_is_said(clock, profile):
    policy = Policy(profile, clock, read_only=not profile.read_only)
    policy.unlock(5, "maintenance")
    assert "read-only" in policy.why_read_only()


@pytest.mark.parametrize(
    ("minutes", "reason", "field"),
    [(5, "", "reason"), (5, "  ", "reason"), (0, "x", "minutes"), (-1, "x", "minutes"), (480.1, "x", "minutes"),
     (float("nan"), "x", "minutes")],
)  # fmt: skip
def test_unlocking_needs_a_reason_and_a_sensible_time(clock, minutes, reason, field):
    policy = Policy(SAFE, clock)
    with pytest.raises(InvalidInput) as caught:
        policy.unlock(minutes, reason)
    assert caught.value.field == field
    assert not policy.is_writable


def test_only_a_locked_profile_hints_at_unlocking(clock):
    with pytest.raises(RefusedHere) as locked:
        Policy(SAFE, clock).check(CALLS[Operation.ENABLE], "x")
    with pytest.raises(RefusedHere) as read_only:
        Policy(ACME, clock, read_only=True).check(CALLS[Operation.ENABLE], "x")
    assert ("--unlock" in locked.value.hint, read_only.value.hint) == (True, "")


@pytest.mark.parametrize("operation", CALLS)
def test_a_protected_profile_wants_a_reason_for_what_is_more_than_a_switch_on(clock, operation):
    policy = Policy(SAFE, clock)
    policy.unlock(1, "maintenance")
    policy._unlock_reason = ""
    if GRADES[operation] > 1:
        with pytest.raises(RefusedHere, match="a reason is required"):
            policy.check(CALLS[operation], " ")
    assert policy.check(CALLS[operation], "because" if GRADES[operation] > 1 else "") is None


@pytest.mark.parametrize("own", ["neu", "NEU", " Neu ", "ｎｅｕ"])
def test_our_own_account_is_out_of_reach_under_any_spelling(clock, own):
    policy = Policy(Profile("acme", own), clock)
    renaming = Call(Operation.RENAME, "luz", {"username": "neu"})
    for call in (CALLS[Operation.CREATE], Call(Operation.DISABLE, "neu"), Call(Operation.DELETE, "NEU"), renaming):
        with pytest.raises(RefusedHere, match="our own reseller account"):
            policy.check(call, "x")


def test_the_minutes_of_an_unlocking_do_not_depend_on_the_time_of_the_machine(clock):
    policy = Policy(SAFE, clock)
    policy.unlock(15, "maintenance")
    for jump in (timedelta(days=365), -timedelta(days=365)):
        clock.jumped = jump
        assert policy.is_writable
        assert policy.unlocked_until == NOON + jump + timedelta(minutes=15), "the header tells the time as it is now"
    clock.passed = 900
    assert not policy.is_writable
    assert policy.unlocked_until is None


def test_what_is_told_of_the_end_does_not_flicker(clock):
    policy = Policy(SAFE, clock)
    told = policy.unlock(15, "maintenance")
    clock.jumped = timedelta(milliseconds=-400)
    assert policy.unlocked_until is told


def test_the_reason_of_the_unlocking_goes_with_everything_done_meanwhile_and_not_longer(clock):
    policy = Policy(SAFE, clock)
    policy.unlock(15, "ticket 7")
    assert policy.reason_for("") == policy.reason_for(" ticket 7") == "ticket 7"
    assert policy.reason_for("asked by phone") == "asked by phone (unlocked: ticket 7)"
    clock.passed = 900
    assert policy.reason_for("asked by phone") == "asked by phone"


def test_a_command_is_unlocked_as_long_as_it_runs(clock):
    policy = Policy(SAFE, clock)
    with pytest.raises(InvalidInput, match="reason"):
        policy.unlock_for_run(" ")
    assert not policy.is_writable
    policy.unlock_for_run("ticket 7")
    clock.passed = 30 * 24 * 3600.0
    assert policy.is_writable
    assert (policy.unlocked_until, policy.unlock_reason) == (None, "ticket 7")


LIMITED = Profile("acme", "acme-api", max_rows=20, max_percent=2.5)


@pytest.mark.parametrize(
    ("profile", "count", "total", "hint"),
    [
        (ACME, 100_000, 100_000, None),
        (LIMITED, 20, 1000, None),
        (LIMITED, 21, 100_000, "profile set acme max_rows=21"),
        (LIMITED, 10, 400, None),
        (LIMITED, 11, 400, "profile set acme max_percent=2.8"),
        (LIMITED, 2, 0, "read the list first"),
        (LIMITED, 2, 3, "profile set acme max_percent=66.7"),
        (LIMITED, 1, 3, None),
        (LIMITED, 1, 0, None),
    ],
)
def test_a_ceiling_refuses_and_says_how_it_is_raised(profile, count, total, hint):
    if hint is None:
        assert refuse_over_ceiling(profile, count, total) is None
        return
    with pytest.raises(RefusedHere, match="refused: ") as caught:
        refuse_over_ceiling(profile, count, total)
    assert hint in caught.value.hint
    assert "nothing was sent" in caught.value.hint
    if "=" in hint:
        raised = with_values(profile, dict([hint.split()[-1].split("=")]))
        raised = replace(raised, max_rows=None) if "max_percent" in hint else raised
        assert refuse_over_ceiling(raised, count, total) is None, "the hint is enough"
