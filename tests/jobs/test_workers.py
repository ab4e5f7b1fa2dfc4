"""Workers: several processes send items of one job, in the ledger of a team; each item leaves once, whoever dies."""

import asyncio
import os
import random
import signal
from collections import Counter

import pytest

from tests.harness.consent import for_job
from tests.harness.waiting import soon
from tests.jobs.children import Child
from tui_reseller.domain.audit import Intent
from tui_reseller.domain.errors import TakenElsewhere
from tui_reseller.domain.job import JobState
from tui_reseller.domain.operation import Outcome
from tui_reseller.services.joined_job import JoinedRun
from tui_reseller.services.throttle import MOST_BESIDE


def joined(office, job):
    return JoinedRun(office.session, office.jobs, job, for_job(office.session, job))


async def open_job(office, sandbox, stem, ms=60):
    """Begin to run a job; return it, and its task, once others may join."""
    job = await office.job(f"username~^{stem}")
    sandbox.fault("latency", ms=ms, operation="disable", times=1000)
    run = office.run(job)
    running = asyncio.create_task(run.run())

    for _ in range(1000):
        if await office.jobs.is_open(job.number):
            return job, running
        await asyncio.sleep(0.02)
    raise AssertionError("nobody may join")


async def test_several_send_items_of_one_job_and_each_leaves_once(of, sandbox, planted, team_cluster):
    ann, bob = of("ann"), of("bob")
    planted(90, "share-")
    job, running = await open_job(ann, sandbox, "share-", ms=250)  # so that bob has the time to come
    assert await bob.jobs.for_worker(job.account) == job.number
    by_bob = await joined(bob, await bob.jobs.get(job.number)).join()
    done = await running
    assert (done.state, done.is_finished) == (JobState.FINISHED, True)
    assert await ann.agrees(job, all_sent=True) == {"applied": 90}
    roles = Counter(team_cluster.ask("SELECT role FROM reseller.rows WHERE kind = 'intent'"))
    assert roles == {("bob",): by_bob, ("ann",): 90 - by_bob}
    assert 0 < by_bob < 79
    assert len(sandbox.log()) == 90
    assert await bob.jobs.for_worker(job.account) is None


async def test_nobody_joins_before_the_first_ones_are_sent_nor_after_a_pause(of, sandbox, planted, intent_of):
    ann, bob = of("ann"), of("bob")
    planted(40, "stage-")
    job = await ann.job("username~^stage-")
    await bob.services.ledger.recover()
    async with ann.jobs.owning(job.number, ann.session.operator):
        await ann.jobs.set_state(job.number, JobState.RUNNING)
        assert (await bob.jobs.take(job.number, -1)).items == []
        assert not await bob.jobs.is_open(job.number)
        await ann.jobs.open_to_others(job.number)
        taken = (await bob.jobs.take(job.number, -1)).items
        mine = (await ann.jobs.take(job.number, -1)).items
        assert {item.seq for item in taken}.isdisjoint(item.seq for item in mine)
        assert await ann.jobs.is_shared(job.number)
        await bob.jobs.want(job.number, "pause")
        assert (await bob.jobs.take(job.number, -1)).items == []
        await ann.jobs.set_state(job.number, JobState.PAUSED)
        with pytest.raises(TakenElsewhere):
            await bob.services.ledger.begin(intent_of(bob, job, taken[0]))
    assert sandbox.log() == []


@pytest.fixture
def intent_of():
    """Make the intent of an item, as a process would that was slow."""

    def make(office, job, item):
        call = item.item.call
        return Intent(
            "acme", job.account, call.operation, call.username, item.item.changes(office.session.provider),
            office.session.operator, batch=job.batch, item=(job.number, item.seq),
        )  # fmt: skip

    return make


async def test_a_worker_that_is_killed_loses_nothing_and_nothing_leaves_twice(
    of, sandbox, planted, team_cluster, tmp_path
):
    ann = of("ann")
    planted(120, "dead-")
    job, running = await open_job(ann, sandbox, "dead-", ms=80)
    ready = {**sandbox.ready, "ledger": team_cluster.address("bob"), "joins": "yes"}
    child = await asyncio.to_thread(Child, tmp_path / "bob", ready, job.number)
    await asyncio.to_thread(child.until, 10)
    os.kill(child.process.pid, signal.SIGKILL)
    await asyncio.to_thread(child.process.join)
    team_cluster.ask("UPDATE reseller.sessions SET until = now() WHERE role = 'bob'")  # as after two minutes
    done = await running
    counts = await ann.agrees(job, all_sent=True)
    assert sum(counts.values()) == 120
    assert done.state is JobState.FINISHED
    assert counts["unknown"] <= 8 + MOST_BESIDE  # in flight, and begun beside them
    assert set(counts) <= {"applied", "unknown"}, counts
    assert (await ann.services.ledger.check()).is_whole
    sandbox.clear()
    await ann.run(await ann.jobs.get(job.number)).run()
    counts = await ann.agrees(job, all_sent=True)
    assert set(counts) <= {"applied", "verified_applied"}
    applied = Counter(row["username"] for row in sandbox.for_clients() if row["changes"])
    assert set(applied.values()) == {1}
    assert len(applied) == 120


async def test_a_job_whose_owner_was_killed_is_for_a_worker(of, sandbox, planted, team_cluster):
    ann, bob = of("ann"), of("bob")
    planted(5, "left-")
    job = await ann.job("username~^left-")
    assert await bob.jobs.for_worker(job.account) is None, "nobody has begun to run it"
    ((session,),) = team_cluster.ask("SELECT reseller.hello('{}')", "ann")
    team_cluster.ask(f"UPDATE reseller.jobs SET state = 'running', owner = '{session}'")
    assert await bob.jobs.for_worker(job.account) is None, "its process lives"
    with pytest.raises(TakenElsewhere, match="is being run by ann"):
        await bob.run(job).run()
    team_cluster.ask("UPDATE reseller.sessions SET until = now()")
    assert await bob.jobs.for_worker(job.account) == job.number
    async with bob.jobs.owning(job.number, bob.session.operator):
        await bob.jobs.set_state(job.number, JobState.RUNNING)
        await ann.jobs.set_state(job.number, JobState.STOPPED, "the one before, who slept")
        assert (await bob.jobs.get(job.number)).state is JobState.RUNNING
    await bob.run(await bob.jobs.get(job.number)).run()
    assert await bob.agrees(job, all_sent=True) == {"applied": 5}


async def test_all_machines_share_one_rate(of, planted, team_cluster):
    ann, bob = of("ann"), of("bob")
    planted(60, "rate-")
    job = await ann.job("username~^rate-")
    await bob.services.ledger.recover()
    team_cluster.ask("UPDATE reseller.accounts SET per_second = 10")
    async with ann.jobs.owning(job.number, ann.session.operator):
        await ann.jobs.set_state(job.number, JobState.RUNNING)
        await ann.jobs.open_to_others(job.number)
        first, second = await ann.jobs.take(job.number, -1), await bob.jobs.take(job.number, -1)
        third = await ann.jobs.take(job.number, first.items[-1].seq)
    assert (first.wait < 0.2, first.gap) == (True, 0.1)
    ends = len(first.items) * first.gap
    assert ends - 1 < second.wait <= ends
    ends += len(second.items) * second.gap
    assert ends - 1 < third.wait <= ends


async def test_a_worker_that_finds_too_much_wrong_halts_the_job_for_all(of, sandbox, planted):
    ann, bob = of("ann"), of("bob")
    planted(90, "wrong-")
    job, running = await open_job(ann, sandbox, "wrong-", ms=400)  # longer than the owner takes to hear of it
    run = joined(bob, await bob.jobs.get(job.number))
    task = asyncio.create_task(run.join())
    await soon("bob sends", lambda: run.progress.sent > 0)
    run._pause_for_all("paused by itself: a test")
    await task
    done = await running
    assert done.state is JobState.PAUSED
    assert done.done < 90
    assert (await bob.jobs.get(job.number)).in_flight == 0
    sandbox.clear()
    await ann.run(await ann.jobs.get(job.number)).run()
    assert await ann.agrees(job, all_sent=True) == {"applied": 90}
    assert Outcome.UNKNOWN not in (await ann.jobs.get(job.number)).counts


@pytest.mark.long
async def test_workers_and_owners_are_killed_at_any_moment(of, sandbox, planted, team_cluster, tmp_path):
    """TUI_RESELLER_FULL=1: a hundred kills, else ten. What was applied is what the sandbox says, and that once."""
    kills, seed = (100 if os.environ.get("TUI_RESELLER_FULL") else 10), random.randrange(1 << 32)
    chance = random.Random(seed)
    print(f"seed {seed}")
    left, number = kills, 0
    while left > 0:
        number += 1
        stem = f"kills{number}-"
        planted(100, stem)
        ann = of("ann", f"ann-{number}")  # whose list has them
        sandbox.fault("latency", ms=30, operation="disable", times=1000)
        job = await ann.job(f"username~^{stem}")
        ready = {**sandbox.ready, "ledger": team_cluster.address("bob")}
        while left > 0 and not (await ann.jobs.get(job.number)).is_finished:
            await ann.services.ledger.recover()
            owner = await asyncio.to_thread(Child, tmp_path / f"o{left}", ready, job.number)
            await asyncio.to_thread(owner.until, 12)
            helpers = [
                await asyncio.to_thread(Child, tmp_path / f"w{left}{name}", {**ready, "joins": "yes"}, job.number)
                for name in "ab"
            ]
            await asyncio.sleep(chance.uniform(0.2, 1.5))
            for child in chance.sample([owner, *helpers], chance.choice((1, 2, 3))):
                await asyncio.to_thread(child.kill)
                left -= 1
            for child in (owner, *helpers):
                await asyncio.to_thread(child.kill)
            team_cluster.ask("UPDATE reseller.sessions SET until = now() WHERE role = 'bob'")
        sandbox.clear()
        for _ in range(5):
            await ann.services.ledger.recover()
            done = await ann.run(await ann.jobs.get(job.number)).run()
            if done.is_finished:
                break
        counts = await ann.agrees(job, all_sent=True)
        assert set(counts) <= {"applied", "verified_applied", "already_so"}, (seed, counts)
        assert sum(counts.values()) == 100
