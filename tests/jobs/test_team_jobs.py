"""Jobs in the ledger of a team: several offices, each on folders of its own as on a machine of its own."""

import asyncio
import os
import signal
from dataclasses import replace

import pytest

from tests.harness.waiting import soon
from tests.jobs.children import Child
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.changes import Collision
from tui_reseller.domain.errors import LedgerUnavailable, RefusedHere
from tui_reseller.domain.job import JobState
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.services.attribution import conflict_of
from tui_reseller.services.job_items import retry_rejected
from tui_reseller.services.throttle import MOST_BESIDE
from tui_reseller.services.undo import draft_undo, last_undoable
from tui_reseller.storage.ledger.postgresql import jobs


async def test_a_job_of_one_is_seen_and_undone_by_another(of, sandbox, planted):
    ann, bob = of("ann"), of("bob")
    planted(30, "seen-")
    job = await ann.job("username~^seen-")
    assert (await bob.jobs.get(job.number)).total == 30
    done = await ann.run(job).run()
    assert (done.state, done.is_finished, done.done) == (JobState.FINISHED, True, 30)
    assert await ann.agrees(job, all_sent=True) == await bob.agrees(job) == {"applied": 30}
    (seen,) = await bob.jobs.all(bob.session.account)
    assert (seen.counts, seen.is_undoable, seen.reason) == ({Outcome.APPLIED: 30}, True, "ticket 4711")
    entries = await bob.services.ledger.entries(AuditQuery(batch=job.batch))
    drafted = await draft_undo(bob.session, entries, "undo")
    undo = await bob.jobs.add(drafted.plan, bob.session.operator, "not so")
    await bob.run(undo).run()
    assert await bob.agrees(undo, all_sent=True) == {"applied": 30}
    assert not (await ann.jobs.get(job.number)).is_undoable
    assert len(sandbox.log()) == 60


async def test_who_it_was_says_the_database_not_the_number_of_an_account_on_some_machine(of, planted):
    ann, bob = of("ann"), of("bob")
    assert ann.session.operator.uid == bob.session.operator.uid
    planted(2, "whose-")
    job = await ann.job("username~^whose-")
    await ann.run(job).run()
    assert await last_undoable(bob.session) == [], "what another one did is not taken back as one's own"
    found = await last_undoable(ann.session)
    assert [(entry.operator.role, entry.operator.name) for entry in found] == [("ann", "ann")] * 2
    assert (await bob.jobs.get(job.number)).operator.name == "ann"
    mine = AuditQuery(operator=bob.session.operator)
    assert await bob.services.ledger.entries(mine) == []
    assert len(await bob.services.ledger.entries(replace(mine, operator=None, user="ann"))) == 2
    conflict = await conflict_of(bob.session, "whose-000", [Collision("sending", True, False, True)])
    assert conflict.message.startswith('"whose-000" was changed by ann on ')


async def test_a_plan_is_applied_once_by_whomever(of, planted):
    ann, bob = of("ann"), of("bob")
    planted(3, "once-")
    plan = await ann.plan("username~^once-")
    job = await ann.jobs.add(plan, ann.session.operator, "")
    for asked in (bob.jobs.refuse_applied(plan), bob.jobs.add(plan, bob.session.operator, "")):
        with pytest.raises(RefusedHere, match=f"as job {job.number} of"):
            await asked


async def test_a_plan_that_is_too_large_for_one_statement_is_refused(of, sandbox, planted, monkeypatch):
    monkeypatch.setattr(jobs, "MOST_ITEMS", 2)
    ann = of("ann")
    planted(3, "large-")
    with pytest.raises(RefusedHere, match="has at most 2 customers, this plan has 3; nothing was sent"):
        await ann.job("username~^large-")
    assert sandbox.log() == []
    assert await ann.jobs.all() == []


async def test_one_runs_a_job_and_another_may_stop_it_and_go_on(of, sandbox, planted):
    ann, bob = of("ann"), of("bob")
    planted(30, "pass-")
    job = await ann.job("username~^pass-")
    sandbox.fault("latency", ms=300, operation="disable", times=100)
    running = asyncio.create_task(ann.run(job).run())
    await soon("some are sent", lambda: len(sandbox.log()) > 0)
    seen = await bob.jobs.get(job.number)
    assert (seen.state, seen.owner.startswith("ann on ")) == (JobState.RUNNING, True)
    with pytest.raises(RefusedHere, match="is being run by ann on"):
        await bob.run(job).run()
    await bob.jobs.want(job.number, "pause")
    paused = await running
    assert paused.state is JobState.PAUSED
    assert 0 < paused.done < 30
    sandbox.clear()
    assert (await bob.jobs.get(job.number)).owner == ""
    await bob.run(await bob.jobs.get(job.number)).run()
    assert await bob.agrees(job, all_sent=True) == {"applied": 30}
    entries = await bob.services.ledger.entries(AuditQuery(batch=job.batch))
    assert len([entry for entry in entries if entry.outcome is Outcome.APPLIED]) == 30
    begun_in_vain = [entry for entry in entries if entry.outcome is Outcome.NOT_SENT]
    assert len(begun_in_vain) == len(entries) - 30 <= MOST_BESIDE


async def test_a_ledger_that_goes_away_between_items_waits_for_the_calls_on_their_way(
    of, sandbox, planted, monkeypatch
):
    ann = of("ann")
    planted(30, "away-")
    job = await ann.job("username~^away-")
    sandbox.fault("latency", ms=200, operation="disable", times=100)
    take, taken = ann.jobs.take, []

    async def fails_in_the_middle(number, after, *before):
        taken.append(after)
        if len(taken) == 2:
            raise LedgerUnavailable("the connection was lost")
        return await take(number, after, *before)

    monkeypatch.setattr(ann.jobs, "take", fails_in_the_middle)
    with pytest.raises(LedgerUnavailable, match="the connection was lost"):
        await ann.run(job).run()
    sandbox.clear()
    found = await ann.jobs.get(job.number)
    assert (found.state, found.why, found.in_flight) == (JobState.PAUSED, "the connection was lost", 0)
    assert found.counts[Outcome.APPLIED] == len(sandbox.log()) == 16
    await ann.run(found).run()
    assert await ann.agrees(job, all_sent=True) == {"applied": 30}


async def test_a_killed_process_leaves_a_job_that_another_machine_goes_on_with(
    of, sandbox, planted, team_cluster, tmp_path
):
    bob = of("bob")
    planted(40, "kill-")
    job = await bob.job("username~^kill-")
    sandbox.fault("latency", ms=40, operation="disable", times=200)
    ready = {**sandbox.ready, "ledger": team_cluster.address("ann")}
    child = await asyncio.to_thread(Child, tmp_path / "ann", ready, job.number)
    await asyncio.to_thread(child.until, 14)
    os.kill(child.process.pid, signal.SIGKILL)
    await asyncio.to_thread(child.process.join)
    with pytest.raises(RefusedHere, match="is being run by ann on"):
        await bob.run(job).run()
    team_cluster.ask("UPDATE reseller.sessions SET until = now() WHERE role = 'ann'")  # as after two minutes
    assert (await bob.jobs.get(job.number)).state is JobState.INTERRUPTED
    await bob.services.ledger.recover()
    await bob.run(await bob.jobs.get(job.number)).run()
    counts = await bob.agrees(job, all_sent=True)
    assert sum(counts.values()) == 40
    assert counts["applied"] >= 30


async def test_only_what_certainly_was_not_done_is_begun_again(of, sandbox, planted):
    ann = of("ann")
    planted(6, "back-")
    sandbox.fault("drop-after", operation="disable", times=1)
    sandbox.fault("status", operation="disable", times=1, code=400, shape="E1")
    job = await ann.job("username~^back-")
    await ann.run(job).run()
    before = {item.seq: (item.outcome, item.entry) for item in await ann.items(job)}
    await ann.jobs.put_back(
        job.number, [seq for seq, (outcome, _) in before.items() if outcome is not Outcome.REJECTED]
    )
    assert {item.seq: (item.outcome, item.entry) for item in await ann.items(job)} == before
    sent = len(sandbox.log())
    rejected = [seq for seq, (outcome, _) in before.items() if outcome is Outcome.REJECTED]
    assert await retry_rejected(ann.jobs, job) == len(rejected)
    assert [item.seq for item in await ann.jobs.waiting(job.number, -1)] == rejected
    await ann.run(await ann.jobs.get(job.number)).run()
    await ann.agrees(job)
    assert len(sandbox.log()) == sent + len(rejected)


async def test_items_that_were_changed_in_the_database_are_not_sent(of, sandbox, planted, team_cluster):
    ann = of("ann")
    planted(3, "changed-")
    job = await ann.job("username~^changed-", Operation.DISABLE)
    team_cluster.ask("UPDATE reseller.job_items SET username = 'user1' WHERE seq = 1")
    with pytest.raises(RefusedHere, match="are not those that were reviewed"):
        await ann.run(job).run()
    assert sandbox.log() == []
    for statement in ("UPDATE reseller.job_items SET outcome = NULL", "DELETE FROM reseller.jobs"):
        assert "permission denied" in team_cluster.psql(statement, "ann").stderr


async def test_an_auditor_sees_jobs_and_changes_none(of, planted, team_cluster):
    ann = of("ann")
    planted(2, "read-")
    job = await ann.job("username~^read-")
    assert team_cluster.ask("SELECT count(*) FROM reseller.job_items", "eve") == [(2,)]
    assert team_cluster.ask("SELECT count(*) FROM reseller.job_items", "ann") == [(2,)]
    op = f'[{{"do": "job", "job": {job.number}, "change": "want", "wanted": "stop"}}]'
    asked = f"SELECT reseller.write('{job.account}', gen_random_uuid(), '{op}')"
    assert "permission denied" in team_cluster.psql(asked, "eve").stderr
    assert (await ann.jobs.wanted(job.number)) == ""


async def test_what_a_customer_waits_for_is_told_to_all(of, planted):
    ann, bob = of("ann"), of("bob")
    planted(3, "waits-")
    job = await ann.job("username~^waits-")
    ((found, item),) = await bob.jobs.waiting_of(bob.session.account, "waits-001")
    assert (found.number, item.word) == (job.number, "not begun")
    await ann.run(job).run()
    assert await bob.jobs.waiting_of(bob.session.account, "waits-001") == []
