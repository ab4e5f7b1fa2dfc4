"""A process is stopped in the middle of a write, on a host of another name, in a process namespace of its own; twenty
minutes later somebody looks, closes what is open, and the process goes on. Ledger, service and a screen that is open
all the while agree in the end.
"""

import asyncio
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.harness.consent import carry_out
from tests.harness.waiting import soon, until
from tests.jobs.office import Office
from tests.tui.desk import Desk, open_desk
from tui_reseller.api.http import Caller
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import InvalidInput, RefusedHere
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.switch import Switch
from tui_reseller.services.verify import FORCED_AFTER, resolve

ROOT = Path(__file__).parents[2]


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


class Stopped:
    """The process, until it has stopped itself."""

    def __init__(self, folder: Path, sandbox, place: str) -> None:
        ready = sandbox.ready
        first = '"$0" "$@"; true'  # the first process of a namespace cannot stop itself
        self.process = subprocess.Popen(
            ["unshare", "--pid", "--fork", "--kill-child", "sh", "-c", first,
             sys.executable, "-m", "tests.jobs.stopped_child",
             str(folder), ready["base_url"], ready["api_user"], ready["api_key"], place],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        until("it has stopped itself", lambda: self._child() is not None)

    def _child(self) -> int | None:
        """Return the process below unshare and its shell, if it is stopped."""
        pids = [self.process.pid]
        for _ in range(2):
            pids = [int(child) for pid in pids for child in _children(pid)]
        return next((pid for pid in pids if _state(pid) == "T"), None)

    def goes_on(self) -> str:
        """Let it go on; return what it says in the end."""
        child = self._child()
        assert child is not None
        os.kill(child, signal.SIGCONT)
        said, _ = self.process.communicate(timeout=30)
        return said

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def stop(tmp_path, new_sandbox):
    sandbox = new_sandbox(customers=5)
    made = []

    def begin(place):
        made.append(Stopped(tmp_path, sandbox, place))
        return made[-1], Office(tmp_path, sandbox)

    yield begin
    for one in made:
        one.kill()


async def _shows(desk: Desk, sending: Switch, *, needs_you: bool = False) -> None:
    """Wait until the screen says that of the customer, as the service does; it is stopped where this is unknown."""

    def is_shown() -> bool:
        found = desk.main.context.session.customers.get("user1")
        return found.switch("sending") is sending and ("user1" in desk.state.needs_you) is needs_you

    await soon(f"sending {sending}, needs you: {needs_you}", is_shown)
    await desk.pilot.pause()
    (row,) = [line for line in desk.screen_text() if " user1 " in line and "example" in line]
    assert row.split()[-1] == sending.value, row
    assert ("!" in row) is needs_you, row


async def _standing(office):
    (entry,) = await office.services.ledger.entries(AuditQuery())
    return entry


def _sent(office):
    return [(row["operation"], row["username"]) for row in office.sandbox.for_clients() if row["changes"]]


async def _later(office, entry, *, note="the host is gone"):
    """Close it by force, which nothing else can do: its holder is not dead."""
    await office.services.ledger.recover()
    assert (await _standing(office)).outcome is None, "it is on its way, whatever the host is called"
    with pytest.raises(InvalidInput, match="still on its way"):
        await resolve(office.session, entry, note)
    with pytest.raises(InvalidInput, match="may be sent"):
        await resolve(office.session, entry, note, is_forced=True)
    blocked = await carry_out(office.session, Call(Operation.ENABLE, "user1"))
    assert isinstance(blocked.error, RefusedHere)
    office.clock.jumped = FORCED_AFTER
    await resolve(office.session, entry, note, is_forced=True)
    office.clock.jumped = timedelta(0)


async def test_what_was_closed_before_it_was_sent_is_not_sent(stop, tmp_path):
    process, office = stop("before")
    async with open_desk(office.sandbox, tmp_path) as desk:
        await _later(office, await _standing(office))
        assert (await asyncio.to_thread(process.goes_on)).startswith("not_sent")
        await _shows(desk, Switch.ON)
    entry = await _standing(office)
    assert (entry.outcome, _sent(office)) == (Outcome.NOT_SENT, [])
    assert "after it was resolved" in entry.message
    assert await office.services.ledger.needs_you() == []
    await office.aclose()


async def test_what_nobody_closed_is_sent_and_written_down(stop, tmp_path):
    process, office = stop("before")
    async with open_desk(office.sandbox, tmp_path) as desk:
        await office.services.ledger.recover()
        assert (await asyncio.to_thread(process.goes_on)).startswith("applied")
        await _shows(desk, Switch.OFF)
    assert ((await _standing(office)).outcome, _sent(office)) == (Outcome.APPLIED, [("disable", "user1")])
    await office.aclose()


async def test_the_answer_of_what_was_sent_before_it_was_closed_counts(stop, tmp_path):
    process, office = stop("after")
    async with open_desk(office.sandbox, tmp_path) as desk:
        await _later(office, await _standing(office))
        assert (await asyncio.to_thread(process.goes_on)).startswith("applied")
        await _shows(desk, Switch.OFF)
    assert ((await _standing(office)).outcome, _sent(office)) == (Outcome.APPLIED, [("disable", "user1")])
    assert (await office.services.ledger.check()).is_whole
    await office.aclose()


async def test_a_contradiction_is_listed(stop, tmp_path):
    """What a ledger of version 0.1 could come to: read as not applied while the call was still on its way."""
    process, office = stop("after")
    entry = await _standing(office)
    async with open_desk(office.sandbox, tmp_path) as desk:
        await office.services.ledger.finish(entry.id, Outcome.VERIFIED_NOT_APPLIED, "read 4 times", is_observed=True)
        assert (await asyncio.to_thread(process.goes_on)).startswith("applied")
        await _shows(desk, Switch.OFF, needs_you=True)
    (listed,) = await office.services.ledger.needs_you()
    assert (listed.id, listed.outcome) == (entry.id, Outcome.UNVERIFIABLE)
    assert "the answer came late: applied" in listed.message
    await office.aclose()


async def test_a_machine_that_sleeps_while_it_connects_sends_nothing_afterwards(office, sandbox, monkeypatch, planted):
    """Between the last look at the ledger and the first byte lies a connection that has to be made."""
    planted(2, "asleep-")
    hand_over, seconds, naps = Caller.send, 200.0, []

    async def slow(caller, request, trace):
        while naps:
            office.clock.passed += naps.pop()
        return await hand_over(caller, request, trace)

    async def for_a_minute(_entry_id):
        naps.append(seconds)  # between this and the request
        return office.clock.monotonic() + 60

    monkeypatch.setattr(Caller, "send", slow)
    monkeypatch.setattr(office.services.ledger, "send_until", for_a_minute)
    done = await carry_out(office.session, Call(Operation.DISABLE, "asleep-000"))
    assert done.outcome is Outcome.NOT_SENT
    assert "others may take this over" in done.message
    assert sandbox.log() == []
    seconds = 5.0
    assert (await carry_out(office.session, Call(Operation.DISABLE, "asleep-000"))).outcome is Outcome.APPLIED
    assert len(sandbox.log()) == 1
