"""What keeps a write from being sent: rules of the profile, its values, another state than was seen."""

from dataclasses import replace

import pytest

from tests.harness.consent import carry_out
from tests.harness.v2 import changed
from tests.services.fakes import CALLS, LUZ, put_list
from tests.services.writes import DISABLE, SET, WRITES
from tui_reseller.domain.changes import Collision
from tui_reseller.domain.errors import (
    AnswerLost,
    Conflict,
    CustomerNotFound,
    InvalidInput,
    NotWritable,
    RefusedHere,
)
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.switch import Switch


@pytest.mark.parametrize(
    ("profile", "more", "why"),
    [
        (Profile("acme", "acme-api"), {"read_only": True}, "this run is read-only"),
        (Profile("acme", "acme-api", read_only=True), {}, 'profile "acme" is read-only'),
        (Profile("acme", "acme-api", protected=True), {}, "protected and locked"),
    ],
    ids=["this run", "the profile", "locked"],
)
@pytest.mark.parametrize("call", WRITES)
async def test_a_read_only_or_locked_profile_reaches_no_service(
    open_session, service, credentials, written, call, profile, more, why
):
    result = await carry_out(await open_session(profile, **more), call, reason="because")
    assert (result.outcome, type(result.error), result.id) == (Outcome.NOT_SENT, NotWritable, None)
    assert why in result.message
    assert (service.sent, service.asked, credentials.gets, await written()) == ([], [], 0, [])


@pytest.mark.parametrize("call", [c for c in WRITES if c.id != "create"])
async def test_our_own_account_is_never_touched(open_session, service, call):
    session = await open_session(Profile("acme", call.username))
    result = await carry_out(session, call)
    assert (result.outcome, type(result.error)) == (Outcome.NOT_SENT, RefusedHere)
    assert "our own reseller account" in result.message
    assert service.sent == []


@pytest.mark.parametrize("username", ["", "  "])
async def test_a_row_without_a_username_is_never_sent(session, service, username):
    result = await carry_out(session, Call(Operation.DELETE, username))
    assert (type(result.error), service.sent) == (RefusedHere, [])


@pytest.mark.parametrize(
    "call", [c for c in WRITES if c.id in {"create", "delete", "disable", "email", "rename", "password"}]
)
async def test_a_protected_profile_asks_for_a_reason(open_session, service, written, call):
    session = await open_session(Profile("acme", "acme-api", protected=True))
    session.policy.unlock(5, "maintenance")
    session.policy._unlock_reason = ""
    refused = await carry_out(session, call, reason=" ")
    assert "a reason is required" in refused.message
    assert service.sent == []
    session.policy._unlock_reason = "maintenance"
    assert (await carry_out(session, call)).outcome is Outcome.APPLIED
    assert [entry.reason for entry in await written()] == ["maintenance"]


@pytest.mark.parametrize(
    "call",
    [
        Call(Operation.SET, "luz", {"city": "a\nb"}),
        Call(Operation.EMAIL, "luz", {"email": "nobody"}),
        Call(Operation.RENAME, "luz", {"username": "12345"}),
        Call(Operation.RENAME, "luz", {"username": "luz"}),
        Call(Operation.PASSWORD, "luz"),
        replace(CALLS[Operation.CREATE], password=None),
        replace(CALLS[Operation.CREATE], fields={}),
    ],
)
async def test_a_value_that_breaks_a_rule_is_refused_before_anything_is_asked(session, service, written, call):
    result = await carry_out(session, call)
    assert (result.outcome, type(result.error)) == (Outcome.NOT_SENT, InvalidInput)
    assert (service.sent, service.asked, await written()) == ([], [], [])


async def test_a_username_that_is_listed_twice_is_refused(session, service):
    await put_list(session, [LUZ, LUZ])
    result = await carry_out(session, DISABLE)
    assert "more than once" in result.message
    assert (type(result.error), service.asked, service.sent) == (RefusedHere, [], [])


@pytest.mark.parametrize("call", [c for c in WRITES if c.id != "create"])
async def test_a_customer_that_there_is_not_is_said_so_and_nothing_is_sent(session, service, written, call):
    service.kept.clear()
    result = await carry_out(session, call)
    assert (result.outcome, type(result.error), result.id) == (Outcome.NOT_SENT, CustomerNotFound, None)
    assert (service.sent, await written()) == ([], [])


async def test_a_customer_that_cannot_be_read_again_is_not_written(session, service, written):
    service.reads = [AnswerLost("cut")] * 9
    result = await carry_out(session, DISABLE)
    assert (result.outcome, type(result.error)) == (Outcome.NOT_SENT, AnswerLost)
    assert (len(service.asked), service.sent, await written()) == (4, [], [])


async def test_a_field_that_somebody_else_changed_is_a_conflict_with_before_now_and_wanted(session, service, written):
    service.change("luz", city="Lisboa", phone="2")
    result = await carry_out(session, SET, loaded=LUZ)
    assert (result.outcome, type(result.error), result.id) == (Outcome.CONFLICT, Conflict, None)
    assert result.error.collisions == (Collision("city", "Madrid", "Lisboa", "Oslo"),)
    assert result.as_dict()["changes"] == {"city": {"before": "Madrid", "now": "Lisboa", "after": "Oslo"}}
    assert result.message.endswith(result.error.hint)
    assert (service.sent, await written()) == ([], [])


@pytest.mark.parametrize("now", [Switch.OFF, Switch.UNKNOWN])
async def test_a_switch_that_is_no_longer_as_it_was_shown_conflicts_unless_it_is_as_wanted(session, service, now):
    service.change("luz", sending=now)
    result = await carry_out(session, DISABLE, loaded=LUZ)
    assert result.outcome is (Outcome.ALREADY_SO if now is Switch.OFF else Outcome.CONFLICT)


async def test_a_switch_that_was_shown_as_unknown_was_changed_by_nobody(session, service):
    service.change("luz", sending=Switch.ON)
    seen = changed(LUZ, sending=Switch.UNKNOWN)
    assert (await carry_out(session, DISABLE, loaded=seen)).outcome is Outcome.APPLIED


async def test_what_somebody_else_changed_in_other_fields_stays(session, service):
    service.change("luz", phone="2", sending=Switch.OFF)
    assert (await carry_out(session, SET, loaded=LUZ)).outcome is Outcome.APPLIED
    assert service.kept["luz"] == changed(LUZ, city="Oslo", phone="2", sending=Switch.OFF)
    assert session.customers.get("luz") == service.kept["luz"]
    assert service.sent == [SET]


@pytest.mark.parametrize(
    "call",
    [
        Call(Operation.SET, "luz", {"city": "Madrid", "first_name": "Luz"}),
        Call(Operation.EMAIL, "luz", {"email": LUZ.value("email")}),
        Call(Operation.ENABLE, "luz"),
        Call(Operation.DISABLE, "ana"),
    ],
)
async def test_what_is_already_so_is_not_sent(session, service, written, call):
    result = await carry_out(session, call)
    assert (result.outcome, result.changes) == (Outcome.ALREADY_SO, ())
    assert "nothing was sent" in result.message
    (entry,) = await written()
    assert (service.sent, entry.id, entry.outcome) == ([], result.id, Outcome.ALREADY_SO)


async def test_only_fields_that_differ_are_sent(session, service):
    await carry_out(session, Call(Operation.SET, "luz", {"city": "Oslo", "phone": "1"}))
    assert service.sent == [SET]
