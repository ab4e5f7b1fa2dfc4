"""Several processes on one ledger, and processes that end in the middle."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.storage.ledger.rows import LOST
from tui_reseller.system.process import DOUBT_SECONDS, Process, ProcessLock


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


HERE = Path(__file__).parent
ELSEWHERE = ("unshare", "-rpfu", "--kill-child", "--mount-proc", "sh", "-c", 'hostname elsewhere; exec "$@"', "sh")
"""Another host name, and numbers of processes of its own, as in a container that shares the state folder."""
HAS_NAMESPACES = subprocess.run([*ELSEWHERE, "true"], capture_output=True, check=False).returncode == 0


def inner(process):
    """Return the number by which we know the process that holds the lock."""
    number, found = process.pid, process.pid
    while number:
        found = number
        children = Path(f"/proc/{number}/task/{number}/children").read_text(encoding="ascii").split()
        number = int(children[0]) if children else 0
    return found


class TestElsewhere:
    """A process in another namespace or on another host name is alive as long as it holds its lock, and no longer."""

    @pytest.fixture
    def places(self):
        if not HAS_NAMESPACES:  # what a host name alone does to it is tested above
            return {"here": ()}
        return {"here": (), "elsewhere": ELSEWHERE}

    def looked(self, folder, before, entry):
        environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1])}
        command = [*before, sys.executable, str(HERE / "ledger_child.py"), "look", str(folder), entry]
        ran = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, timeout=30)
        return ran.stdout.split("\n")[:2]

    @pytest.mark.in_turn(2)
    @pytest.mark.parametrize("operation", ["delete", "enable"])
    @pytest.mark.parametrize("holder", ["here", "elsewhere"])
    async def test_a_living_one_is_never_called_dead_and_a_killed_one_is(
        self, folder, child, ledger, intent, places, holder, operation
    ):
        before = places.get(holder, ())
        process = child("ledger_child.py", "hang", folder, operation, before=before)
        entry = process.stdout.readline().strip()
        number = inner(process)
        for state in ("running", "stopped"):
            if state == "stopped":
                os.kill(number, signal.SIGSTOP)
            for place in places.values():
                assert self.looked(folder, place, entry) == ["in flight", "0"], (state, place)
            with pytest.raises(RefusedHere, match="being sent just now"):
                await ledger.begin(intent(Operation(operation)))
        os.kill(number, signal.SIGKILL)
        process.wait()
        said = [self.looked(folder, place, entry) for place in places.values()]
        assert said == [["unknown", str(int(not number))] for number in range(len(places))]
        assert (await ledger.get(entry)).outcome is Outcome.UNKNOWN
