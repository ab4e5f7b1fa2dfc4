"""A job that is killed and goes on under another host name each time, as containers do: what was sent is never said not
to have begun, and no job finishes with it.

The small size runs by default; the large: `TUI_RESELLER_KILLS=200 python -m pytest tests/jobs/test_other_hosts.py -n0`.
"""

import asyncio
import os
import random

import pytest

from tests.jobs.children import Child
from tests.jobs.office import Office
from tui_reseller.domain.job import JobState
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2

KILLS = int(os.environ.get("TUI_RESELLER_KILLS", "12"))
ROWS = KILLS * 15


async def _said(office: Office, number: int, sent: set[str]) -> None:
    """Hold what is said of a job against what the service was sent."""
    for item in await office.items(await office.jobs.get(number)):
        assert item.word != "not begun" or item.item.username not in sent, f"{item.item.username} was sent"
    job = await office.jobs.get(number)
    assert job.state is not JobState.FINISHED or not job.in_flight
    assert job.not_begun + job.in_flight + job.done == job.total


@pytest.mark.slow
async def test_no_item_that_was_sent_is_called_not_begun_whatever_the_host_is_called(tmp_path, new_sandbox):
    chance = random.Random(4711)
    sandbox = new_sandbox(customers=ROWS)
    office = Office(tmp_path, sandbox)
    kills = jobs = 0
    while kills < KILLS:
        sandbox.start_anew()
        jobs += 1
        job = await office.job("", Operation.SET, city=f"Vigo {jobs}")
        is_over = False
        while kills < KILLS and not is_over:
            child = Child(tmp_path, sandbox.ready, job.number, f"host-{kills}.example")
            is_over = child.until(chance.randint(1, 12))
            await asyncio.sleep(chance.uniform(0, 0.02))
            sent = {row["username"] for row in sandbox.log()}
            await _said(office, job.number, sent)
            child.kill()
            kills += 1
            sent = {row["username"] for row in sandbox.log()}
            await _said(office, job.number, sent)
            await office.services.ledger.recover()
            await _said(office, job.number, sent)
        found = await office.jobs.get(job.number)
        while not found.is_finished:
            found = await office.run(found).run()
        await office.agrees(job, all_sent=True)
    await office.aclose()
    print(f"\n{kills} kills of {jobs} jobs")


async def test_an_item_of_a_living_process_elsewhere_is_in_flight_and_the_job_waits_for_it(tmp_path, new_sandbox):
    """Its holder is stopped, not dead: nobody may say that it was not sent, and nobody sends it again."""
    sandbox = new_sandbox(customers=5)
    office = Office(tmp_path, sandbox)
    job = await office.job("", Operation.SET, city="Vigo")
    sandbox.fault("latency", ms=1500, operation="set", times=1)
    child = Child(tmp_path, sandbox.ready, job.number, "elsewhere.example")
    async with asyncio.timeout(20):
        while not (await office.jobs.get(job.number)).in_flight:  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.01)
    (item,) = [item for item in await office.items(job) if item.is_in_flight]
    assert (item.word, item.as_dict(RESELLER_V2)["outcome"]) == ("in flight", None)
    child.kill()
    await office.services.ledger.recover()
    found = await office.jobs.get(job.number)
    assert (found.in_flight, found.open_unknowns) == (0, 1)
    await office.aclose()
