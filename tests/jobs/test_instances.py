"""Eight processes on one state: jobs, kills and stops all at once. Nothing is claimed twice, lost or guessed.

The small size takes 20 s. The large one: `TUI_RESELLER_SECONDS=600 python -m pytest
tests/jobs/test_instances.py -n0 -s -m long`.
"""

import asyncio
import os
import random
import time
from collections import Counter

import pytest

from tests.jobs.children import Child
from tests.jobs.office import Office
from tui_reseller.domain.operation import Operation, Outcome

SECONDS = float(os.environ.get("TUI_RESELLER_SECONDS", "20"))
PROCESSES = 8

pytestmark = pytest.mark.long


async def test_eight_processes_share_a_state_without_taking_anything_twice(tmp_path, new_sandbox):
    chance = random.Random(8)
    sandbox = new_sandbox(customers=800)
    office = Office(tmp_path, sandbox)
    told: Counter[str] = Counter()
    try:
        began = time.monotonic()
        for turn in range(10**6):
            if time.monotonic() - began > SECONDS:
                break
            sandbox.start_anew()
            action = (Operation.DISABLE, Operation.ENABLE)[turn % 2]
            jobs = []
            for stem in "abcdefghijklmnopqrstuvwxyz"[:PROCESSES]:
                wanted = await office.wanting(f"username~^{stem}", action)
                plan = (await _plan(office, wanted, stem)) if wanted else None
                if plan is not None and plan.items:
                    jobs.append(await office.jobs.add(plan, office.session.operator, ""))
            children = [Child(tmp_path, sandbox.ready, job.number) for job in jobs]
            for child in children:
                if chance.random() < 0.3:
                    child.until(chance.randint(1, 5))
                    child.kill()
                    told["kills"] += 1
            for child in children:
                if child.process.is_alive() or not child.told.closed:
                    await asyncio.to_thread(child.until, 10**9)
                    child.process.join()
                    child.told.close()
            await office.services.ledger.recover()
            for job in jobs:
                found = await office.jobs.get(job.number)
                if not found.is_finished:
                    found = await office.run(found).run()
                assert found.is_finished, found
                told += await office.agrees(job, all_sent=True)
                told["jobs"] += 1
            await office.session.ledger.check()
            office.session.held.read_at = None
    finally:
        await office.aclose()
    assert told[Outcome.APPLIED.value] > 0
    print(f"\n{dict(told)}")


async def _plan(office, wanted, stem):
    from tui_reseller.domain.errors import InvalidInput  # noqa: PLC0415
    from tui_reseller.services import listing, plans  # noqa: PLC0415

    await listing.refresh_for_many(office.session, renew=True)
    try:
        return (await plans.draft(office.session, wanted, origin=f"names in {stem}")).plan
    except InvalidInput:
        return None
