"""Safety rails at the command line, each against a real sandbox (T27): what must not be written, how much is asked."""

import json
from dataclasses import replace

import pytest

from tests.reliability.verbs import NEW, TYPED, VERBS, is_refused
from tests.reliability.workplace import CUSTOMER, Workplace

# Read-only and locked


@pytest.mark.parametrize("argv", VERBS, ids=lambda argv: argv[0])
@pytest.mark.parametrize("mode", ["flag", "profile", "locked"])
def test_no_verb_writes_where_it_may_not(at, argv, mode):
    place = at(**{"flag": {}, "profile": {"read_only": True}, "locked": {"protected": True}}[mode])
    more = ["--read-only"] if mode == "flag" else []
    confirm = [argv[1]] if argv in TYPED else []
    ran = place(*argv, *(["--confirm", *confirm] if confirm else ["--yes"]), "--reason", "x", *more)
    is_refused(ran, {"flag": "--read-only", "profile": "is read-only", "locked": "protected and locked"}[mode])
    assert place.sent() == []


@pytest.mark.parametrize("reason", ["", "   "])
def test_unlocking_without_a_reason_opens_nothing(at, reason):
    place = at(protected=True)
    assert place("enable", "luz", "--confirm", "luz", "--unlock", reason).code == 2
    assert place.sent() == []


def test_unlock_is_for_one_run_and_its_reason_is_written_down(at):
    place = at(protected=True)
    assert place("disable", "luz", "--confirm", "luz", "--unlock", "ticket 7").code == 0
    assert place("set", "luz", "city=Oslo", "--yes", "--unlock", "ticket 8", "--reason", "asked by phone").code == 0
    is_refused(place("enable", "luz", "--yes"), "protected and locked")
    assert place.sandbox.applied() == [("disable", "luz"), ("set", "luz")]
    rows = [json.loads(line) for line in place("audit", "list").out.splitlines()]
    assert [row["reason"] for row in rows] == ["asked by phone (unlocked: ticket 8)", "ticket 7"]


@pytest.mark.parametrize("more", [["--read-only"], []], ids=["flag", "profile"])
def test_unlock_does_not_open_what_is_read_only(at, more):
    place = at(protected=True, read_only=not more)
    is_refused(place("enable", "luz", "--yes", "--unlock", "ticket 7", *more), "read-only")
    assert place.sent() == []


# Confirmations


@pytest.mark.parametrize("argv", TYPED, ids=lambda argv: argv[0])
@pytest.mark.parametrize("given", [[], ["--yes"], ["--yes", "--confirm", "user1"], ["--confirm", "LUZ"],
                                   ["--confirm", " luz"], ["--confirm", "luz "], ["--confirm", ""]])  # fmt: skip
def test_a_confirmation_that_does_not_fit_sends_nothing(at, argv, given):
    place = at()
    is_refused(place(*argv, *given), "--confirm")
    assert place.sent() == []


@pytest.mark.parametrize("argv", TYPED, ids=lambda argv: argv[0])
@pytest.mark.parametrize("answer", ["", "yes", "LUZ", " luz"])
def test_at_the_terminal_only_the_username_itself_will_do(at, argv, answer):
    place = at()
    is_refused(place(*argv, answers=[answer]), "not confirmed")
    assert place.sent() == []


def planted(place: Workplace, count: int) -> str:
    for number in range(1, count + 1):
        place.sandbox.plant(f"many-{number}", **CUSTOMER)
    return "".join(f"many-{number}\n" for number in range(1, count + 1))


@pytest.mark.parametrize(
    "given", [["--yes"], *(["--confirm", text] for text in ("25 acme", "26 beta", "26", "26  acme", "26 ACME"))]
)
def test_above_25_customers_count_and_profile_must_fit(at, given):
    place = at()
    is_refused(place("disable", "-", *given, stdin=planted(place, 26)), "'26 acme'")
    assert place.sent() == []


def test_a_twentieth_of_all_is_many(at):
    place = at()
    names = planted(place, 5)
    assert place("list", "--limit", "1").code == 0
    is_refused(place("disable", "-", "--yes", stdin=names), "'5 acme'")
    assert place.sent() == []


def test_where_nobody_knows_how_many_there_are_five_are_many(at):
    place = at()
    is_refused(place("disable", "-", "--yes", stdin=planted(place, 5)), "'5 acme'")
    assert place.sent() == []


@pytest.mark.parametrize(("ceiling", "hint"), [({"max_rows": 3}, "max_rows=4"), ({"max_percent": 1.0}, "max_percent=")])
def test_a_ceiling_is_not_passed_by_any_confirmation_but_by_raising_it(at, ceiling, hint):
    place = at(**ceiling)
    names = planted(place, 4)
    assert place("list", "--limit", "1").code == 0
    for given in (["--yes"], ["--confirm", "4 acme"]):
        is_refused(place("disable", "-", *given, stdin=names), "at once")
    ran = place("disable", "-", "--yes", stdin=names)
    assert f"profile set acme {hint}" in ran.err
    assert place.sent() == []
    key = hint.partition("=")[0]
    assert place("profile", "set", "acme", f"{key}=100").code == 0
    assert place("disable", "-", "--yes", stdin=names).code == 0
    assert len(place.sandbox.applied()) == 4


def test_a_share_of_an_unknown_number_is_not_guessed(at):
    place = at(max_percent=50.0)
    is_refused(place("disable", "-", "--yes", stdin=planted(place, 2)), "how many there are is not known")
    assert place.sent() == []


@pytest.mark.parametrize("name", ["max_rows", "max_percent"])
@pytest.mark.parametrize("value", ["0", "-1", "x", "1e9x", "nan"])
def test_a_senseless_ceiling_is_not_taken(at, name, value):
    place = at()
    assert place("profile", "set", "acme", f"{name}={value}").code == 2
    shown = json.loads(place("profile", "show", "acme", "--output", "json").out)
    assert shown[name] is None


def test_ceilings_are_set_shown_and_taken_away(at):
    place = at()
    assert place("profile", "set", "acme", "max_rows=200", "max_percent=2.5").code == 0
    shown = json.loads(place("profile", "show", "acme", "--output", "json").out)
    assert (shown["max_rows"], shown["max_percent"]) == (200, 2.5)
    assert place("profile", "set", "acme", "max_rows=none", "max_percent=").code == 0
    shown = json.loads(place("profile", "show", "acme", "--output", "json").out)
    assert (shown["max_rows"], shown["max_percent"]) == (None, None)
    added = ["--api-user", "beta", "--store", "none", "--max-rows", "7", "--max-percent", "3"]
    assert place("profile", "add", "beta", "--provider", "reseller-v2", *added).code == 0
    shown = json.loads(place("profile", "show", "beta", "--output", "json").out)
    assert (shown["max_rows"], shown["max_percent"]) == (7, 3.0)


# Our own account, the wrong account


@pytest.mark.parametrize("spelling", [str, str.upper, lambda own: f" {own} ", lambda own: f"{own}\u3000"],
                         ids=["exact", "case", "blanks", "wide blank"])  # fmt: skip
@pytest.mark.parametrize("verb", ["disable", "set", "email", "website-disable", "rename", "delete", "password"])
def test_our_own_account_is_untouchable(at, spelling, verb):
    place = at()
    own = spelling(place.profile.api_user)
    rest = {"set": ["city=Oslo"], "email": ["a@b.example"], "rename": ["lux"], "password": ["--generate-password"]}
    is_refused(place(verb, own, *rest.get(verb, []), "--confirm", own), "our own reseller account")
    assert place.sent() == []


@pytest.mark.parametrize("spelling", [str, str.upper])
def test_no_customer_comes_under_our_own_name(at, spelling):
    place = at()
    own = spelling(place.profile.api_user)
    is_refused(place("rename", "luz", own, "--confirm", "luz"), "our own reseller account")
    is_refused(place("create", f"username={own}", *NEW, "--generate-password", "--yes"), "our own reseller account")
    assert place.sent() == []


def test_with_several_profiles_a_write_names_one(at):
    place = at()
    place.services().profiles.config.put(replace(place.profile, name="beta"))
    is_refused(place("disable", "luz", "--yes"), "none named")
    assert place.sent() == []
