"""The ledger of a file in that of a team: nothing is lost, nothing is twice, and a kill leaves one of the two."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime

import psycopg
import pytest

from tests.harness.old_ledgers import old_ledger
from tests.storage.operations import done
from tui_reseller.domain.audit import AuditQuery, Operator
from tui_reseller.domain.errors import LedgerUnavailable, RefusedHere
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.plan import Item, Plan
from tui_reseller.domain.team import Team
from tui_reseller.storage.config import ConfigFile
from tui_reseller.storage.ledger.postgresql.jobs import TeamJobs
from tui_reseller.storage.ledger.postgresql.ledger import TeamLedger
from tui_reseller.storage.ledger.sqlite.jobs import Jobs
from tui_reseller.storage.ledger.sqlite.ledger import Ledger
from tui_reseller.storage.ledger.sqlite.vault import Vault
from tui_reseller.wiring.moving import Mover

KIM = Operator("kim", "bastion")
NEW = "reseller-v2|https://api.sendgrid.com:443/apiv2|acme"
WHEN = datetime(2026, 11, 28, 12, tzinfo=UTC)
BY_HAND = "SET session_replication_role = replica; SET search_path = reseller; "


@pytest.fixture
def config(tmp_path):
    return tmp_path / "config"


@pytest.fixture
def mover(folder, config):
    return Mover(folder, ConfigFile(config), lambda _team: None, lambda: [NEW], config)


@pytest.fixture
def filed(folder, config, mover):
    return Ledger(folder, accounts=lambda: [NEW], receipts=config, settle=mover.settle)


@pytest.fixture
async def team(team_cluster):
    opened = TeamLedger(Team(team_cluster.address("ann")))
    yield opened
    await opened.aclose()


@pytest.fixture
def address(team_cluster):
    return team_cluster.address("amy")


def plan_of(*names):
    items = tuple(Item(Operation.DISABLE, name) for name in names)
    return Plan("acme", NEW, "file x.csv", WHEN, WHEN, 10, items)


async def some_work(ledger, folder, intent, a_note):
    """Write what a ledger has after a while; return three ids: of one settled, one unknown, one without an outcome."""
    jobs = Jobs(ledger, folder)
    settled = await done(ledger, intent(username="ünï", account=NEW, reason='tïcket "x"'))
    unknown = await done(ledger, intent(username="open", account=NEW), Outcome.UNKNOWN)
    await done(ledger, intent(Operation.RENAME, "old", NEW, new="new"))
    job = await jobs.add(plan_of("j1", "j2", "j3"), KIM, "ticket 4711")
    wanted = intent(Operation.DISABLE, "j1", NEW, batch=job.batch, item=(job.number, 0))
    await done(ledger, wanted)
    await ledger.write_note("acme", NEW, a_note("ünï", "vip"), await ledger.newest(NEW))
    await ledger.note(NEW, "rules", "acme", {"max": 5})
    begun = await ledger.begin(intent(username="begun", account=NEW))
    return settled, unknown, begun


async def test_all_of_it_is_there_and_what_is_open_locks_and_is_settled(
    filed, folder, mover, team, address, intent, a_note
):
    settled, unknown, begun = await some_work(filed, folder, intent, a_note)
    await filed.recover()
    query = AuditQuery(account=NEW)
    before, notes = await filed.entries(query), await filed.customer_notes(NEW)
    jobs_before = await Jobs(filed, folder).all()
    rows = (await filed.check()).rows
    await filed.aclose()  # so that the last one's process is gone
    live = await done(team, intent(username="live", account=NEW))
    await team.aclose()

    moved = await mover.move(address, KIM)
    assert (moved.head.number, moved.opened, moved.shift) == (rows + 1, 2, 0)
    assert not (folder / "ledger.sqlite3").exists()
    assert (folder / moved.kept).stat().st_mode & 0o777 == 0o600
    checked = await team.check()
    assert (checked.is_whole, checked.rows) == (True, rows + 1 + 3)

    found = {entry.id: entry for entry in await team.entries(query)}
    assert list(found) == [live, *(entry.id for entry in before)]
    assert [found[entry.id] for entry in before if entry.id != begun] == [e for e in before if e.id != begun]
    assert found[begun].outcome is Outcome.UNKNOWN
    assert [entry.id for entry in await team.entries(AuditQuery(username="new"))] == [
        entry.id for entry in before if entry.username == "old"
    ]
    assert [note.label for note in await team.customer_notes(NEW)] == [note.label for note in notes] == ["vip"]
    assert [body for _time, body in await team.notes("rules", "acme")] == [{"max": 5}]
    assert {entry.id for entry in await team.needs_you(NEW)} == {unknown, begun}

    with pytest.raises(RefusedHere, match="must be settled first: unknown"):
        await team.begin(intent(Operation.DISABLE, "open", NEW))
    for entry in (unknown, begun):
        await team.finish(entry, Outcome.RESOLVED, "looked at")
    assert await team.needs_you(NEW) == []
    assert (await team.get(unknown)).outcome is Outcome.RESOLVED
    await done(team, intent(Operation.DISABLE, "open", NEW))

    jobs = TeamJobs(team)
    (job,) = await jobs.all(NEW)
    assert (job.number, job.counts, job.reason) == (1, jobs_before[0].counts, "ticket 4711")
    await jobs.refuse_changed(job.number)
    with pytest.raises(RefusedHere, match="this plan was applied already, as job 1 of"):
        await jobs.add(plan_of("j1", "j2", "j3"), KIM, "")
    async with jobs.owning(job.number, KIM):
        await done(team, intent(Operation.DISABLE, "j2", NEW, batch=job.batch, item=(1, 1)))
    assert [item.item.username for item in await jobs.waiting(1, -1)] == ["j3"]
    assert (await jobs.add(plan_of("k"), KIM, "")).number == 2
    assert (await team.check()).is_whole
    assert settled in found


async def test_old_spellings_of_an_account_lock_it_and_their_rows_keep_their_hashes(
    folder, mover, team, address, intent, account, tmp_path, config
):
    with old_ledger(folder, 2) as old:
        settled = old.done(account, "set", "kim", {"city": ("a", "b")})
        unknown = old.done(account, "set", "ann", {"city": ("a", "b")}, outcome="unknown")
    shutil.copytree(folder, tmp_path / "copy")
    moved = await mover.move(address, KIM)
    assert [entry.id for entry in await team.entries(AuditQuery(account=NEW))] == [unknown, settled]
    with pytest.raises(RefusedHere, match="must be settled first"):
        await team.begin(intent(Operation.DISABLE, "ann", NEW))
    assert (moved.opened, (await team.check()).is_whole) == (1, True)
    two = [NEW, "subusers-v3|https://api.sendgrid.com:443/v3|acme"]
    unclear = Mover(tmp_path / "copy", ConfigFile(config), lambda _team: None, lambda: two, tmp_path / "none")
    with pytest.raises(RefusedHere, match="several profiles claim that spelling"):
        await unclear.move(address, KIM)


async def test_a_second_file_comes_behind_the_first_with_other_numbers_of_jobs(
    filed, folder, mover, team, address, intent, tmp_path
):
    first = await Jobs(filed, folder).add(plan_of("a"), KIM, "one")
    await done(filed, intent(username="a", account=NEW, batch=first.batch))
    await filed.aclose()
    await mover.move(address, KIM)
    other = tmp_path / "other"
    filed_too = Ledger(other)
    jobs = Jobs(filed_too, other)
    second = await jobs.add(plan_of("b"), KIM, "two")
    mine = await done(filed_too, intent(username="b", account=NEW, batch=second.batch))
    await filed_too.aclose()
    config = tmp_path / "of-other"
    moved = await Mover(other, ConfigFile(config), lambda _team: None, list, config).move(address, KIM)
    assert (moved.archive, moved.shift) == (2, 1)
    assert [(job.number, job.reason) for job in await TeamJobs(team).all()] == [(2, "two"), (1, "one")]
    assert [entry.id for entry in await team.entries(AuditQuery(batch="job-2"))] == [mine]
    await TeamJobs(team).refuse_changed(2)
    assert (await team.check()).is_whole


async def test_an_account_that_asks_for_approval_takes_an_archive_in_and_goes_on_with_no_job_of_it(
    filed, folder, mover, team_cluster, team, address, intent
):
    job = await Jobs(filed, folder).add(plan_of("a"), KIM, "one")
    await done(filed, intent(username="a", account=NEW))
    await filed.aclose()
    team_cluster.ask(f"INSERT INTO reseller.accounts (name, approvals) VALUES ('{NEW}', 1)")
    await mover.move(address, KIM)
    assert (await team.check()).is_whole
    async with TeamJobs(team).owning(job.number, KIM):
        with pytest.raises(RefusedHere, match="asks for the approval of others"):
            await team.begin(intent(Operation.DISABLE, "a", NEW, batch=job.batch, item=(job.number, 0)))


async def test_it_is_moved_once(filed, folder, mover, team_cluster, address, intent, tmp_path, config):
    await done(filed, intent(account=NEW))
    await filed.aclose()
    with pytest.raises(LedgerUnavailable, match="may not do that there"):
        await mover.move(team_cluster.address("ann"), KIM)
    shutil.copytree(folder, tmp_path / "copy")
    await mover.move(address, KIM)
    with pytest.raises(LedgerUnavailable, match="it was moved to postgresql://") as told:
        await mover.move(address, KIM)
    assert "[team]" in told.value.hint
    with pytest.raises(LedgerUnavailable, match="it was moved to postgresql://"):
        await filed.begin(intent(account=NEW))
    assert not (folder / "ledger.sqlite3").exists()
    copy = Ledger(tmp_path / "copy")
    await done(copy, intent(username="since", account=NEW))
    await copy.aclose()
    again = Mover(tmp_path / "copy", ConfigFile(config), lambda _team: None, list, tmp_path / "none")
    with pytest.raises(RefusedHere, match=r"is in postgresql://.* already: archive 1, moved by .amy"):
        await again.move(address, KIM)
    assert (await copy.check()).rows == 4
    await copy.aclose()
    nothing = Mover(tmp_path / "new", ConfigFile(config), lambda _team: None, list, tmp_path / "none")
    with pytest.raises(RefusedHere, match="there is no ledger to be moved"):
        await nothing.move(address, KIM)


async def test_no_other_file_takes_the_place_of_one_that_was_moved(filed, folder, mover, address, intent, tmp_path):
    await done(filed, intent(account=NEW))
    backup = tmp_path / "backup"
    await Vault(filed, folder).back_up(backup)
    await filed.aclose()
    moved = await mover.move(address, KIM)
    kept = (folder / moved.kept).read_bytes()
    with pytest.raises(LedgerUnavailable, match="it was moved to postgresql://"):
        async with Vault(filed, folder).candidate(backup):
            pass
    shutil.copyfile(backup, folder / "ledger.sqlite3")
    for _attempt in range(2):
        with pytest.raises(LedgerUnavailable, match="another file stands in its place now"):
            await filed.begin(intent(username="other", account=NEW))
    assert (folder / moved.kept).read_bytes() == kept
    (folder / "ledger-moved.json").unlink()
    assert (await filed.check()).rows == 2
    await filed.aclose()


async def test_who_uses_the_file_keeps_it(filed, folder, mover, address, intent):
    await done(filed, intent(account=NEW))
    script = "import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); d.execute('SELECT 1 FROM rows').fetchone(); "
    await filed.aclose()
    command = [sys.executable, "-c", script + "print(flush=True); input()", str(folder / "ledger.sqlite3")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as reading:  # noqa: ASYNC220
        reading.stdout.readline()
        with pytest.raises(RefusedHere, match="another process uses the ledger"):
            await mover.move(address, KIM)
        reading.stdin.close()
    assert (await mover.move(address, KIM)).head.number == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rows SET body = '{}' WHERE archive = 1 AND number = -1",
        "DELETE FROM rows WHERE archive = 1 AND number = -1",
        "UPDATE rows SET account_was = 'x' WHERE archive = 1 AND number = -2",
        "DELETE FROM rows WHERE archive = 1; DELETE FROM archives",
    ],
)
async def test_what_is_changed_in_the_archive_is_found(filed, mover, team_cluster, team, address, intent, statement):
    await done(filed, intent(account=NEW))
    await filed.aclose()
    await mover.move(address, KIM)
    assert (await team.check()).is_whole
    team_cluster.ask(BY_HAND + statement)
    found = await team.check()
    assert (found.is_whole, found.account) == (False, "archive-1")


@pytest.mark.parametrize("call", ["archive_begin()", "archive_jobs(5)", "archive_take(0)", "archive_is_there('{}', 1)"])
def test_psql_of_who_is_no_administrator_is_refused(team_cluster, call):
    ran = team_cluster.psql(f"SELECT reseller.{call}".replace("{}", "0" * 32), "ann")
    if "is_there" in call:
        assert ran.stdout.split()[2] == "f"
    else:
        assert "permission denied" in ran.stderr, ran.stderr
    assert "permission denied" in team_cluster.psql("COPY reseller.arriving_rows FROM STDIN", "ann").stderr


def killed(folder, config, address, place):
    command = [sys.executable, "-m", "tests.storage.move_child", str(folder), str(config), address, place]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": "."})
    assert ran.returncode == -signal.SIGKILL, ran.stderr


@pytest.mark.parametrize(
    ("place", "is_moved"), [("copy", False), ("note", False), ("decided", False), ("commit", True)]
)
async def test_a_kill_leaves_the_file_or_a_complete_move(
    filed, folder, config, mover, team, address, intent, place, is_moved
):
    entry = await done(filed, intent(account=NEW), Outcome.UNKNOWN)
    await filed.aclose()
    killed(folder, config, address, place)
    if is_moved:
        with pytest.raises(LedgerUnavailable, match="it was moved to postgresql://"):
            await filed.begin(intent(username="other", account=NEW))
        assert [path.name for path in folder.glob("ledger-moved-*.sqlite3")] != []
        assert (await team.get(entry)).outcome is Outcome.UNKNOWN
        with pytest.raises(RefusedHere, match="must be settled first"):
            await team.begin(intent(Operation.DISABLE, account=NEW))
    else:
        assert await team.get(entry) is None
        await filed.finish(entry, Outcome.RESOLVED, "here")
        await filed.aclose()
        assert (await mover.move(address, KIM)).head.number == 3
        assert (await team.get(entry)).outcome is Outcome.RESOLVED
    assert (await team.check()).is_whole


async def test_whether_it_was_moved_is_asked_where_it_went_and_until_then_nothing_is_written(
    filed, folder, config, team_cluster, address, intent
):
    await done(filed, intent(account=NEW))
    await filed.aclose()
    killed(folder, config, address, "commit")
    team_cluster.stop()
    try:
        with pytest.raises(LedgerUnavailable, match="PostgreSQL is away"):
            await filed.begin(intent(username="other", account=NEW))
        assert (folder / "ledger.sqlite3").exists()
    finally:
        team_cluster.start()
    with pytest.raises(LedgerUnavailable, match="it was moved to postgresql://"):
        await filed.begin(intent(username="other", account=NEW))


async def test_what_is_about_to_be_committed_is_waited_for(filed, folder, config, team_cluster, address, intent):
    await done(filed, intent(account=NEW))
    await filed.aclose()
    killed(folder, config, address, "decided")
    with closing(psycopg.connect(team_cluster.address("postgres"))) as other:
        other.execute("SELECT reseller.archive_begin()")
        with pytest.raises(LedgerUnavailable, match="held the lock"):
            await filed.begin(intent(username="other", account=NEW))
        other.rollback()
    await done(filed, intent(username="other", account=NEW))
    await filed.aclose()
