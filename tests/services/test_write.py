"""One write: sent once, in the ledger before, with its outcome after; what is tried again, and what never is."""

import pytest

from tests.harness.consent import carry_out
from tests.harness.v2 import ACTIONS, preview
from tests.services.fakes import CALLS, KIM, LUZ, FakeService
from tests.services.writes import DISABLE, LOST, WRITES, service_before
from tui_reseller.domain.changes import Change
from tui_reseller.domain.errors import (
    AnswerLost,
    CredentialsRefused,
    CustomerNotFound,
    NotSent,
    RateLimited,
    Rejected,
)
from tui_reseller.domain.operation import WRITES as ALL_WRITES
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.services.result import Result


def test_every_operation_but_the_list_is_a_write():
    assert {*ALL_WRITES} == {*Operation} - {Operation.LIST, Operation.SIGN_IN, Operation.FOREIGN}
    assert {*CALLS} == {*ACTIONS}


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
