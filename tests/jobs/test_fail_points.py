"""Named points at which something breaks, times the ways in which it can: the verdicts stay true, and going on works.

A point is where one of the ports is called for one item of a job. The way is what that call does instead: the process
is killed (nothing after it happens), an error of the disk, of the system or of the program, or a long stall. Afterwards
a fresh process resumes the job, and all verdicts are compared with the sandbox. In a second story it is the going on
that breaks; of its 100 cells 20 are taken, others each day; all: `TUI_RESELLER_POINTS=all`, with `-m long`.
"""

import asyncio
import contextlib
import itertools
import os
import random
from datetime import UTC, datetime

import pytest

from tests.jobs.office import Office
from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.domain.job import JobState


class KilledError(BaseException):
    """Stands for the end of the process: nothing catches it, nothing is tidied up."""


POINTS = ("before intent", "after intent", "before sending", "after answer", "after outcome")
WAYS = ("killed", "disk full", "disk broken", "defect", "stall")
STALL = 0.3


async def break_down(way):
    """Do what a call does instead of its work."""
    match way:
        case "killed":
            raise KilledError
        case "disk full":
            raise LedgerUnavailable("ledger: the disk is full")
        case "disk broken":
            raise LedgerUnavailable("ledger: the disk refuses (failing)")
        case "defect":
            raise ZeroDivisionError("a defect")
        case _:
            await asyncio.sleep(STALL)


class Failing:
    """A port that fails at a point, once, after some calls."""

    def __init__(self, port, point, way, after=3):
        self._port, self._point, self._way, self._left = port, point, way, after

    def __getattr__(self, name):
        return getattr(self._port, name)

    async def _at(self, point):
        if point != self._point:
            return
        self._left -= 1
        if not self._left:
            await break_down(self._way)

    async def begin(self, intent, **named):
        await self._at("before intent")
        found = await self._port.begin(intent, **named)
        await self._at("after intent")
        return found

    async def finish(self, *outcome, **named):
        await self._at("after answer")
        await self._port.finish(*outcome, **named)
        await self._at("after outcome")

    async def send(self, call, *permitted):
        await self._at("before sending")
        return await self._port.send(call, *permitted)


@pytest.mark.in_turn(3)
@pytest.mark.parametrize(("point", "way"), list(itertools.product(POINTS, WAYS)))
async def test_whatever_breaks_the_verdicts_are_true_and_it_goes_on(tmp_path, sandbox, point, way):
    for number in range(14):
        sandbox.plant(f"point-{number:02}", active=True, email=f"p{number}@example.com")
    office = Office(tmp_path, sandbox)
    job = await office.job("username~^point-")
    office.session.ledger = Failing(office.services.ledger, point, way)
    service = await office.session.service()
    office.session._service = Failing(service, point, way)
    ended: BaseException | None = None
    try:
        await office.run(job).run()
    except (KilledError, ZeroDivisionError, LedgerUnavailable, BaseExceptionGroup) as error:
        ended = error
    await office.services.aclose()
    await service.aclose()
    assert (ended is not None) == (way in {"killed", "defect"} or isinstance(ended, LedgerUnavailable))
    again = Office(tmp_path, sandbox)
    await _end_of_process(again)
    found = await again.jobs.get(job.number)
    assert found.state is not JobState.RUNNING
    await again.agrees(job)
    for _ in range(3):
        if found.is_finished:
            break
        found = await again.run(found).run()
    assert found.is_finished, found
    counts = await again.agrees(job, all_sent=True)
    assert len(sandbox.log()) == 14, (counts, await again.items(job))
    await again.aclose()


CALLS = (
    "want",
    "set_state",
    "put_back_not_applied",
    "get",
    "waiting",
    "wanted",
    "needs_you",
    "begin",
    "finish",
    "find",
)
"""What going on asks of the jobs, of the audit log, and of the service."""
CELLS = list(itertools.product(CALLS, ("before", "after"), WAYS))


def chosen():
    if os.environ.get("TUI_RESELLER_POINTS") == "all":
        return CELLS
    return random.Random(datetime.now(UTC).toordinal()).sample(CELLS, 20)


class FailingOnce:
    """A port whose call of one name breaks once, before or after its work. Broken tells all ports of it."""

    def __init__(self, port, name, when, way, broken):
        self._port, self._name, self._when, self._way, self._broken = port, name, when, way, broken

    def __getattr__(self, name):
        call = getattr(self._port, name)
        if name != self._name:
            return call

        async def breaking(*arguments, **named):
            if not self._broken and self._when == "before":
                self._broken.append(name)
                await break_down(self._way)
            found = await call(*arguments, **named)
            if not self._broken:
                self._broken.append(name)
                await break_down(self._way)
            return found

        return breaking


@pytest.mark.long
@pytest.mark.parametrize(("name", "when", "way"), chosen())
async def test_whatever_breaks_in_going_on_the_verdicts_are_true(tmp_path, sandbox, name, when, way):
    for number in range(14):
        sandbox.plant(f"on-{number:02}", active=True, email=f"p{number}@example.com")
    first = Office(tmp_path, sandbox)
    job = await first.job("username~^on-")
    sandbox.fault("drop-after", operation="disable")
    first.session.ledger = Failing(first.services.ledger, "before intent", "killed", after=9)
    with pytest.raises((KilledError, BaseExceptionGroup)):
        await first.run(job).run()
    await first.aclose()
    if name == "wanted":  # which is asked some times a second
        sandbox.fault("latency", ms=400, operation="disable", times=14)
    second, broken = Office(tmp_path, sandbox), []
    await _end_of_process(second)
    jobs = second.jobs
    service = await second.session.service()
    second.session.ledger, second.session._service, second.jobs = (
        FailingOnce(port, name, when, way, broken) for port in (second.services.ledger, service, jobs)
    )
    found = await jobs.get(job.number)
    with contextlib.suppress(KilledError, ZeroDivisionError, LedgerUnavailable, BaseExceptionGroup):
        await second.run(found).run()
    assert broken == [name]
    await second.services.aclose()
    await service.aclose()
    last = Office(tmp_path, sandbox)
    await _end_of_process(last)
    await last.agrees(job)
    found = await last.jobs.get(job.number)
    for _ in range(3):
        if found.is_finished:
            break
        found = await last.run(found).run()
    assert found.is_finished, found
    await last.agrees(job, all_sent=True)
    assert len(sandbox.log()) == 14
    await last.aclose()


async def _end_of_process(office):
    """In this process an intent without outcome still looks alive; the next one would find it lost."""
    from tui_reseller.domain.operation import Outcome  # noqa: PLC0415

    def lost(connection):
        for entry in connection.unanswered():
            connection.finish(entry.id, Outcome.UNKNOWN, "the program ended before an answer was written down")

    await office.services.ledger.run(lost)
