"""Somebody else writes as well (T27): conflicts and whose they are; lists that are too old; a clock that is set."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.harness.consent import agreed, carry_out
from tests.harness.v2 import a_customer, calls_for
from tests.reliability.verbs import BEN
from tests.reliability.workplace import CUSTOMER
from tui_reseller.domain.audit import AuditQuery, Operator
from tui_reseller.domain.errors import Conflict, RefusedHere
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.secret import Secret
from tui_reseller.services import listing
from tui_reseller.services.edit import conflict_with, save
from tui_reseller.services.session import Session
from tui_reseller.services.verify import observe

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
    assert "someone else" not in f"{result.outcome.word} {result.message}".lower()


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
