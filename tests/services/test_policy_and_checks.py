"""How strongly is asked, what is typed, what is refused; the checks that need a library; when a call is repeated."""

import random
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.harness.clock import NOON
from tests.harness.v2 import (
    ACTIONS,
    GRADES,
    check_country,
    check_email,
    checked_field_names,
    findings_for,
    refuse_invalid,
)
from tests.services.fakes import CALLS
from tui_reseller.domain.errors import (
    AnswerLost,
    InvalidInput,
    NotSent,
    ProxyRefused,
    RateLimited,
    RefusedHere,
    Rejected,
    UnusableAnswer,
)
from tui_reseller.domain.operation import WRITES, Call, Operation
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.services import retry
from tui_reseller.services.policy import Policy, grade, refuse_over_ceiling, typed_text
from tui_reseller.services.profiles import with_values
from tui_reseller.services.validation import country_name, without_unchanged

ACME = Profile("acme", "acme-api")
SAFE = Profile("acme", "acme-api", protected=True)


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
    assert grade(ACTIONS[operation]) == one
    assert grade(ACTIONS[operation], protected=True) == protected
    assert grade(ACTIONS[operation], 2, 1000) == many
    assert grade(ACTIONS[operation], 26, 100_000) == mass


def test_every_operation_has_a_grade():
    assert {*GRADES} == {*WRITES}


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
    assert grade(ACTIONS[Operation.ENABLE], count, total) == level


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
    assert typed_text(operation, usernames, profile, 10_000) == typed


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


@pytest.mark.parametrize(
    "value", ["luz@bodega.es", "luz+tag@bodega.es", "luz@bodega.example", '"a b"@bodega.es', "a@sub.bodega.test"]
)
def test_a_good_address_is_said_nothing_about(value):
    assert check_email(value) == []


@pytest.mark.parametrize(
    "value",
    ["", "luz", "luz@", "@bodega.es", "luz@bodega", "a b@bodega.es", "luz@bodega..es", "a..b@bodega.es",
     "a\nb@bodega.es", "x" * 95 + "@bodega.es"],
)  # fmt: skip
def test_a_broken_address_is_refused(value):
    assert [found for found in check_email(value) if not found.warning]


@pytest.mark.parametrize("value", [".a@bodega.es", "luz@bodega.local", "luz@bodega.invalid"])
def test_an_unusual_address_is_warned_of(value):
    found = check_email(value)
    assert [(one.field, one.warning) for one in found] == [("email", True)]


@pytest.mark.parametrize(
    ("value", "words"),
    [("ES", None), ("", None), ("Spain", '"ES" is the usual code'), ("esp", '"ES"'), ("uk", '"GB"'),
     ("Spian", 'did you mean "ES" (Spain)?'), ("Atlantis-on-Sea", "not a two-letter code"), ("es", "")],
)  # fmt: skip
def test_the_code_of_a_country_is_suggested_never_demanded(value, words):
    found = check_country(value)
    assert all(one.warning for one in found)
    assert bool(found) == (words is not None)
    assert words is None or words in found[0].message


def test_a_country_code_has_a_name():
    assert country_name("PT") == "Portugal"
    assert country_name("XX") == ""


@pytest.mark.parametrize("operation", CALLS)
def test_every_good_call_is_accepted(operation):
    assert all(found.warning for found in findings_for(CALLS[operation]))


def test_everything_that_is_refused_is_named_and_warnings_are_returned():
    call = Call(Operation.SET, "luz", {"city": "\n", "zip": "x" * 51, "country": "Spain"})
    with pytest.raises(InvalidInput, match=r"City holds.*; Zip has 51") as caught:
        refuse_invalid(call)
    assert caught.value.field == "city"
    assert [one.field for one in refuse_invalid(Call(Operation.SET, "luz", {"country": "Spain"}))] == ["country"]


def test_an_address_of_a_new_customer_is_complained_about_once():
    call = CALLS[Operation.CREATE]
    found = findings_for(replace(call, fields={**call.fields, "email": "x" * 60 + "@bodega.es"}))
    assert [one.message for one in found if one.field == "email"] == ["E-mail has 70 characters, at most 64"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("username", "use rename"), ("email", "use email"), ("password", "use password"),
     ("sending", "use enable and disable"), ("website_access", "website-enable"), ("cty", "did you mean city?"),
     ("qqq", "fields: city, zip")],
)  # fmt: skip
def test_a_field_that_a_verb_does_not_take_names_the_right_verb_or_field(name, words):
    with pytest.raises(InvalidInput) as caught:
        checked_field_names({"city": "x", name: "y"}, ("city", "zip"))
    assert caught.value.field == name
    assert words in caught.value.message + caught.value.hint


def test_fields_that_a_verb_takes_are_accepted():
    assert checked_field_names({"city": "x"}, ("city", "zip")) is None


def test_a_field_has_its_word_on_screen():
    assert (RESELLER_V2.label("first_name"), RESELLER_V2.label("other")) == ("First name", "other")


def test_fields_that_are_already_so_are_left_out():
    call = Call(Operation.SET, "luz", {"city": "Oslo", "zip": "1"})
    assert without_unchanged(call, {"city": "Oslo"}).fields == {"zip": "1"}


class Attempts:
    def __init__(self, *errors):
        self.errors, self.made = list(errors), 0

    async def __call__(self):
        self.made += 1
        if self.errors:
            raise self.errors.pop(0)
        return "answer"


@pytest.mark.parametrize(
    ("error", "reads", "writes"),
    [
        (NotSent("x"), 4, 3),
        (ProxyRefused("x"), 1, 1),
        (RateLimited("x", retry_after=1), 4, 3),
        (AnswerLost("x"), 4, 1),
        (Rejected("x"), 1, 1),
    ],
    ids=["not sent", "refused by the proxy", "busy", "lost", "rejected"],
)
async def test_reads_are_repeated_after_a_lost_answer_and_writes_only_if_nothing_was_done(clock, error, reads, writes):
    for repeat, expected in ((retry.read, reads), (retry.write, writes)):
        attempts = Attempts(*[error] * 9)
        with pytest.raises(type(error)):
            await repeat(clock, attempts, retry.Budget())
        assert attempts.made == expected


async def test_a_repeated_call_answers_as_if_it_had_been_the_first(clock):
    assert await retry.write(clock, Attempts(NotSent("x"), RateLimited("x", retry_after=0)), retry.Budget()) == "answer"


async def test_calls_are_repeated_only_until_the_deadline(clock):
    attempts = Attempts(*[RateLimited("x", retry_after=10)] * 9)
    with pytest.raises(RateLimited):
        await retry.read(clock, attempts, retry.Budget(), total=15)
    assert attempts.made == 2
    assert clock.passed < 15


def test_waits_grow_with_jitter_up_to_a_limit():
    for number, longest in ((1, 0.25), (2, 0.5), (3, 1.0), (30, retry.LONGEST_WAIT)):
        waits = {retry.wait_before(NotSent("x"), number) for _ in range(50)}
        assert len(waits) > 1
        assert min(waits) >= longest / 2
        assert max(waits) <= longest


@pytest.mark.parametrize(("told", "number"), [(0.0, 1), (1.0, 3), (7.0, 1), (0.0, 30)])
def test_a_busy_service_is_given_what_it_asks_for_and_never_less_than_half_a_second(told, number):
    longest = max(told, min(retry.LONGEST_WAIT, 2.0 ** (number - 1)))
    for _ in range(50):
        assert max(told, 0.5) <= retry.wait_before(RateLimited("x", retry_after=told), number) <= longest + 0.1


@pytest.mark.parametrize(
    "error", [UnusableAnswer("500"), AnswerLost("cut"), RateLimited("busy", retry_after=0)], ids=str
)
async def test_a_burst_of_errors_adds_at_most_a_tenth_to_the_load(clock, error):
    """N32 and I11: 30 % of 2,400 calls fail, as in ten minutes of a job at four calls a second."""
    random_, budget, made, answered = random.Random(20_26), retry.Budget(), 0, 0

    async def attempt():
        nonlocal made
        made += 1
        if random_.random() < 0.3:
            raise error
        return "answer"

    for _ in range(2400):
        with suppress(type(error)):
            answered += await retry.read(clock, attempt, budget) == "answer"
    assert 2400 < made <= 2400 * 1.10
    assert answered > 0.7 * 2400


async def test_an_outage_costs_ten_repetitions_and_then_none(clock):
    budget, attempts = retry.Budget(), Attempts(*[AnswerLost("x")] * 999)
    for _ in range(100):
        with pytest.raises(AnswerLost):
            await retry.read(clock, attempts, budget)
    assert attempts.made == 110
    for _ in range(20):
        budget.earn()
    assert [budget.pay(AnswerLost("x")) for _ in range(3)] == [True, True, False]


async def test_what_was_not_sent_costs_half_and_writes_pay_too(clock):
    budget, attempts = retry.Budget(), Attempts(*[NotSent("closed")] * 999)
    for _ in range(100):
        with pytest.raises(NotSent):
            await retry.write(clock, attempts, budget)
    assert attempts.made == 120
