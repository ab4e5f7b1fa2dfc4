"""kill -9 at random moments of a job, then going on: nothing lost, nothing twice, nothing guessed.

The small size runs by default. The large one: `TUI_RESELLER_KILLS=1100 TUI_RESELLER_ROWS=10000 python -m pytest
tests/jobs/test_kills.py -n0 -s`; it prints what became of how many. A job that ends early takes less than its share of
kills, and the number that counts is the one printed.
"""

import asyncio
import os
import random
from collections import Counter

import pytest

from tests.jobs.children import Child
from tests.jobs.office import Office
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.services.throttle import MOST_BESIDE, MOST_IN_FLIGHT
from tui_reseller.services.verify import resolve

KILLS = int(os.environ.get("TUI_RESELLER_KILLS", "25"))
ROWS = int(os.environ.get("TUI_RESELLER_ROWS", "500"))
JOBS = 1 if KILLS <= 25 else 10
ACTIONS = (
    Operation.DISABLE, Operation.SET, Operation.EMAIL, Operation.WEBSITE_DISABLE, Operation.ENABLE,
    Operation.DISABLE, Operation.SET, Operation.EMAIL, Operation.ENABLE, Operation.SET,
)  # fmt: skip
"""Each changes something that the one before left otherwise: what changes nothing leaves no trace to compare with."""
OF_ACCOUNTS = (
    Operation.DISABLE, Operation.OFFERINGS_SET, Operation.ENABLE, Operation.OFFERINGS_SET, Operation.DISABLE,
    Operation.OFFERINGS_SET, Operation.ENABLE, Operation.DISABLE, Operation.OFFERINGS_SET, Operation.ENABLE,
)  # fmt: skip
"""The same of accounts, which have fewer operations."""


@pytest.mark.slow
@pytest.mark.in_turn(3)
@pytest.mark.parametrize("provider", ["subusers-v3", "reseller-v2", "accounts-v3"])
async def test_kills_at_random_moments_lose_nothing_and_do_nothing_twice(tmp_path, new_sandbox, provider):
    chance = random.Random(4711)
    sandbox = new_sandbox(customers=ROWS)
    told: Counter[str] = Counter()
    for number in range(JOBS):
        action = (OF_ACCOUNTS if provider == "accounts-v3" else ACTIONS)[number]
        fields = {
            Operation.SET: {"city": f"City {number}"},
            Operation.EMAIL: {"email": f"n{number}@example.com"},
            Operation.OFFERINGS_SET: {"package": "org.ei.pro.v1", "addons": f"org.ei.dedicated_ip.v1:{number + 1}"},
        }
        sandbox.start_anew()
        told += await _killed(tmp_path, sandbox, chance, provider, action, fields.get(action, {}), KILLS // JOBS)
        print(f"\n{number}: {dict(told)}", flush=True)


async def _killed(folder, sandbox, chance, provider, action, fields, kills):
    office = Office(folder, sandbox, provider=provider)
    job = await office.job("", action, **fields)
    step = max(1, job.total // (kills + 1))
    told: Counter[str] = Counter()
    known: set[str] = set()
    for _ in range(kills):
        child = Child(folder, sandbox.ready | {"provider": provider}, job.number)
        is_over = child.until(chance.randint(1, 2 * step))
        await asyncio.sleep(chance.uniform(0, 0.02))  # anywhere between two answers
        child.kill()
        told["kills"] += 1
        await office.services.ledger.recover()
        entries = await office.services.ledger.needs_you(office.session.account)
        open_ = {entry.id for entry in entries if entry.batch == job.batch and entry.outcome is Outcome.UNKNOWN}
        assert len(open_ - known) <= MOST_IN_FLIGHT + MOST_BESIDE, "more unknown outcomes than items at work"
        told["met unknown"] += len(open_ - known)
        known |= open_
        if is_over:
            break
    found = await office.jobs.get(job.number)
    while not (await office.run(found).run()).is_finished:
        found = await office.jobs.get(job.number)
        if not await office.jobs.waiting(job.number, -1, 1) and action is Operation.WEBSITE_DISABLE:
            break  # what cannot be checked stays open, and is never sent again by itself
    found = await office.agrees(job, all_sent=True)
    # Whom three kills in a row kept from being sent stays not applied, and is known to be so.
    certain = {"applied", "verified_applied", "verified_not_applied"} | (
        {"unverifiable"} if action is Operation.WEBSITE_DISABLE else set()
    )
    certain |= {"not_sent"} if provider == "accounts-v3" else set()  # whom only the vendor helps
    assert found.keys() <= certain, f"nobody else wrote, and what can be read becomes certain: {found}"
    told += found
    for entry in await office.services.ledger.needs_you(office.session.account):
        await resolve(office.session, entry, "looked at it")  # an open outcome locks its customer for the next job
    await office.aclose()
    return told
