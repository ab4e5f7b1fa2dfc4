"""Named points at which something breaks, times the ways in which it can: the verdicts stay true, and going on works.

A point is where one of the ports is called for one item of a job. The way is what that call does instead: the process
is killed (nothing after it happens), an error of the disk, of the system or of the program, or a long stall. Afterwards
a fresh process resumes the job, and all verdicts are compared with the sandbox.
"""

import asyncio
import itertools

import pytest

from tests.jobs.office import Office
from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.domain.plan import JobState


class KilledError(BaseException):
    """Stands for the end of the process: nothing catches it, nothing is tidied up."""


POINTS = ("before intent", "after intent", "before sending", "after answer", "after outcome")
WAYS = ("killed", "disk full", "disk broken", "defect", "stall")
STALL = 0.3


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
        if self._left:
            return
        match self._way:
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

    async def begin(self, intent):
        await self._at("before intent")
        found = await self._port.begin(intent)
        await self._at("after intent")
        return found

    async def finish(self, *outcome):
        await self._at("after answer")
        await self._port.finish(*outcome)
        await self._at("after outcome")

    async def send(self, call):
        await self._at("before sending")
        return await self._port.send(call)


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


async def _end_of_process(office):
    """In this process an intent without outcome still looks alive; the next one would find it lost."""
    from tui_reseller.domain.operation import Outcome  # noqa: PLC0415

    def lost(book):
        for entry in book._unanswered():
            book.finish(entry.id, Outcome.UNKNOWN, "the program ended before an answer was written down")

    await office.services.ledger.ask(lost)
