"""What waits to be written to a team's ledger: in which group it comes, and what becomes of it when nobody waits."""

import asyncio
import contextlib
import threading

import pytest

from tests.storage.operations import done
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import LedgerUnavailable, RefusedHere
from tui_reseller.domain.operation import Outcome
from tui_reseller.storage.ledger.postgresql.groups import Groups
from tui_reseller.storage.ledger.rules import WITHDRAWN

writing = pytest.importorskip("tui_reseller.storage.ledger.postgresql.writer", exc_type=ImportError)


class Gate:
    """Before the writer: groups count what comes, and wait while it is shut."""

    def __init__(self, monkeypatch):
        self.groups, self._open, self._came = [], threading.Event(), lambda: None
        self._open.set()
        write = writing.Writer.write

        def passing(writer, account, ops):
            self.groups.append(len(ops))
            self._came()
            assert self._open.wait(30)
            return write(writer, account, ops)

        monkeypatch.setattr(writing.Writer, "write", passing)

    @contextlib.asynccontextmanager
    async def shut_behind(self, asked):
        """Have a group with this in the writer's hands, who does not begin."""
        came, loop = asyncio.Event(), asyncio.get_running_loop()
        self._came = lambda: loop.call_soon_threadsafe(came.set)
        self._open.clear()
        task = asyncio.create_task(asked)
        await came.wait()
        yield task
        self._open.set()


@pytest.fixture
def gate(monkeypatch):
    return Gate(monkeypatch)


async def _cancelled(task):
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_all_that_the_answers_of_a_group_lead_to_is_in_the_next(of, intent, gate):
    ann = of("ann")
    await done(ann, intent(username="first"))
    gate.groups.clear()

    async def some(name):
        for turn in range(3):
            await done(ann, intent(username=f"{name}-{turn}"))

    async def ten(name):
        await asyncio.gather(*(some(f"{name}{number}") for number in range(10)))

    async with gate.shut_behind(ten("a")) as first:
        second = asyncio.create_task(ten("b"))
        await asyncio.sleep(0.01)
    await asyncio.gather(first, second)
    assert gate.groups == [10, 20, 20, 20, 20, 20, 10]


async def test_a_begin_that_is_cancelled_is_withdrawn_from_its_group_or_behind_it(of, intent, gate):
    ann = of("ann")
    async with gate.shut_behind(ann.begin(intent(username="in hand"))) as in_hand:
        behind = asyncio.create_task(ann.begin(intent(username="behind it")))
        await asyncio.sleep(0.01)
        for task in (in_hand, behind):
            await _cancelled(task)
    (found,) = await ann.entries(AuditQuery())
    assert (found.username, found.outcome, found.message) == ("in hand", Outcome.NOT_SENT, WITHDRAWN)
    assert gate.groups == [1, 1]


async def test_a_begin_is_withdrawn_that_was_answered_to_somebody_who_goes_just_then(of, intent, monkeypatch):
    ann = of("ann")
    tell = Groups._tell

    def tell_and_cancel(groups, *told):
        tell(groups, *told)
        asked.cancel()

    monkeypatch.setattr(Groups, "_tell", tell_and_cancel)
    asked = asyncio.create_task(ann.begin(intent()))
    with pytest.raises(asyncio.CancelledError):
        await asked
    (found,) = await ann.entries(AuditQuery())
    assert (found.outcome, found.message) == (Outcome.NOT_SENT, WITHDRAWN)


async def test_what_nobody_waits_for_is_written_before_it_is_closed(of, intent, gate):
    ann, bob = of("ann"), of("bob")
    entries = [await ann.begin(intent(username=name)) for name in ("one", "two")]
    async with gate.shut_behind(ann.finish(entries[0], Outcome.APPLIED, "said")) as in_hand:
        behind = asyncio.create_task(ann.finish(entries[1], Outcome.APPLIED, "said"))
        await asyncio.sleep(0.01)
        for task in (in_hand, behind):
            await _cancelled(task)
        closing = asyncio.create_task(ann.aclose())
        await asyncio.sleep(0.01)
        assert not closing.done()
    await closing
    assert [(await bob.get(entry)).outcome for entry in entries] == [Outcome.APPLIED] * 2


async def test_a_refusal_of_the_server_is_told_to_all_of_a_group_and_the_next_one_is_written(of, intent, team_cluster):
    ann = of("ann")
    await done(ann, intent())
    team_cluster.stop()
    try:
        told = await asyncio.gather(*(ann.begin(intent(username=f"u{n}")) for n in range(3)), return_exceptions=True)
    finally:
        team_cluster.start()
    assert [type(error) for error in told] == [LedgerUnavailable] * 3
    assert await ann.begin(intent(username="u0"))
    with pytest.raises(RefusedHere, match="being sent just now"):
        await ann.begin(intent(username="u0"))


async def test_who_cannot_write_at_all_is_told_so(of, intent, monkeypatch):
    ann = of("ann")

    def make():
        raise LedgerUnavailable("no driver")

    monkeypatch.setattr(ann._writing, "_make", make)
    for _time in range(2):
        with pytest.raises(LedgerUnavailable, match="no driver"):
            await ann.begin(intent())
