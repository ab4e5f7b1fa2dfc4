"""One write: what is refused, what is sent once, what is written down and when, what the list shows afterwards."""

import asyncio
from dataclasses import replace

import pytest

from tests.harness.consent import carry_out
from tests.harness.v2 import after_call, changed, frame_from, preview
from tests.services.fakes import ANA, CALLS, KIM, LUZ, FakeService, customers_in, put_list
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.changes import Change, Collision
from tui_reseller.domain.errors import (
    AnswerLost,
    BadConfig,
    Conflict,
    CredentialsRefused,
    CustomerNotFound,
    InvalidInput,
    LedgerUnavailable,
    MissingCredentials,
    NotSent,
    NotWritable,
    RateLimited,
    RefusedHere,
    Rejected,
    UnusableAnswer,
)
from tui_reseller.domain.operation import WRITES as ALL_WRITES
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.switch import Switch
from tui_reseller.services.result import Result

WRITES = [pytest.param(call, id=operation.value) for operation, call in CALLS.items()]
DISABLE = CALLS[Operation.DISABLE]
SET = CALLS[Operation.SET]
LOST = [AnswerLost("the connection broke"), UnusableAnswer("an odd page came")]


def broken_ledger(monkeypatch, session, *, begin=False, finish=False):
    async def refuse(*_arguments, **_named):
        raise LedgerUnavailable("the disk is full")

    if begin:
        monkeypatch.setattr(session.ledger, "begin", refuse)
    if finish:
        monkeypatch.setattr(session.ledger, "finish", refuse)


def test_every_operation_but_the_list_is_a_write():
    assert {*CALLS} == {*ALL_WRITES} == {*Operation} - {Operation.LIST, Operation.FOREIGN}


@pytest.mark.parametrize("call", WRITES)
async def test_a_write_is_sent_once_and_written_down_as_applied(session, service, written, call):
    result = await carry_out(session, call, reason=" moved ", batch="b1")
    assert (result.outcome, result.message, result.error) == (Outcome.APPLIED, "success", None)
    assert service.sent == [call]
    (entry,) = await written()
    assert (entry.id, entry.outcome, entry.operation) == (result.id, Outcome.APPLIED, call.operation)
    assert (entry.username, entry.reason, entry.batch) == (call.username, "moved", "b1")
    assert (entry.profile, entry.account, entry.operator) == (
        "acme",
        "reseller-v2|https://api.sendgrid.com:443/apiv2|acme-api",
        KIM,
    )
    assert entry.changes == result.changes == preview(call, service_before(call))
    assert entry.before == (None if call.operation is Operation.CREATE else service_before(call).as_dict())
    assert "canary" not in repr((entry, result, result.as_dict()))


def service_before(call):
    return {"luz": LUZ, "ana": ANA}.get(call.username)


@pytest.mark.parametrize("call", WRITES)
async def test_the_intent_is_in_the_ledger_before_the_call_is_sent(session, service, ledger, written, call):
    seen = []

    async def look(_call):
        seen.extend(await written())

    service.when_sending = look
    await carry_out(session, call)
    assert [(entry.operation, entry.username, entry.outcome) for entry in seen] == [
        (call.operation, call.username, None)
    ]
    assert (await ledger.check()).is_whole


@pytest.mark.parametrize("call", WRITES)
@pytest.mark.parametrize(
    "error",
    [Rejected("no"), CredentialsRefused("not you"), CustomerNotFound("nobody")],
    ids=lambda error: type(error).__name__,
)
async def test_what_the_service_says_no_to_is_rejected_and_sent_once(session, service, written, call, error):
    service.before = [error]
    result = await carry_out(session, call)
    assert (result.outcome, result.message, result.error) == (Outcome.REJECTED, error.message, error)
    assert len(service.sent) == 1
    assert [(e.id, e.outcome, e.message) for e in await written()] == [(result.id, Outcome.REJECTED, error.message)]
    assert session.customers.get("luz") == LUZ
    assert session.customers.get("neu") is None


@pytest.mark.parametrize("call", WRITES)
@pytest.mark.parametrize("error", LOST, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_lost_answer_is_unknown_and_is_sent_exactly_once(session, service, written, call, error, moment):
    setattr(service, moment, [error])
    result = await carry_out(session, call)
    assert (result.outcome, result.error) == (Outcome.UNKNOWN, error)
    assert service.sent == [call]
    assert [(entry.id, entry.outcome) for entry in await written()] == [(result.id, Outcome.UNKNOWN)]


@pytest.mark.parametrize("call", WRITES)
async def test_what_was_not_sent_is_tried_three_times_in_all(session, service, written, clock, call):
    service.before = [NotSent("closed port")] * 5
    result = await carry_out(session, call)
    assert (result.outcome, result.message) == (Outcome.NOT_SENT, "closed port")
    assert service.sent == [call] * 3
    assert [entry.outcome for entry in await written()] == [Outcome.NOT_SENT]
    assert len(clock.slept) == 2


@pytest.mark.parametrize("call", WRITES)
async def test_a_later_try_of_what_was_not_sent_is_applied(session, service, written, call):
    service.before = [NotSent("closed port"), None]
    assert (await carry_out(session, call)).outcome is Outcome.APPLIED
    assert service.sent == [call] * 2
    assert [entry.outcome for entry in await written()] == [Outcome.APPLIED]


async def test_what_was_not_sent_first_and_lost_then_is_not_sent_a_third_time(session, service):
    service.before = [NotSent("closed port"), AnswerLost("cut"), None]
    assert (await carry_out(session, DISABLE)).outcome is Outcome.UNKNOWN
    assert len(service.sent) == 2


async def test_a_busy_service_is_asked_again_when_it_says_so(session, service, clock):
    service.before = [RateLimited("slowly", retry_after=7.0), None]
    assert (await carry_out(session, DISABLE)).outcome is Outcome.APPLIED
    assert len(service.sent) == 2
    assert 7.0 <= sum(clock.slept) <= 7.1


async def test_a_service_that_stays_busy_has_rejected_the_write(session, service, clock):
    service.before = [RateLimited("slowly", retry_after=1.0)] * 5
    result = await carry_out(session, DISABLE)
    assert (result.outcome, type(result.error), len(service.sent)) == (Outcome.REJECTED, RateLimited, 3)


@pytest.mark.parametrize(("seconds", "retry_after"), [(None, 45.0), (5.0, 5.0)])
async def test_no_wait_goes_beyond_the_deadline_of_a_call(open_session, service, clock, seconds, retry_after):
    service.before = [RateLimited("slowly", retry_after=retry_after)]
    result = await carry_out(await open_session(timeout=seconds), DISABLE)
    assert result.outcome is Outcome.REJECTED
    assert (len(service.sent), clock.slept) == (1, [])


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


async def test_a_customer_with_an_unknown_outcome_is_locked_for_other_writes(session, service, open_session):
    service.before = [AnswerLost("cut")]
    first = await carry_out(session, SET)
    for other in (session, await open_session()):
        for call in (CALLS[Operation.DELETE], DISABLE, SET, CALLS[Operation.RENAME]):
            result = await carry_out(other, call)
            assert (result.outcome, type(result.error)) == (Outcome.NOT_SENT, RefusedHere)
            assert first.id in result.message
    assert len(service.sent) == 1
    assert (await carry_out(session, CALLS[Operation.ENABLE])).outcome is Outcome.APPLIED


@pytest.mark.parametrize("call", [c for c in WRITES if c.id in {"enable", "disable", "website_enable", "password"}])
async def test_a_harmless_repeat_of_an_unknown_write_is_allowed_and_settles_it(session, service, ledger, call):
    service.after = [AnswerLost("cut")]
    first = await carry_out(session, call)
    assert (await carry_out(session, call)).outcome is Outcome.APPLIED
    assert (await ledger.get(first.id)).outcome is Outcome.RESOLVED
    assert await ledger.needs_you() == []


@pytest.mark.parametrize("call", [c for c in WRITES if c.id in {"create", "delete", "rename", "set", "email"}])
async def test_a_repeat_that_may_do_harm_is_refused_while_the_first_is_unknown(session, service, call):
    service.before = [AnswerLost("cut")]
    await carry_out(session, call)
    assert type((await carry_out(session, call)).error) is RefusedHere
    assert len(service.sent) == 1


async def test_the_new_name_of_an_unknown_rename_is_locked_too(session, service):
    service.after = [AnswerLost("cut")]
    await carry_out(session, CALLS[Operation.RENAME])
    result = await carry_out(session, Call(Operation.DELETE, "lux"))
    assert type(result.error) is RefusedHere


@pytest.mark.parametrize("call", WRITES)
async def test_nothing_is_sent_if_the_ledger_cannot_be_written(session, service, monkeypatch, call):
    broken_ledger(monkeypatch, session, begin=True)
    result = await carry_out(session, call)
    assert (result.outcome, type(result.error), result.id) == (Outcome.NOT_SENT, LedgerUnavailable, None)
    assert service.sent == []


@pytest.mark.parametrize("error", [None, Rejected("no"), AnswerLost("cut")])
async def test_an_outcome_that_cannot_be_written_is_kept_and_the_next_write_waits_for_it(
    session, service, ledger, monkeypatch, error
):
    service.before = [error]
    with monkeypatch.context() as patch:
        broken_ledger(patch, session, finish=True)
        first = await carry_out(session, DISABLE)
        assert "could not be written down yet: the disk is full" in first.message
        assert session.desk.unwritten == [(first.id, first.outcome, error.message if error else "success", None)]
        second = await carry_out(session, CALLS[Operation.ENABLE])
        assert (second.outcome, type(second.error)) == (Outcome.NOT_SENT, LedgerUnavailable)
        assert len(service.sent) == 1
    assert (await carry_out(session, CALLS[Operation.ENABLE])).outcome is Outcome.APPLIED
    assert session.desk.unwritten == []
    assert (await ledger.get(first.id)).outcome is first.outcome


async def test_an_outcome_that_was_kept_is_written_down_when_the_session_ends(session, ledger, monkeypatch):
    with monkeypatch.context() as patch:
        broken_ledger(patch, session, finish=True)
        first = await carry_out(session, DISABLE)
        await session.aclose()
        assert len(session.desk.unwritten) == 1
    await session.aclose()
    assert (session.desk.unwritten, (await ledger.get(first.id)).outcome) == ([], Outcome.APPLIED)


@pytest.mark.parametrize("call", WRITES)
async def test_a_cancelled_write_is_unknown_in_the_ledger(session, service, written, call):
    service.holding = asyncio.Event()
    sending = asyncio.Event()
    service.when_sending = lambda _call: sending.set()
    task = asyncio.create_task(carry_out(session, call))
    await sending.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [(entry.operation, entry.outcome) for entry in await written()] == [(call.operation, Outcome.UNKNOWN)]
    assert session.desk.in_flight == set()


async def test_a_write_that_is_cancelled_while_the_key_is_asked_for_leaves_no_lock(session, service, credentials):
    credentials.holding = asyncio.Event()
    task = asyncio.create_task(carry_out(session, CALLS[Operation.CREATE]))
    await credentials.asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    credentials.holding = None
    assert (await carry_out(session, CALLS[Operation.CREATE])).outcome is Outcome.APPLIED
    assert len(service.sent) == 1


@pytest.mark.parametrize("call", WRITES)
async def test_nothing_is_sent_without_a_key(session, service, credentials, written, call):
    credentials.keys.clear()
    result = await carry_out(session, call)
    assert (result.outcome, type(result.error)) == (Outcome.NOT_SENT, MissingCredentials)
    assert result.message.endswith("tui-reseller profile secret acme")
    assert (service.sent, [e for e in await written() if e.outcome is not Outcome.NOT_SENT]) == ([], [])


async def test_a_second_write_on_a_customer_waits_for_the_first(session, service):
    service.holding = asyncio.Event()
    sending = asyncio.Event()
    service.when_sending = lambda _call: sending.set()
    task = asyncio.create_task(carry_out(session, DISABLE))
    await sending.wait()
    refused = await carry_out(session, SET)
    assert (type(refused.error), len(service.sent)) == (RefusedHere, 1)
    assert "still on its way" in refused.message
    service.holding.set()
    assert (await task).outcome is Outcome.APPLIED
    assert (await carry_out(session, SET)).outcome is Outcome.APPLIED


async def test_two_sessions_do_not_write_one_customer_at_a_time(session, open_session, service):
    service.holding = asyncio.Event()
    sending = asyncio.Event()
    service.when_sending = lambda _call: sending.set()
    task = asyncio.create_task(carry_out(session, DISABLE))
    await sending.wait()
    refused = await carry_out(await open_session(), SET)
    assert "is being sent just now" in refused.message
    service.holding.set()
    await task


@pytest.mark.parametrize(
    ("call", "shown"),
    [
        (CALLS[Operation.CREATE], {"neu": after_call(CALLS[Operation.CREATE], None), "luz": LUZ}),
        (CALLS[Operation.DELETE], {"luz": None}),
        (DISABLE, {"luz": changed(LUZ, sending=Switch.OFF)}),
        (CALLS[Operation.ENABLE], {"ana": changed(ANA, sending=Switch.ON)}),
        (CALLS[Operation.WEBSITE_ENABLE], {"luz": changed(LUZ, website_access=Switch.ON)}),
        (CALLS[Operation.WEBSITE_DISABLE], {"luz": changed(LUZ, website_access=Switch.OFF)}),
        (SET, {"luz": changed(LUZ, city="Oslo")}),
        (CALLS[Operation.PASSWORD], {"luz": LUZ}),
        (CALLS[Operation.RENAME], {"luz": None, "lux": changed(LUZ, username="lux")}),
        (CALLS[Operation.EMAIL], {"luz": changed(LUZ, email="new@bodega.es")}),
    ],
    ids=[operation.value for operation in (
        Operation.CREATE, Operation.DELETE, Operation.DISABLE, Operation.ENABLE, Operation.WEBSITE_ENABLE,
        Operation.WEBSITE_DISABLE, Operation.SET, Operation.PASSWORD, Operation.RENAME, Operation.EMAIL,
    )],
)  # fmt: skip
async def test_list_and_snapshot_show_what_was_applied(session, snapshot, call, shown):
    await snapshot.save(session.account, session.clock.now(), frame_from([LUZ, ANA]))
    await carry_out(session, call)
    kept = await customers_in(await snapshot.load(session.account))
    for username, customer in shown.items():
        assert session.customers.get(username) == customer
        assert next((c for c in kept if c.username == username), None) == customer


def test_a_new_customer_sends_and_its_website_access_is_not_known():
    new = after_call(CALLS[Operation.CREATE], None)
    assert (new.username, new.value("email"), new.switch("sending"), new.switch("website_access")) == (
        "neu", "neu@bodega.es", Switch.ON, Switch.UNKNOWN,
    )  # fmt: skip
    assert after_call(DISABLE, None) is None


async def test_a_disk_that_refuses_the_snapshot_does_not_make_an_applied_write_look_not_sent(
    session, service, monkeypatch
):
    async def refuse(*_arguments):
        raise BadConfig("the disk is full")

    monkeypatch.setattr(session.snapshot, "note", refuse)
    result = await carry_out(session, DISABLE)
    assert (result.outcome, result.error) == (Outcome.APPLIED, None)
    assert session.customers.get("luz").switch("sending") is Switch.OFF


@pytest.mark.parametrize(
    "call", [c for c in WRITES if c.id in {"enable", "disable", "website_enable", "website_disable"}]
)
async def test_a_switch_whose_change_is_unknown_is_shown_as_unknown(session, service, call):
    name = "website_access" if "website" in call.operation.value else "sending"
    session.last_set.values = {name: {"website_access": True} for name in ("luz", "ana")}
    service.before = [AnswerLost("cut")]
    await carry_out(session, call)
    assert session.customers.get(call.username).switch(name) is Switch.UNKNOWN


async def test_an_unknown_change_of_website_access_stays_unknown_after_the_next_reading(session, service):
    session.last_set.values = {"luz": {"website_access": True}}
    service.before = [AnswerLost("cut")]
    await carry_out(session, CALLS[Operation.WEBSITE_DISABLE])
    assert (await session.find("luz")).switch("website_access") is Switch.UNKNOWN


async def test_what_is_known_of_website_access_follows_a_rename_and_ends_with_a_delete(session):
    await carry_out(session, CALLS[Operation.WEBSITE_DISABLE])
    await carry_out(session, CALLS[Operation.RENAME])
    assert session.last_set.values == {"lux": {"website_access": False}}
    assert (await session.find("lux")).switch("website_access") is Switch.OFF
    await session.last_set.learn()
    assert session.last_set.values == {"lux": {"website_access": False}}
    await carry_out(session, Call(Operation.DELETE, "lux"))
    assert session.last_set.values == {}


async def test_a_second_service_call_does_not_ask_for_the_key_again_until_reconnected(session, service, credentials):
    await session.find("luz")
    await session.find("luz")
    assert credentials.gets == 1
    await session.reconnect()
    assert service.is_closed
    await session.reconnect()
    await session.find("luz")
    assert credentials.gets == 2
    service.is_closed = False
    await session.aclose()
    assert service.is_closed


async def test_a_session_without_a_connection_closes_quietly(session, credentials):
    await session.aclose()
    assert credentials.gets == 0


async def test_closing_the_services_closes_the_ledger(services, session):
    await carry_out(session, DISABLE)
    await services.aclose()
    assert services.ledger._thread is None


def test_a_result_is_written_out_without_the_password():
    result = Result("luz", Operation.DISABLE, Outcome.APPLIED, "ok", "id1", (Change("sending", True, False),))
    assert result.as_dict() == {
        "username": "luz",
        "operation": "disable",
        "outcome": "applied",
        "id": "id1",
        "changes": {"sending": {"before": True, "after": False}},
        "message": "ok",
    }


async def test_the_played_service_finds_its_own_errors():
    played = FakeService([LUZ])
    with pytest.raises(CustomerNotFound):
        await played.send(CALLS[Operation.ENABLE])
    await played.send(CALLS[Operation.CREATE])
    with pytest.raises(Rejected):
        await played.send(CALLS[Operation.CREATE])


RESENT = (NotSent("closed port"), None)
"""The first attempt does not leave; the second one is answered."""


async def after_repeat(session, service, call, change):
    """Send a call twice; between the two *change* is done to the service."""
    service.before = list(RESENT)
    service.when_sending = lambda _call: change() if len(service.sent) == 2 else None
    return await carry_out(session, call)


async def test_already_exists_to_a_repeated_create_is_read_back_and_ours(session, service, written):
    create = CALLS[Operation.CREATE]
    ours = after_call(create, None)
    result = await after_repeat(session, service, create, lambda: service.kept.update(neu=changed(ours, phone="+34 1")))
    assert (result.outcome, service.asked) == (Outcome.VERIFIED_APPLIED, ["neu"])
    assert "the service says: username exists; read back: as wanted" in result.message
    assert [entry.outcome for entry in await written()] == [Outcome.VERIFIED_APPLIED]
    assert session.customers.get("neu").value("phone") == "+34 1"


async def test_already_exists_to_a_repeated_create_with_other_details_is_a_conflict(session, service):
    create = CALLS[Operation.CREATE]
    result = await after_repeat(session, service, create, lambda: service.kept.update(neu=changed(LUZ, username="neu")))
    assert result.outcome is Outcome.CONFLICT
    assert "maybe not by us" in result.message


async def test_a_repeated_create_that_is_refused_for_another_reason_is_rejected(session, service):
    service.before = [NotSent("closed port"), Rejected("password is too short")]
    result = await carry_out(session, CALLS[Operation.CREATE])
    assert (result.outcome, service.asked[:1]) == (Outcome.REJECTED, ["neu"])


async def test_a_repeated_create_that_cannot_be_read_back_is_unknown(session, service):
    service.before = [NotSent("closed port"), Rejected("username exists")]
    service.reads = [AnswerLost("cut")] * 4
    result = await carry_out(session, CALLS[Operation.CREATE])
    assert result.outcome is Outcome.UNKNOWN
    assert "could not be read back (cut)" in result.message


@pytest.mark.parametrize("outcome", [Outcome.VERIFIED_NOT_APPLIED, Outcome.RESOLVED])
async def test_a_create_that_was_sent_before_is_read_back_in_a_later_session_too(
    session, service, ledger, open_session, outcome
):
    create = CALLS[Operation.CREATE]
    service.after = [AnswerLost("cut")]
    first = await carry_out(session, create)
    await ledger.finish(first.id, outcome, "as it seemed")
    assert (await carry_out(await open_session(), create)).outcome is Outcome.VERIFIED_APPLIED


async def test_a_username_that_is_taken_at_the_first_attempt_is_rejected_at_once(session, service):
    service.kept["neu"] = changed(LUZ, username="neu")
    result = await carry_out(session, CALLS[Operation.CREATE])
    assert (result.outcome, result.message, service.asked) == (Outcome.REJECTED, "username exists", [])


async def test_does_not_exist_to_a_repeated_rename_is_read_back(session, service):
    rename = CALLS[Operation.RENAME]
    moved = changed(LUZ, username="lux")
    result = await after_repeat(
        session, service, rename, lambda: service.kept.pop("luz") and service.kept.update(lux=moved)
    )
    assert result.outcome is Outcome.VERIFIED_APPLIED
    assert session.customers.get("lux") == moved


async def test_does_not_exist_to_a_repeated_rename_of_a_customer_that_is_gone_is_unknown(session, service):
    result = await after_repeat(session, service, CALLS[Operation.RENAME], lambda: service.kept.pop("luz"))
    assert result.outcome is Outcome.UNKNOWN
    assert "neither name" in result.message


async def test_does_not_exist_to_a_repeated_delete_is_what_it_wanted(session, service):
    result = await after_repeat(session, service, CALLS[Operation.DELETE], lambda: service.kept.pop("luz"))
    assert (result.outcome, result.message.startswith("inferred: ")) == (Outcome.VERIFIED_APPLIED, True)
    assert session.customers.get("luz") is None


async def test_a_refusal_of_our_key_says_nothing_of_an_earlier_attempt(session, service):
    service.before = [NotSent("closed port"), CredentialsRefused("not you")]
    assert (await carry_out(session, CALLS[Operation.CREATE])).outcome is Outcome.REJECTED
    assert service.asked == []


async def test_a_write_that_is_cancelled_between_two_attempts_was_not_sent(
    session, service, written, clock, monkeypatch
):
    service.before = [NotSent("closed port")]
    waiting = asyncio.Event()

    async def sleep(_seconds):
        waiting.set()
        await asyncio.sleep(60)

    monkeypatch.setattr(clock, "sleep", sleep)
    task = asyncio.create_task(carry_out(session, DISABLE))
    await waiting.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [(entry.outcome, entry.message) for entry in await written()] == [
        (Outcome.NOT_SENT, "stopped before it was sent again")
    ]


async def test_a_mistake_of_our_own_leaves_the_outcome_unknown_and_not_in_flight(session, service, written):
    service.before = [ValueError("a defect")]
    with pytest.raises(ValueError, match="a defect"):
        await carry_out(session, DISABLE)
    assert [entry.outcome for entry in await written()] == [Outcome.UNKNOWN]


async def test_what_our_own_side_refuses_before_it_is_sent_was_not_sent(session, service, written):
    service.before = [InvalidInput("half a character", field="city")]
    result = await carry_out(session, SET)
    assert (result.outcome, [entry.outcome for entry in await written()]) == (Outcome.NOT_SENT, [Outcome.NOT_SENT])


async def test_writes_of_a_session_share_a_budget(session, service):
    for _ in range(12):
        service.before = [NotSent("closed port")] * 3
        await carry_out(session, DISABLE)
    assert 32 <= len(service.sent) < 36  # 12 first attempts, 20 repetitions, and what 12 answered readings give back


@pytest.mark.parametrize("seconds", [30.0, 30.1, 3600.0])
@pytest.mark.parametrize("call", WRITES)
async def test_what_was_closed_while_the_process_was_stopped_is_not_sent(
    session, service, ledger, clock, seconds, call
):
    """Between intent and sending the process is stopped; nobody may close its operation before two minutes are over."""

    async def begin(intent):
        entry = await type(ledger).begin(ledger, intent)
        clock.passed += seconds
        if seconds > 30:
            await ledger.finish(entry, Outcome.RESOLVED, "kim: the host is gone")
        return entry

    ledger.begin = begin
    result = await carry_out(session, call)
    assert len(service.sent) == (0 if seconds > 30 else 1)
    assert result.outcome is (Outcome.NOT_SENT if seconds > 30 else Outcome.APPLIED)
    assert (await ledger.get(result.id)).outcome is result.outcome


async def test_what_is_still_open_after_a_long_stop_is_sent(session, service, ledger, clock):
    async def begin(intent):
        entry = await type(ledger).begin(ledger, intent)
        clock.passed += 3600
        return entry

    ledger.begin = begin
    assert (await carry_out(session, DISABLE)).outcome is Outcome.APPLIED
    assert len(service.sent) == 1


async def test_what_was_closed_is_not_sent_a_second_time(session, service, ledger, clock):
    """After a *not sent* it waits; meanwhile somebody closes it."""
    service.before = [NotSent("no route")]

    async def close(_call):
        for entry in await ledger.entries(AuditQuery()):
            clock.passed += 120
            await ledger.finish(entry.id, Outcome.RESOLVED, "kim: the host is gone")

    service.when_sending = close
    result = await carry_out(session, DISABLE)
    assert (result.outcome, len(service.sent)) == (Outcome.NOT_SENT, 1)
