"""A write that was sent again, or whose process stood still: what an answer proves then."""

import asyncio

import pytest

from tests.harness.consent import carry_out
from tests.harness.v2 import after_call, changed
from tests.services.fakes import CALLS, LUZ
from tests.services.writes import DISABLE, SET, WRITES
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import (
    AnswerLost,
    CredentialsRefused,
    InvalidInput,
    NotSent,
    Rejected,
)
from tui_reseller.domain.operation import Operation, Outcome

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

    async def begin(intent, **named):
        entry = await type(ledger).begin(ledger, intent, **named)
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
    async def begin(intent, **named):
        entry = await type(ledger).begin(ledger, intent, **named)
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
