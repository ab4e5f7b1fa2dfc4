"""Several processes on one ledger, and processes that end in the middle."""

import os
import signal
from dataclasses import replace

import pytest

from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.storage.ledger_rows import LOST
from tui_reseller.storage.process import DOUBT_SECONDS, Process, ProcessLock


@pytest.mark.slow
async def test_eight_processes_lose_nothing_and_keep_one_chain(folder, child, ledger):
    processes = [child("ledger_child.py", "many", folder, f"p{name}", 40) for name in range(8)]
    for process in processes:
        _output, errors = process.communicate(timeout=60)
        assert (process.returncode, errors) == (0, "")
    assert (await ledger.check()).rows == 8 * 40 * 2
    assert (await ledger.check()).is_whole
    found = await ledger.entries(AuditQuery())
    assert len({entry.id for entry in found}) == len({entry.username for entry in found}) == 320
    assert {entry.outcome for entry in found} == {Outcome.APPLIED}


async def test_a_living_process_keeps_its_intent_and_a_killed_one_leaves_it_unknown(folder, child, ledger, intent):
    process = child("ledger_child.py", "hang", folder, "set")
    entry = process.stdout.readline().strip()
    assert (await ledger.get(entry)).outcome is None
    assert await ledger.recover() == 0
    with pytest.raises(RefusedHere, match="being sent just now"):
        await ledger.begin(intent())
    process.send_signal(signal.SIGKILL)
    process.wait()
    found = await ledger.get(entry)
    assert (found.outcome, found.settled_at) == (Outcome.UNKNOWN, None)
    assert [e.id for e in await ledger.needs_you()] == [entry]
    assert await ledger.recover() == 1
    assert await ledger.recover() == 0
    found = await ledger.get(entry)
    assert (found.outcome, found.message) == (Outcome.UNKNOWN, LOST)
    with pytest.raises(RefusedHere, match="must be settled first"):
        await ledger.begin(intent())


async def test_a_killed_switch_may_be_repeated_before_it_is_recovered(folder, child, ledger, intent):
    process = child("ledger_child.py", "hang", folder, "enable")
    lost = process.stdout.readline().strip()
    process.kill()
    process.wait()
    repeat = await ledger.begin(intent(Operation.ENABLE))
    await ledger.finish(repeat, Outcome.APPLIED, "ok")
    assert (await ledger.get(lost)).outcome is Outcome.RESOLVED


async def test_recovery_looks_at_every_intent_also_after_a_finished_one(folder, child, ledger, intent):
    first = await ledger.begin(intent(username="a"))
    process = child("ledger_child.py", "hang", folder, "set")
    lost = process.stdout.readline().strip()
    process.kill()
    process.wait()
    await ledger.finish(first, Outcome.APPLIED, "ok")
    second = await ledger.begin(intent(username="b"))
    assert await ledger.recover() == 1
    assert (await ledger.get(lost)).outcome is Outcome.UNKNOWN
    assert (await ledger.get(second)).outcome is None


def test_a_process_of_an_older_version_is_told_apart_from_a_later_one_with_its_number(tmp_path):
    me = replace(ProcessLock(tmp_path).process(), lock="")
    assert me.is_alive(tmp_path, 10**9)
    assert me.pid == os.getpid()
    if me.start:
        assert not replace(me, start="1").is_alive(tmp_path, 0)
    assert not replace(me, boot="another boot").is_alive(tmp_path, 0)


def test_a_process_of_an_older_version_elsewhere_gets_the_benefit_of_the_doubt_for_a_while(tmp_path):
    elsewhere = Process(1, "1", "another-host", "x")
    assert elsewhere.is_alive(tmp_path, DOUBT_SECONDS - 1)
    assert not elsewhere.is_alive(tmp_path, DOUBT_SECONDS + 1)
    without_start = replace(ProcessLock(tmp_path).process(), lock="", start="")
    assert without_start.is_alive(tmp_path, 0)
    assert not without_start.is_alive(tmp_path, DOUBT_SECONDS + 1)


def test_a_process_lives_as_long_as_it_holds_its_lock_whatever_else_is_said_of_it(tmp_path):
    lock = ProcessLock(tmp_path)
    said = replace(lock.process(), pid=1, start="1", host="another-host", boot="another boot")
    assert said.is_alive(tmp_path, 10**9)
    assert said.is_alive(tmp_path, 10**9), "looking does not end it"
    lock.release()
    assert not said.is_alive(tmp_path, 0)
    assert not (tmp_path / "processes" / said.lock).exists()
