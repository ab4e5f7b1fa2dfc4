"""Ledgers of the versions 1 and 2 in the hands of this one: nothing is lost, changed or guessed.

kill -9 at random moments of it: 200 times with `TUI_RESELLER_KILLS=200 python -m pytest
tests/storage/test_ledger_migration.py -n0 -k kill`.
"""

import asyncio
import json
import os
import random
import shutil
import sqlite3
import subprocess
from contextlib import closing

import pytest

from tests.harness.old_ledgers import old_ledger
from tui_reseller.domain.account import account_key
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import LedgerUnavailable, RefusedHere
from tui_reseller.domain.job import JobState
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.storage.ledger.sqlite.jobs import Jobs
from tui_reseller.storage.ledger.sqlite.ledger import Ledger

KILLS = int(os.environ.get("TUI_RESELLER_KILLS", "12"))
OLD = "https://api.sendgrid.com|acme"
NEW = account_key("reseller-v2", "https://api.sendgrid.com/apiv2", "acme")
GATEWAY = "http://gw.example|tenant"
TENANTS = [account_key("reseller-v2", f"http://gw.example/{name}/apiv2", "tenant") for name in "ab"]
SAME = {
    OLD: ("https://api.sendgrid.com/apiv2", "acme"),
    "https://API.sendgrid.com|Acme": ("https://api.sendgrid.com/apiv2", "acme"),
    "https://sendgrid.com|acme": ("https://api.sendgrid.com:443/apiv2", "ACME"),
    "https://api.sendgrid.com:443|acme": ("https://sendgrid.com/apiv2", "acme"),
    "https://127.0.0.1:443|a": ("https://localhost/apiv2", "a"),
    "http://localhost:8025|a": ("http://127.0.0.1:8025/apiv2", "a"),
    "http://[::1]:80|a": ("http://127.0.0.1/apiv2", "a"),
    GATEWAY: ("http://gw.example:80/apiv2", "tenant"),
}
"""Old spellings, and a profile that each stands for."""
DISABLE = {"sending": (True, False)}
ENABLE = {"sending": (False, True)}


def item(operation, username):
    return {"operation": operation, "username": username, "before": {"sending": True}}


def fill(old, version, many=0):
    """Write what operators do; return the ids by what they are."""
    ids = {
        "stop": old.done(OLD, "disable", "ann", DISABLE, before={"username": "ann", "email": "a@x.example"}),
        "prose": old.done(OLD, "disable", "bob", DISABLE, reason="undo of the marketing stop"),
    }
    ids["undo"] = old.done(OLD, "enable", "ann", ENABLE, reason=f"undo of {ids['stop']} by mistake")
    # Says that it takes something back, and does not: another customer, the same verb, no such operation.
    ids["lie"] = old.done(OLD, "enable", "cid", ENABLE, reason=f"undo of {ids['prose']}")
    ids["same"] = old.done(OLD, "disable", "bob", DISABLE, reason=f"undo of {ids['prose']}")
    ids["none"] = old.done(OLD, "enable", "bob", ENABLE, reason="undo of zzzzzzzzzz")
    ids["failed undo"] = old.done(
        OLD, "disable", "ann", DISABLE, reason=f"undo of {ids['undo']}", outcome="rejected", message="no"
    )
    ids["set"] = old.done(OLD, "set", "ann", {"city": ("Oslo", "Łódź\ud800")})
    ids["unset"] = old.done(OLD, "set", "ann", {"city": ("Łódź\ud800", "Oslo")}, reason=f"undo of {ids['set']}")
    ids["rename"] = old.done(OLD, "rename", "dan", {"username": ("dan", "dana")})
    ids["unrename"] = old.done(OLD, "rename", "dana", {"username": ("dana", "dan")}, reason=f"undo of {ids['rename']}")
    ids["read back"] = old.done(OLD, "set", "eve", {"city": ("", "Rome")}, outcome="verified_applied",
                                message="read back: city is Rome")  # fmt: skip
    ids["unanswered"] = old.begin(OLD, "set", "lost", {"city": ("", "Rome")})
    for spelling in SAME:
        ids[spelling] = old.done(spelling, "set", "open", {"city": ("", "Rome")}, outcome="unknown", message="lost")
    for number in range(many):
        old.done(OLD, "set", f"many{number}", {"city": ("a" * 300, "b" * 300)})
    if version > 1:
        ids["batch"] = old.done(OLD, "disable", "j0", DISABLE, batch="job-1")
        old.job(
            OLD, "paused", [(f"j{n}", item("disable", f"j{n}"), ids["batch"] if n == 0 else None) for n in range(4)]
        )
        old.job(OLD, "finished", [("k", item("disable", "k"), ids["batch"])])
    return ids


@pytest.fixture(params=[1, 2])
def version(request):
    return request.param


@pytest.fixture
def ids(folder, version):
    with old_ledger(folder, version) as old:
        return fill(old, version)


def rows(path):
    columns = (
        "number, kind, entry, time, profile, account, operation, username, target, batch, outcome, body, previous, hash"
    )
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT {columns}, previous, hash FROM rows ORDER BY number").fetchall()


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


LINKS = {"undo": "stop", "failed undo": "undo", "unset": "set", "unrename": "rename"}


async def test_rows_and_hashes_stay_and_only_true_undos_are_links(folder, version, ids, ledger):
    path = folder / "ledger.sqlite3"
    before, whole = rows(path), path.read_bytes()
    report = await ledger.check()
    assert report.is_whole
    entries = {entry.id: entry for entry in await ledger.entries(AuditQuery())}
    await ledger.aclose()
    after = rows(path)
    assert after[: len(before)] == before
    assert {row[1] for row in after[len(before) :]} == ({"link", "job"} if version > 1 else {"link"})
    assert {entry.id: entry.undoes for entry in entries.values() if entry.undoes} == {
        ids[undo]: ids[undone] for undo, undone in LINKS.items()
    }
    assert {entry.id: entry.undone_by for entry in entries.values() if entry.undone_by} == {
        ids[undone]: ids[undo] for undo, undone in LINKS.items() if undo != "failed undo"
    }
    assert entries[ids["set"]].changes[0].after == "Łódź\ud800"
    assert entries[ids["read back"]].is_observed
    assert not entries[ids["stop"]].is_observed
    assert entries[ids["unanswered"]].outcome is Outcome.UNKNOWN
    assert entries[ids["stop"]].fingerprint
    kept = folder / f"ledger-version-{version}.sqlite3"
    assert rows(kept) == before
    assert kept.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(kept)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (version,)
    assert whole[:16] == path.read_bytes()[:16]


async def test_a_customer_is_found_through_renames(folder, ids, ledger):
    found = await ledger.entries(AuditQuery(account=NEW, username="dana"))
    assert {entry.id for entry in found} == {ids["rename"], ids["unrename"]}


@pytest.mark.parametrize("spelling", SAME)
async def test_an_open_outcome_locks_the_customer_under_the_key_of_its_account(folder, ids, intent, spelling):
    key = account_key("reseller-v2", *SAME[spelling])
    ledger = Ledger(folder, accounts=lambda: [key])
    with pytest.raises(RefusedHere, match=r"set of .open. by kim .* must be settled first"):
        await ledger.begin(intent(username="open", account=key))
    open_ = {entry.id: entry for entry in await ledger.needs_you(key) if entry.username == "open"}
    assert ids[spelling] in open_
    assert {entry.account for entry in open_.values()} == {key}
    assert await ledger.begin(intent(username="open", account=account_key("reseller-v2", "https://else.example", "a")))
    await ledger.aclose()


async def test_equivalent_spellings_share_the_lock_and_one_answer_is_not_enough(folder, ids, intent):
    ledger = Ledger(folder, accounts=lambda: [NEW])
    mine = [spelling for spelling, given in SAME.items() if account_key("reseller-v2", *given) == NEW]
    assert len(mine) == 4
    for spelling in mine:
        with pytest.raises(RefusedHere):
            await ledger.begin(intent(username="open", account=NEW))
        await ledger.finish(ids[spelling], Outcome.RESOLVED, "looked")
    assert await ledger.begin(intent(username="open", account=NEW))
    await ledger.aclose()


async def test_what_two_profiles_may_have_done_locks_under_both_and_is_nobodys(folder, ids, intent):
    """They differ in their path only, of which the old spelling knows nothing."""
    ledger = Ledger(folder, accounts=lambda: TENANTS)
    for key in TENANTS:
        with pytest.raises(RefusedHere, match="must be settled first"):
            await ledger.begin(intent(username="open", account=key))
        (found,) = [entry for entry in await ledger.needs_you(key) if entry.username == "open"]
        assert (found.id, found.account) == (ids[GATEWAY], GATEWAY), "nobody can say whose it is"
    await ledger.aclose()
    again = Ledger(folder)
    with pytest.raises(RefusedHere):
        await again.begin(intent(username="open", account=TENANTS[1]))
    await again.aclose()


async def test_jobs_go_on_and_altered_items_do_not(folder, ledger):
    with old_ledger(folder, 2) as old:
        fill(old, 2)
    jobs = Jobs(ledger, folder)
    found = await jobs.get(1)
    assert (found.state, found.counts) == (JobState.PAUSED, {Outcome.APPLIED: 1, None: 3})
    for number in (1, 2):
        await jobs.refuse_changed(number)
    assert [waiting.item.username for waiting in await jobs.waiting(1, -1)] == ["j1", "j2", "j3"]
    await ledger.aclose()
    changes = (
        "UPDATE job_items SET body = replace(body, 'disable', 'delete') WHERE job = 1 AND seq = 2",
        "DELETE FROM job_items WHERE job = 1 AND seq = 3",
        "INSERT INTO job_items (job, seq, username, body) VALUES (1, 9, 'x', '{}')",
        "INSERT INTO job_items (job, seq, step, username, body) VALUES (1, 1, 1, 'j1', '{}')",
        "UPDATE jobs SET account = 'other' WHERE number = 1",
        "UPDATE rows SET body = '{}' WHERE kind = 'job' AND entry = 'job-1'",
        "DELETE FROM rows WHERE kind = 'job'",
    )
    pristine = (folder / "ledger.sqlite3").read_bytes()
    for statement in changes:
        (folder / "ledger.sqlite3").write_bytes(pristine)
        with closing(sqlite3.connect(folder / "ledger.sqlite3", isolation_level=None)) as connection:
            connection.executescript(f"DROP TRIGGER no_update; DROP TRIGGER no_delete; {statement}")
        with pytest.raises(RefusedHere, match="items of job 1 are not those that were reviewed"):
            await jobs.refuse_changed(1)
        await ledger.aclose()


async def test_one_that_was_tampered_with_is_taken_over_and_the_same_row_is_named(folder, version, ids, ledger):
    with closing(sqlite3.connect(folder / "ledger.sqlite3", isolation_level=None)) as connection:
        connection.executescript("DROP TRIGGER no_update; UPDATE rows SET username = 'somebody' WHERE number = 5")
    before = rows(folder / "ledger.sqlite3")
    assert (await ledger.check()).broken_at == 5
    assert rows(folder / "ledger.sqlite3")[: len(before)] == before
    assert rows(folder / f"ledger-version-{version}.sqlite3") == before


async def test_without_permission_to_write_it_is_read_and_stays_as_it_is(folder, version, ids, monkeypatch, intent):
    kept = content(folder)
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: not mode & os.W_OK and allowed(path, mode))
    ledger = Ledger(folder, accounts=lambda: [NEW])
    entries = {entry.id: entry for entry in await ledger.entries(AuditQuery(account=NEW))}
    assert entries[ids["undo"]].undoes == ids["stop"]
    assert (await ledger.check()).is_whole
    assert await ledger.needs_you(NEW)
    assert len(await Jobs(ledger, folder).all()) == (2 if version > 1 else 0)
    with pytest.raises(LedgerUnavailable):
        await ledger.begin(intent(account=NEW))
    await ledger.aclose()
    assert {name: found for name, found in content(folder).items() if not name.endswith(("-shm", "-wal"))} == kept


@pytest.mark.parametrize(
    ("column", "word"), [("operation", "teleport"), ("outcome", "half_done"), ("kind", "prophecy")]
)
async def test_words_of_a_newer_version_are_shown_and_are_no_damage(folder, ledger, intent, column, word):
    """Their rows are of our format: chained by whoever wrote them."""
    entry = await ledger.begin(intent(username="new"))
    await ledger.finish(entry, Outcome.APPLIED, "ok")
    last = await ledger.begin(intent(username="other"))

    def foreign(connection):
        if column == "kind":
            connection.append_note(word, "x", {"any": ["thing"]})
            return
        wanted = "kind = 'outcome'" if column == "outcome" else "kind = 'intent'"
        connection.database.execute("DROP TRIGGER no_update")
        connection.database.execute(f"UPDATE rows SET {column} = ? WHERE entry = ? AND {wanted}", (word, entry))

    await ledger.run(foreign)
    entries = {found.id: found for found in await ledger.entries(AuditQuery())}
    assert set(entries) == {entry, last}
    if column == "operation":
        assert (entries[entry].operation, entries[entry].word) == (Operation.FOREIGN, word)
        assert entries[entry].as_dict()["operation"] == word
    if column == "outcome":
        assert entries[entry].outcome is Outcome.UNKNOWN
        with pytest.raises(RefusedHere, match="must be settled first"):
            await ledger.begin(intent(username="new", operation=Operation.SET))
    if column == "kind":
        assert (await ledger.check()).is_whole
    assert await ledger.begin(intent(username="third"))


def is_whole(folder, version, before):
    """Whether a ledger is as it was or complete in our version; nothing else may be there."""
    with closing(sqlite3.connect(folder / "ledger.sqlite3")) as connection:
        (found,) = connection.execute("PRAGMA user_version").fetchone()
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    after = rows(folder / "ledger.sqlite3")
    assert after[: len(before)] == before
    assert found in {version, 3}
    assert not {name for name in tables if name.startswith("old_")}
    if found == 3:
        assert len(after) > len(before)
        assert "aliases" in tables
        kept = folder / f"ledger-version-{version}.sqlite3"
        assert rows(kept) == before, "the copy is there before the first change"
    else:
        assert after == before
    return found == 3


@pytest.mark.slow
@pytest.mark.in_turn(2)
async def test_a_kill_at_any_moment_leaves_the_old_one_or_the_new_one(tmp_path, folder, version, child):
    with old_ledger(folder, version) as old:
        fill(old, version, many=400)
    before = rows(folder / "ledger.sqlite3")
    shutil.copytree(folder, tmp_path / "pristine")
    chance = random.Random(version)
    longest, outcomes = 0.5, {True: 0, False: 0}
    for number in range(KILLS + 1):
        shutil.rmtree(folder)
        shutil.copytree(tmp_path / "pristine", folder)
        folder.chmod(0o700)
        process = child("migration_child.py", folder, 0, stdin=subprocess.PIPE)
        assert process.stdout.readline() == "ready\n"
        process.stdin.write("\n")
        process.stdin.flush()
        began = asyncio.get_running_loop().time()
        if number == 0:  # how long it takes here
            assert process.stdout.readline()
            longest = asyncio.get_running_loop().time() - began
        else:
            await asyncio.sleep(chance.uniform(0, longest))
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdin = None
        outcomes[is_whole(folder, version, before)] += number > 0
        ledger = Ledger(folder)
        assert (await ledger.check()).is_whole
        await ledger.aclose()
        assert is_whole(folder, version, before)
    assert outcomes[False] > 0, outcomes


@pytest.mark.slow
@pytest.mark.in_turn(2)
async def test_a_full_disk_at_any_moment_leaves_the_old_one(tmp_path, folder, version, child):
    with old_ledger(folder, version) as old:
        fill(old, version, many=60)
    before = rows(folder / "ledger.sqlite3")
    size = (folder / "ledger.sqlite3").stat().st_size
    shutil.copytree(folder, tmp_path / "pristine")
    refused = 0
    for limit in range(4096, 6 * size, max(4096, size // 3)):
        shutil.rmtree(folder)
        shutil.copytree(tmp_path / "pristine", folder)
        folder.chmod(0o700)
        process = child("migration_child.py", folder, limit, stdin=subprocess.PIPE)
        said, errors = await asyncio.to_thread(process.communicate, "\n")
        assert errors == ""
        if not is_whole(folder, version, before):
            refused += 1
            assert "the disk" in said.splitlines()[1], said
        ledger = Ledger(folder)
        assert (await ledger.check()).is_whole
        await ledger.aclose()
        assert is_whole(folder, version, before)
    assert refused > 2


async def test_two_that_migrate_at_once_do_it_once(folder, version, ids, child):
    before = rows(folder / "ledger.sqlite3")
    processes = [child("migration_child.py", folder, 0, stdin=subprocess.PIPE) for _ in range(3)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    said = {process.communicate()[0].strip() for process in processes}
    assert is_whole(folder, version, before)
    assert said == {f"{len(rows(folder / 'ledger.sqlite3'))} None"}


async def test_kinds_steps_and_already(folder, ledger, intent):
    """What the tables of version 3 hold beside intents and outcomes."""
    entry = await ledger.already(intent(Operation.ENABLE, username="u"), "it is on")
    found = await ledger.get(entry)
    assert (found.outcome, found.message) == (Outcome.ALREADY_SO, "it is on")
    await ledger.run(lambda connection: connection.append_note("note", "u", {"text": "asked by phone"}))
    assert (await ledger.check()).is_whole
    assert len(await ledger.entries(AuditQuery())) == 1
    open_ = await ledger.begin(intent(username="open"))
    await ledger.finish(open_, Outcome.UNKNOWN, "lost")
    assert await ledger.already(intent(Operation.ENABLE, username="open"), "it is on") is None

    def steps(connection):
        with connection.transaction():
            insert = (
                "INSERT INTO jobs (digest, account, time, total, body, state) VALUES ('d', 'a', '', 1, '{}', 'stopped')"
            )
            connection.database.execute(insert)
            for step in (0, 1):
                values = (1, 0, step, "u", json.dumps({"step": step}))
                connection.database.execute(
                    "INSERT INTO job_items (job, seq, step, username, body) VALUES (?, ?, ?, ?, ?)", values
                )
        again = "INSERT INTO job_items (job, seq, step, username, body) VALUES (1, 5, 1, 'u', '')"
        with pytest.raises(LedgerUnavailable), connection.transaction():
            connection.database.execute(again)
        return list(connection.select("SELECT seq, step, body FROM job_items ORDER BY step"))

    assert await ledger.run(steps) == [(0, 0, '{"step": 0}'), (0, 1, '{"step": 1}')]
