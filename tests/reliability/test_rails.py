"""Safety rails at the command line and in the use cases, each against a real sandbox (T27): what is wanted is applied,
and nothing else. Every scenario ends by reading from the sandbox what it received.
"""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.harness.command import Ran
from tests.harness.consent import agreed, carry_out
from tests.harness.sandbox import Sandbox
from tests.harness.v2 import a_customer, calls_for
from tests.reliability.workplace import CUSTOMER, Workplace
from tui_reseller.domain.audit import AuditQuery, Operator
from tui_reseller.domain.errors import Conflict, RefusedHere
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.secret import Secret
from tui_reseller.services import listing
from tui_reseller.services.edit import conflict_with, save
from tui_reseller.services.session import Session
from tui_reseller.services.verify import observe

CUSTOMERS = 60
NEW = [f"{name}={value}" for name, value in CUSTOMER.items() if name != "active"]
VERBS = [
    ["enable", "luz"], ["disable", "luz"], ["website-enable", "luz"], ["website-disable", "luz"],
    ["set", "luz", "city=Oslo"], ["email", "luz", "new@bodega.example"], ["create", "username=neu", *NEW,
    "--generate-password"], ["password", "luz", "--generate-password"], ["rename", "luz", "lux"], ["delete", "luz"],
]  # fmt: skip
TYPED = VERBS[7:]
BEN = Operator("ben", "bastion", "10.1.2.3")


@pytest.fixture
def running(sandboxes) -> Sandbox:
    return sandboxes("rails", customers=CUSTOMERS)


@pytest.fixture
def at(running, tmp_path, terminal) -> Callable[..., Workplace]:
    """Make a workplace with a profile on the sandbox, where a customer "luz" waits."""
    running.start_anew()
    running.plant("luz", **CUSTOMER)

    def make(**profile: Any) -> Workplace:
        return Workplace(running, tmp_path, terminal, **profile)

    return make


def is_refused(ran: Ran, words: str, code: int = 11) -> None:
    assert (ran.code, ran.out) == (code, ""), ran.err
    assert words in ran.err
    assert "Traceback" not in ran.err


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


# Somebody else


@pytest.fixture
async def desk_of(at) -> AsyncIterator[Callable[..., Session]]:
    """Open sessions of one account of the operating system, for one operator or another."""
    opened: list[Any] = []

    def opened_by(operator: Operator | None = None, **profile: Any) -> Session:
        place = at(**profile)
        services = place.services(operator)
        session = services.open(place.profile)
        opened.append((services, session))
        return session

    yield opened_by
    for services, session in opened:
        await session.aclose()
        await services.aclose()


@pytest.mark.parametrize("argv", [["set", "luz", "city=Oslo"], ["email", "luz", "new@bodega.example"]])
def test_a_rival_on_the_same_field_while_the_question_stands_is_a_conflict(at, running, argv):
    field, value = ("city", "Bergen") if argv[0] == "set" else ("email", "rival@bodega.example")
    place = at()
    running.fault("rival", username="luz", field=field, value=value, operation="list")
    ran = place(*argv, answers=["yes"])
    assert ran.code == 8
    row = json.loads(ran.out)
    assert row["outcome"] == "conflict"
    assert row["changes"] == {field: {"before": CUSTOMER[field], "after": argv[2].split("=")[-1], "now": value}}
    assert f"changed by someone else ({field})" in ran.err
    assert place.sent() == []
    table = place(*argv, "--dry-run", "--output", "table")
    assert value in table.out, "who looks again sees what is there now"


def test_a_conflict_in_a_table_has_all_three_values(at, running):
    place = at()
    running.fault("rival", username="luz", field="city", value="Bergen", operation="list")
    ran = place("set", "luz", "city=Oslo", "--output", "table", answers=["yes"])
    assert 'city "Madrid" -> "Oslo", now "Bergen"' in ran.out


@pytest.mark.parametrize(
    ("argv", "field", "value", "column"),
    [
        (["set", "luz", "city=Oslo"], "phone", "999", "phone"),
        (["set", "luz", "city=Oslo"], "email", "rival@bodega.example", "email"),
        (["set", "luz", "city=Oslo"], "sending", False, "active"),
        (["email", "luz", "new@bodega.example"], "city", "Bergen", "city"),
        (["disable", "luz"], "city", "Bergen", "city"),
        (["website-disable", "luz"], "email", "rival@bodega.example", "email"),
    ],
)
def test_a_rival_on_another_field_stays_beside_ours(at, running, argv, field, value, column):
    """Only our changed fields are sent: what came between is neither asked about nor overwritten."""
    place = at()
    running.fault("rival", username="luz", field=field, value=value, operation="list")
    assert place(*argv, "--yes").code == 0
    ours = [row for row in running.log() if row["by"] == "client"]
    assert len(ours) == 1
    assert column not in ours[0]["changes"]
    assert running.held("luz")[column] == value
    assert len(place.sent()) == 1


@pytest.mark.parametrize("argv", [["set", "luz", "city=Oslo"], ["disable", "luz"]])
def test_who_wanted_the_same_is_no_rival(at, running, argv):
    place = at()
    field, value = ("city", "Oslo") if argv[0] == "set" else ("sending", False)
    running.fault("rival", username="luz", field=field, value=value, operation="list")
    assert place(*argv, "--yes").code == 0


@pytest.mark.parametrize("call", [Call(Operation.DELETE, "luz"), Call(Operation.RENAME, "luz", {"username": "lux"}),
                                  Call(Operation.PASSWORD, "luz", password=Secret("canary-Pass-1"))])  # fmt: skip
async def test_a_username_that_is_another_person_now_is_left_alone(desk_of, running, call):
    session = desk_of()
    seen = await session.find("luz")
    running.plant("luz", email="other@x.example", first_name="Olga")
    result = await carry_out(session, call, loaded=seen)
    assert result.outcome is Outcome.CONFLICT
    assert isinstance(result.error, Conflict)
    assert [collision.field for collision in result.error.collisions] == ["email", "first_name"]
    assert running.log() == []
    again = await carry_out(session, call, loaded=await session.find("luz"))
    assert again.outcome is Outcome.APPLIED, "who has looked again may"


async def test_a_colleague_in_our_own_ledger_is_named_with_origin_time_operation_and_reason(desk_of, running):
    mine, bens = desk_of(), desk_of(BEN)
    seen = await mine.find("luz")
    done = await carry_out(bens, Call(Operation.SET, "luz", {"city": "Bergen"}), reason="ticket 4711")
    running.plant("luz", phone="999")
    result = await carry_out(mine, Call(Operation.SET, "luz", {"city": "Oslo", "phone": "5"}), loaded=seen)
    assert result.outcome is Outcome.CONFLICT
    clock = (await mine.ledger.get(str(done.id))).time.astimezone().strftime("%H:%M")
    wanted = f'by ben from 10.1.2.3 at {clock} (city; operation {done.id}, "ticket 4711") and by someone else (phone)'
    assert wanted in result.message
    assert running.applied() == [("set", "luz")]


async def test_what_was_written_over_a_colleague_is_not_put_to_his_account(desk_of, running):
    mine, bens = desk_of(), desk_of(BEN)
    seen = await mine.find("luz")
    await carry_out(bens, Call(Operation.SET, "luz", {"city": "Bergen"}))
    running.plant("luz", city="Narvik")
    result = await carry_out(mine, Call(Operation.SET, "luz", {"city": "Oslo"}), loaded=seen)
    assert "changed by someone else (city)" in result.message
    assert "ben" not in result.message


async def test_what_a_colleague_did_long_before_the_list_was_read_explains_nothing(desk_of, running):
    """Ben wrote Bergen, somebody took it back, the list was read, somebody wrote Bergen again: that was not Ben."""
    mine, bens = desk_of(), desk_of(BEN)
    await carry_out(bens, Call(Operation.SET, "luz", {"city": "Bergen"}))
    running.plant("luz", city="Madrid")
    mine.clock.passed = 3600
    await listing.read_all(mine)
    seen = mine.customers.get("luz")
    running.plant("luz", city="Bergen")
    result = await carry_out(mine, Call(Operation.SET, "luz", {"city": "Oslo"}), loaded=seen)
    assert "changed by someone else (city)" in result.message


async def test_our_own_change_in_another_window_is_ours(desk_of):
    mine, other = desk_of(), desk_of()
    seen = await mine.find("luz")
    await carry_out(other, Call(Operation.SET, "luz", {"city": "Bergen"}))
    result = await carry_out(mine, Call(Operation.SET, "luz", {"city": "Oslo"}), loaded=seen)
    assert f"changed by you ({mine.operator.user})" in result.message


async def test_an_edit_of_two_calls_asks_about_both_at_once_and_sends_only_what_was_decided(desk_of, running):
    session = desk_of()
    seen = await session.find("luz")
    edited = {"city": "Oslo", "email": "mine@bodega.example", "phone": "5"}
    running.plant("luz", city="Bergen", email="rival@bodega.example", zip="5003")
    first = await save(session, seen, edited, agreed(session, *calls_for(seen, edited)))
    assert [result.outcome for result in first] == [Outcome.CONFLICT, Outcome.NOT_SENT]
    now = session.customers.get("luz") or await session.find("luz")
    conflict = await conflict_with(session, seen, now, edited)
    assert [collision.field for collision in conflict.collisions] == ["city", "email"]
    kept = {"email": "mine@bodega.example", "phone": "5"}  # city is left to them
    assert [result.outcome for result in await save(session, now, kept, agreed(session, *calls_for(now, kept)))] == [
        Outcome.APPLIED
    ] * 2
    held = running.held("luz")
    assert (held["city"], held["email"], held["phone"]) == ("Bergen", "mine@bodega.example", "5")
    assert held["zip"] == "5003"


async def test_a_verify_that_finds_a_third_value_says_whose_it_is(desk_of, running):
    mine, bens = desk_of(), desk_of(BEN)
    running.fault("drop-before", operation="set")
    lost = await carry_out(mine, Call(Operation.SET, "luz", {"city": "Oslo", "phone": "5"}))
    assert lost.outcome is Outcome.UNKNOWN
    entry = await mine.ledger.get(lost.id)
    await mine.ledger.finish(lost.id, Outcome.RESOLVED, "looked at by hand")
    done = await carry_out(bens, Call(Operation.SET, "luz", {"city": "Bergen"}), reason="ticket 9")
    running.plant("luz", phone="999")
    seen = await observe(mine, entry)
    assert seen.outcome is Outcome.CONFLICT
    assert 'neither as before nor as wanted: city "Bergen", phone "999", changed by ben from 10.1.2.3' in seen.words
    assert f'(city; operation {done.id}, "ticket 9") and by someone else (phone)' in seen.words


# An old list


@pytest.mark.parametrize(
    ("passed", "jumped", "old"),
    [(0, 0, False), (599, 0, False), (601, 0, True), (0, 365, False), (0, -365, False), (601, -365, True)],
)
async def test_a_list_is_too_old_for_many_after_ten_minutes_whatever_the_clock_on_the_wall_says(
    desk_of, passed, jumped, old
):
    session = desk_of()
    assert listing.is_too_old_for_many(session), "there is none"
    await listing.read_all(session)
    session.clock.passed, session.clock.jumped = passed, timedelta(days=jumped)
    assert listing.is_too_old_for_many(session) is old


@pytest.mark.parametrize(("passed", "jumped", "old"), [(0, 0, False), (601, 0, True), (0, 1, True), (0, -1, True)])
async def test_a_list_from_disk_counts_by_its_time_and_one_from_the_future_not_at_all(desk_of, passed, jumped, old):
    await listing.read_all(desk_of())
    session = desk_of()
    await listing.load(session)
    session.clock.passed, session.clock.jumped = passed, timedelta(days=jumped)
    assert listing.is_too_old_for_many(session) is old


async def test_an_old_list_is_read_again_before_a_mass_action_and_a_fresh_one_is_not(desk_of, running):
    session = desk_of()
    await listing.refresh_for_many(session)
    assert "luz" in session.customers.usernames()
    asked = len(running.requests())
    await listing.refresh_for_many(session)
    assert len(running.requests()) == asked
    session.clock.passed = 601
    await listing.refresh_for_many(session)
    assert len(running.requests()) > asked


async def test_a_list_that_lost_many_customers_stands_for_nothing(desk_of, running):
    session = desk_of()
    await listing.read_all(session)
    incoming = session.customers.incoming()
    await session.customers.take(incoming, {}, complete=False)
    session.customers.apply([(f"ghost-{number}", a_customer(f"ghost-{number}")) for number in range(1000)])
    session.clock.passed = 601
    with pytest.raises(RefusedHere, match="the list came with"):
        await listing.refresh_for_many(session)
    assert running.log() == []


# Time


@pytest.mark.parametrize("days", [365, -365])
async def test_setting_the_clock_neither_ends_nor_prolongs_an_unlocking(desk_of, running, days):
    session = desk_of(protected=True)
    session.policy.unlock(15, "ticket 7")
    session.clock.jumped = timedelta(days=days)
    done = await carry_out(session, Call(Operation.DISABLE, "luz"))
    assert done.outcome is Outcome.APPLIED
    session.clock.passed = 15 * 60
    late = await carry_out(session, Call(Operation.ENABLE, "luz"))
    assert late.outcome is Outcome.NOT_SENT
    assert "protected and locked" in late.message
    assert running.applied() == [("disable", "luz")]
    entries = await session.ledger.entries(AuditQuery(username="luz"))
    assert [entry.reason for entry in entries] == ["ticket 7"]
