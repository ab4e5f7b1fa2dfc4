"""A plan applied as a job, on a real sandbox: stages, failure threshold, pause and stop, going on."""

import asyncio
from dataclasses import replace

import pytest

from tests.harness.consent import for_job
from tests.harness.waiting import soon
from tests.jobs.office import Office
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.job import JobState
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.services import listing, plans
from tui_reseller.services.job_items import Attempt, retry_rejected
from tui_reseller.services.jobs import JobRun
from tui_reseller.services.sending import AT_ONCE
from tui_reseller.services.throttle import MOST_BESIDE, MOST_IN_FLIGHT


async def test_a_job_does_all_of_its_plan_once(office, sandbox, planted):
    planted(30, "all-")
    job = await office.job("username~^all-")
    assert (job.state, job.total, job.done) == (JobState.STOPPED, 30, 0)
    done = await office.run(job).run()
    assert (done.state, done.is_finished, done.done) == (JobState.FINISHED, True, 30)
    assert await office.agrees(job, all_sent=True) == {"applied": 30}
    assert len(sandbox.log()) == 30
    entries = await office.services.ledger.entries(AuditQuery(batch=job.batch))
    assert {entry.reason for entry in entries} == {"ticket 4711"}
    assert office.session.customers.get("all-000").value("sending") is False


async def test_first_one_then_ten_then_the_rest(office, sandbox, planted):
    planted(30, "stage-")
    job = await office.job("username~^stage-")
    sandbox.fault("latency", ms=30, operation="disable", times=100)
    most = 0
    seen = []

    def tell(run):
        nonlocal most
        most = max(most, run.throttle.in_flight)
        seen.append((run.progress.sent, run.throttle.in_flight))

    await office.run(job, tell=tell).run()
    assert all(in_flight == 0 for sent, in_flight in seen if sent == 1)
    assert any(sent == 11 and in_flight == 0 for sent, in_flight in seen)
    assert 4 <= most <= 8


async def test_what_is_so_already_is_left_out_and_what_changed_meanwhile_is_left_alone(office, sandbox, planted):
    planted(4, "move-")
    plan = await office.plan("username~^move-")
    job = await office.jobs.add(plan, office.session.operator, "")
    sandbox.plant("move-001", active=False)
    await listing.refresh_for_many(office.session, renew=True)
    done = await office.run(job).run()
    assert await office.agrees(job) == {"applied": 3, "already_so": 1}
    assert sorted(row["username"] for row in sandbox.log()) == ["move-000", "move-002", "move-003"]
    assert done.is_finished
    assert "nothing was sent" in (await office.items(job))[1].message


async def test_a_stale_plan_is_refused_unless_changed_ones_are_left_out(office, sandbox, planted):
    planted(5, "stale-")
    plan = await office.plan("username~^stale-", Operation.SET, city="Vigo")
    sandbox.plant("stale-002", city="Lugo")
    await listing.refresh_for_many(office.session, renew=True)
    with pytest.raises(RefusedHere, match='1 of 5 customers changed since it was made: "stale-002"'):
        await plans.unmoved(plan, office.session)
    fits = await plans.unmoved(plan, office.session, skip_changed=True)
    assert [item.username for item in fits.items] == ["stale-000", "stale-001", "stale-003", "stale-004"]
    assert sandbox.log() == []


async def test_a_plan_is_applied_once_and_only_in_its_account(office, tmp_path, sandbox, planted):
    planted(2, "once-")
    plan = await office.plan("username~^once-")
    await office.jobs.add(plan, office.session.operator, "")
    with pytest.raises(RefusedHere, match="applied already, as job 1"):
        await office.jobs.add(plan, office.session.operator, "")
    other = replace(plan, account="https://elsewhere.example|boss")
    with pytest.raises(RefusedHere, match="another account"):
        plans.check_place(other, office.session)


async def test_three_rejected_in_a_row_pause_it_and_retry_sends_only_those(office, sandbox, planted):
    planted(30, "rej-")
    job = await office.job("username~^rej-")
    sandbox.fault("status", code=400, shape="E1", operation="disable", times=3)
    run = office.run(job)
    # One at a time: of several on their way, an applied one may be heard between the rejected ones.
    run.throttle.most, run.throttle.limit = 1, 1.0
    paused = await run.run()
    assert paused.state is JobState.PAUSED
    assert "in a row were not applied" in paused.why
    assert paused.counts[Outcome.REJECTED] == 3
    assert await retry_rejected(office.jobs, paused) == 3
    done = await office.run(await office.jobs.get(job.number)).run()
    assert done.is_finished
    assert await office.agrees(job, all_sent=True) == {"applied": 30}
    assert len(sandbox.log()) == 30


@pytest.mark.parametrize("times", [10, pytest.param(25, marks=pytest.mark.long)])
async def test_a_busy_service_slows_a_job_down_and_never_counts_as_turning_customers_down(
    office, sandbox, planted, times
):
    planted(30, "busy-")
    job = await office.job("username~^busy-")
    sandbox.fault("rate-limit", operation="disable", times=times)
    run = office.run(job)
    run.throttle.most, run.throttle.limit = 1, 1.0
    done = await run.run()
    while not done.is_finished and "were not applied" not in done.why:
        sandbox.control("DELETE", "faults")
        done = await office.run(await office.jobs.get(job.number)).run()
    assert "were not applied" not in done.why
    assert await office.agrees(job, all_sent=True) == {"applied": 30}


async def test_lost_answers_are_unknown_and_resuming_settles_them_by_a_whole_list(office, sandbox, planted):
    planted(30, "lost-")
    job = await office.job("username~^lost-")
    sandbox.fault("drop-after", operation="disable", times=2)
    sandbox.fault("drop-before", operation="disable", times=2)
    done = await office.run(job).run()
    assert done.state_word == "finished with unknowns"
    assert done.counts[Outcome.UNKNOWN] == 4
    assert not done.is_finished
    again = await office.run(done).run()
    assert again.is_finished
    counts = await office.agrees(job, all_sent=True)
    assert counts == {"applied": 28, "verified_applied": 2}
    assert len(sandbox.log()) == 30


async def test_what_was_found_not_applied_is_sent_again_though_the_run_that_found_it_was_killed(
    office, sandbox, planted
):
    planted(5, "found-")
    job = await office.job("username~^found-")
    sandbox.fault("drop-before", operation="disable", times=1)
    done = await office.run(job).run()
    (entry,) = await office.services.ledger.needs_you(office.session.account)
    await office.services.ledger.finish(entry.id, Outcome.VERIFIED_NOT_APPLIED, "the kill came right behind this")
    again = await office.run(await office.jobs.get(done.number)).run()
    assert again.is_finished
    assert await office.agrees(job, all_sent=True) == {"applied": 5}


@pytest.mark.parametrize("is_unknown", [False, True])
async def test_who_stops_a_job_does_not_wait_for_a_whole_list(office, sandbox, planted, is_unknown):
    planted(5, "wait-")
    job = await office.job("username~^wait-")
    if is_unknown:
        sandbox.fault("drop-after", operation="disable", times=1)
    job = await office.run(job, tell=JobRun.stop).run()
    sent = len(sandbox.log())
    assert sent < 5
    sandbox.fault("latency", ms=60_000, operation="list", times=1)
    run = office.run(job)
    running = asyncio.create_task(run.run())
    await asyncio.sleep(0.2)
    run.stop()
    async with asyncio.timeout(20):
        stopped = await running
    assert (stopped.state, stopped.why) == (JobState.STOPPED, "stopped by you")
    assert len(sandbox.log()) == sent
    sandbox.control("DELETE", "faults")
    assert (await office.run(stopped).run()).is_finished
    await office.agrees(job, all_sent=True)


async def test_a_dead_service_opens_the_breaker_and_nothing_is_lost(tmp_path, sandbox, planted):
    planted(30, "dead-")
    office = Office(tmp_path, sandbox)
    job = await office.job("username~^dead-")
    sandbox.fault("status", code=503, shape="html", operation="disable", times=100)
    paused = await office.run(job).run()
    assert paused.state is JobState.PAUSED
    assert "no usable answer" in paused.why
    assert paused.counts[Outcome.UNKNOWN] <= 13
    sandbox.control("DELETE", "faults")
    done = await office.run(paused).run()
    assert done.is_finished
    await office.agrees(job, all_sent=True)
    assert len(sandbox.log()) == 30
    await office.aclose()


async def test_too_many_requests_slow_it_down_and_it_finishes(office, sandbox, planted):
    planted(30, "slow-")
    job = await office.job("username~^slow-")
    sandbox.fault("rate-limit", operation="disable", times=5, retry_after=1)
    run = office.run(job)
    done = await run.run()
    assert done.is_finished
    assert await office.agrees(job, all_sent=True) == {"applied": 30}
    assert sum(row["verdict"] == "faulted" for row in sandbox.control("GET", "requests")) >= 5


async def test_pause_and_stop_end_after_what_is_on_its_way(office, sandbox, planted):
    planted(40, "stop-")
    job = await office.job("username~^stop-")
    sandbox.fault("latency", ms=20, operation="disable", times=1000)

    def tell(run):
        if run.progress.sent == 15:
            run.stop()

    stopped = await office.run(job, tell=tell).run()
    assert (stopped.state, stopped.why) == (JobState.STOPPED, "stopped by you")
    assert 15 <= stopped.done <= 15 + MOST_IN_FLIGHT + MOST_BESIDE
    assert len(sandbox.log()) == stopped.done
    done = await office.run(stopped).run()
    assert done.is_finished
    assert await office.agrees(job, all_sent=True) == {"applied": 40}


async def test_what_waits_for_its_turn_is_not_sent_once_the_job_is_stopped(office, sandbox, planted):
    planted(40, "turn-")
    job = await office.job("username~^turn-")
    sandbox.fault("latency", ms=200, operation="disable", times=1000)
    run = office.run(job)
    running = asyncio.create_task(run.run())
    await soon("two wait", lambda: (run.throttle.in_flight, run.throttle.at_work) == (8, 10))
    await asyncio.sleep(0.1)  # their intents are written by now, and the first answers are not there
    sent = len(sandbox.log())
    run.stop()
    stopped = await running
    assert sent <= len(sandbox.log()) == stopped.done <= 11 + MOST_IN_FLIGHT
    entries = await office.services.ledger.entries(AuditQuery(batch=job.batch))
    assert [entry.message for entry in entries if entry.outcome is Outcome.NOT_SENT] == [
        "the job was halted before it was sent"
    ] * MOST_BESIDE
    assert (await office.run(stopped).run()).is_finished
    assert await office.agrees(job, all_sent=True) == {"applied": 40}


async def test_another_process_watches_asks_and_cannot_run_it(office, tmp_path, sandbox, planted):
    planted(40, "two-")
    job = await office.job("username~^two-")
    sandbox.fault("latency", ms=50, operation="disable", times=1000)
    other = Office(tmp_path, sandbox)
    started = asyncio.Event()
    running = asyncio.create_task(office.run(job, tell=lambda _run: started.set()).run())
    await started.wait()
    seen = await other.jobs.get(job.number)
    assert (seen.state, "process" in seen.owner) == (JobState.RUNNING, True)
    with pytest.raises(RefusedHere, match="is being run by"):
        await other.run(seen).run()
    await other.jobs.want(job.number, "stop")
    async with asyncio.timeout(2):
        stopped = await running
    assert (stopped.state, stopped.why) == (JobState.STOPPED, "stopped from another window")
    await other.aclose()


async def test_an_item_is_never_taken_twice(office, tmp_path, sandbox, planted):
    planted(1, "claim-")
    job = await office.job("username~^claim-")
    item = (await office.jobs.waiting(job.number, -1))[0]
    before = office.session.customers.get("claim-000")
    permit = for_job(office.session, job)
    attempt = Attempt(office.session, job, item, None, permit, AT_ONCE)
    results = [await attempt.carry_out(before) for _ in range(2)]
    assert [result.outcome for result in results] == [Outcome.APPLIED, Outcome.NOT_SENT]
    assert "taken by another process" in results[1].message
    assert len(sandbox.log()) == 1


async def test_a_customer_with_an_open_outcome_waits_and_the_job_goes_on(office, sandbox, planted):
    planted(4, "open-")
    sandbox.fault("drop-after", operation="set", times=1)
    set_job = await office.job("username=open-001", Operation.SET, city="Vigo")
    await office.run(set_job).run()
    job = await office.job("username~^open-")
    paused = await office.run(job).run()
    assert (paused.state, paused.done) == (JobState.PAUSED, 3)
    assert "waits for an outcome to be settled" in paused.why
    await office.run(await office.jobs.get(set_job.number)).run()
    done = await office.run(paused).run()
    assert done.is_finished


async def test_refused_credentials_pause_it_at_the_first_and_lose_nothing(office, sandbox, planted):
    planted(12, "key-")
    job = await office.job("username~^key-")
    sandbox.fault("status", code=401, shape="E3", operation="disable", times=1)
    paused = await office.run(job).run()
    assert paused.state is JobState.PAUSED
    assert paused.done == 0
    assert "credentials" in paused.why
    done = await office.run(paused).run()
    assert done.is_finished
    assert await office.agrees(job, all_sent=True) == {"applied": 12}


async def test_what_a_customer_waits_for_is_told_until_it_is_done(office, sandbox, planted):
    planted(3, "waits-")
    job = await office.job("username~^waits-")
    account = office.session.account
    ((found, item),) = await office.jobs.waiting_of(account, "waits-001")
    assert (found.number, item.item.username, item.item.operation) == (job.number, "waits-001", Operation.DISABLE)
    assert item.word == "not begun"
    assert await office.jobs.waiting_of(account, "waits-009") == []
    assert await office.jobs.waiting_of("another account", "waits-001") == []
    await office.run(job).run()
    assert await office.jobs.waiting_of(account, "waits-001") == []
