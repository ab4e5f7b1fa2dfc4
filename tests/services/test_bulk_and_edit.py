"""Several writes: a run that pauses, stops and brakes by itself; an edit of two calls."""

import asyncio
from dataclasses import replace

import pytest

from tests.services.fakes import LUZ, put_list
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import AnswerLost, CredentialsRefused, LedgerUnavailable, Rejected
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.switch import Switch
from tui_reseller.services.bulk import PAUSE_AFTER, Bulk
from tui_reseller.services.edit import save

MANY = [Customer(f"user{number}", sending=Switch.ON) for number in range(8)]


@pytest.fixture
async def crowd(session, service):
    service.kept = {customer.username: customer for customer in MANY}
    await put_list(session, MANY)
    return session


@pytest.fixture
def bulk():
    return Bulk([Call(Operation.DISABLE, customer.username) for customer in MANY], MANY, reason="end of contract")


class Watch:
    """What a front door hands in as tell: it knows when a run has paused."""

    def __init__(self, bulk):
        self.bulk, self.event = bulk, asyncio.Event()

    def __call__(self, _result):
        if self.bulk.is_paused:
            self.event.set()

    async def paused(self):
        async with asyncio.timeout(5):
            await self.event.wait()
        self.event.clear()


@pytest.fixture
def watch(bulk):
    return Watch(bulk)


async def test_every_customer_is_written_in_order_in_one_batch_with_a_result_each(crowd, service, bulk, written):
    told = []
    results = await bulk.run(crowd, told.append)
    assert results == told == bulk.results
    assert [call.username for call in service.sent] == [customer.username for customer in MANY]
    assert (bulk.count(Outcome.APPLIED), bulk.count(Outcome.UNKNOWN), bulk.not_begun) == (8, 0, 0)
    assert {(entry.batch, entry.reason) for entry in await written()} == {(bulk.batch, "end of contract")}


def test_two_runs_have_different_batches():
    assert Bulk([], []).batch != Bulk([], []).batch


async def test_a_customer_that_changed_since_it_was_marked_is_left_alone(crowd, service, bulk):
    bulk.loaded = [replace(MANY[0], sending=Switch.UNKNOWN), *MANY[1:]]
    await bulk.run(crowd, lambda _result: None)
    assert [result.outcome for result in bulk.results[:2]] == [Outcome.CONFLICT, Outcome.APPLIED]
    assert service.kept["user0"].sending is Switch.ON


async def test_three_in_a_row_that_were_not_applied_pause_the_run_and_again_after_resuming(crowd, service, bulk, watch):
    service.before = [Rejected("no")] * 6
    task = asyncio.create_task(bulk.run(crowd, watch))
    for so_far in (PAUSE_AFTER, 2 * PAUSE_AFTER):
        await watch.paused()
        assert (len(bulk.results), bulk.not_begun) == (so_far, 8 - so_far)
        assert "3 in a row" in bulk.paused_because
        bulk.resume()
        assert not bulk.is_paused
    await task
    assert (bulk.count(Outcome.REJECTED), bulk.count(Outcome.APPLIED)) == (6, 2)


async def test_failures_with_a_success_between_them_do_not_pause(crowd, service, bulk):
    no = Rejected("no")
    service.before = [no, no, None, no, no, None, no, no]
    async with asyncio.timeout(5):
        await bulk.run(crowd, lambda _result: None)
    assert bulk.count(Outcome.REJECTED) == 6


async def test_a_script_is_not_paused(crowd, service, bulk):
    service.before = [Rejected("no")] * 8
    async with asyncio.timeout(5):
        await bulk.run(crowd, lambda _result: None, pausing=False)
    assert bulk.count(Outcome.REJECTED, Outcome.APPLIED) == 8


async def test_an_unknown_outcome_is_no_success_for_the_brake(crowd, service, bulk, watch):
    service.before = [AnswerLost("cut")] * 3
    task = asyncio.create_task(bulk.run(crowd, watch))
    await watch.paused()
    bulk.stop()
    await task
    assert (bulk.count(Outcome.UNKNOWN), bulk.not_begun) == (3, 5)


async def test_a_run_pauses_after_the_call_in_flight_and_goes_on(crowd, service, bulk, watch):
    def tell(result):
        if len(bulk.results) == 2:
            bulk.pause()
        watch(result)

    task = asyncio.create_task(bulk.run(crowd, tell))
    await watch.paused()
    await asyncio.sleep(0)
    assert (len(service.sent), bulk.paused_because) == (2, "paused by you")
    bulk.resume()
    await task
    assert len(service.sent) == 8


async def test_a_stopped_run_sends_nothing_more_and_cannot_be_paused(crowd, service, bulk):
    def tell(_result):
        bulk.stop()
        bulk.pause()

    await bulk.run(crowd, tell)
    assert (len(service.sent), bulk.not_begun, bulk.is_paused) == (1, 7, False)


async def test_a_paused_run_can_be_stopped(crowd, service, bulk, watch):
    def tell(result):
        bulk.pause()
        watch(result)

    task = asyncio.create_task(bulk.run(crowd, tell))
    await watch.paused()
    bulk.stop()
    async with asyncio.timeout(5):
        await task
    assert len(service.sent) == 1


async def test_refused_credentials_end_the_run_at_once_also_in_a_script(crowd, service, bulk):
    service.before = [CredentialsRefused("not you")]
    await bulk.run(crowd, lambda _result: None, pausing=False)
    assert (len(service.sent), bulk.is_stopped) == (1, True)


async def test_a_ledger_that_cannot_be_written_ends_the_run_at_once(crowd, service, bulk, monkeypatch):
    async def refuse(*_arguments):
        raise LedgerUnavailable("the disk is full")

    monkeypatch.setattr(crowd.ledger, "begin", refuse)
    await bulk.run(crowd, lambda _result: None)
    assert (service.sent, len(bulk.results), bulk.is_stopped) == ([], 1, True)


async def test_targets_and_what_was_seen_of_them_must_be_as_many(crowd):
    with pytest.raises(ValueError, match="zip"):
        await Bulk([Call(Operation.DISABLE, "user0")], []).run(crowd, lambda _result: None)


BOTH = {"city": "Oslo", "email": "new@bodega.es"}


async def test_an_edit_sends_details_then_the_email(session, service):
    results = await save(session, LUZ, BOTH, reason="moved")
    assert [(r.operation, r.outcome) for r in results] == [
        (Operation.SET, Outcome.APPLIED),
        (Operation.EMAIL, Outcome.APPLIED),
    ]
    assert service.kept["luz"] == replace(LUZ, city="Oslo", email="new@bodega.es")


@pytest.mark.parametrize(
    ("error", "outcome"), [(Rejected("no"), Outcome.REJECTED), (AnswerLost("cut"), Outcome.UNKNOWN)]
)
async def test_an_edit_stops_after_the_first_call_that_was_not_applied(session, service, error, outcome):
    service.before = [error]
    results = await save(session, LUZ, BOTH)
    assert [result.outcome for result in results] == [outcome, Outcome.NOT_SENT]
    assert "the call before it was not applied" in results[1].message
    assert [call.operation for call in service.sent] == [Operation.SET]


async def test_an_edit_over_somebody_elses_change_sends_nothing(session, service):
    service.change("luz", city="Lisboa")
    results = await save(session, LUZ, BOTH)
    assert [result.outcome for result in results] == [Outcome.CONFLICT, Outcome.NOT_SENT]
    assert service.sent == []


async def test_an_edit_of_nothing_has_no_result(session, service):
    assert await save(session, LUZ, {"city": "Madrid"}) == []
    assert service.asked == []
