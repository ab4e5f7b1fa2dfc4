"""While the outcome of a write is open, or cannot be written down, the next one waits or is refused."""

import asyncio

import pytest

from tests.harness.consent import carry_out
from tests.services.fakes import CALLS
from tests.services.writes import DISABLE, SET, WRITES, broken_ledger
from tui_reseller.domain.errors import (
    AnswerLost,
    LedgerUnavailable,
    MissingCredentials,
    RefusedHere,
    Rejected,
)
from tui_reseller.domain.operation import Call, Operation, Outcome


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


@pytest.mark.parametrize("call", [c for c in WRITES if c.id in {"enable", "disable", "website_enable", "password"}])
async def test_who_bears_the_name_by_now_is_no_repeat(session, service, ledger, call):
    service.after = [AnswerLost("cut")]
    first = await carry_out(session, call)
    service.change(first.username, email="eve@x.example", first_name="Eve", last_name="Lin")
    sent = len(service.sent)
    result = await carry_out(session, call)
    assert (result.outcome, type(result.error)) == (Outcome.NOT_SENT, RefusedHere)
    assert "another customer bears this name by now" in result.message
    assert len(service.sent) == sent
    assert [entry.id for entry in await ledger.needs_you()] == [first.id]


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


async def test_nothing_leaves_when_others_may_take_the_operation_over_already(session, service, ledger, monkeypatch):
    async def passed(_entry_id):
        return session.clock.monotonic() - 1

    monkeypatch.setattr(ledger, "send_until", passed)
    result = await carry_out(session, DISABLE)
    assert (result.outcome, type(result.error)) == (Outcome.NOT_SENT, RefusedHere)
    assert "may take this over" in result.message
    assert service.sent == []
    assert (await ledger.get(result.id)).outcome is Outcome.NOT_SENT
    monkeypatch.undo()
    assert (await carry_out(session, DISABLE)).outcome is Outcome.APPLIED
