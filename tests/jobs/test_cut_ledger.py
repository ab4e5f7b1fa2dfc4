"""The line to a team's ledger is cut behind every n-th message of a job of twenty, either way, from the moment it is
made: then the job is gone on with, and ledger and sandbox say the same.

Every 41st message by default; `TUI_RESELLER_CUT_STEP=1 python -m pytest -m long -n0 -s tests/jobs/test_cut_ledger.py`
takes each.
"""

import contextlib
import os
from collections import Counter

import pytest

from tests.harness.cut_line import CutLine
from tests.jobs.office import Office
from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.domain.operation import Outcome
from tui_reseller.services import listing

pytestmark = pytest.mark.long
STEP = int(os.environ.get("TUI_RESELLER_CUT_STEP", "41"))
ITEMS = 20


@pytest.fixture
async def line(team_cluster, tmp_path):
    with CutLine.before(team_cluster, tmp_path / "line") as made:
        yield made


@pytest.fixture
async def ann(line, sandbox, tmp_path):
    (tmp_path / "ann").mkdir()
    office = Office(tmp_path / "ann", sandbox, ledger=line.address("ann"))
    yield office
    await office.aclose()


async def _made(office, plan):
    """Make a job of a plan; where that was cut, look whether it is there. Of a cut each connection hears in its own
    time.
    """
    for _time in range(6):
        with contextlib.suppress(LedgerUnavailable):
            found = [job for job in await office.jobs.all(office.session.account) if job.digest == plan.digest]
            return found[0] if found else await office.jobs.add(plan, office.session.operator, "cut")
    raise AssertionError("it cannot be made")


async def _ended(office, job):
    """Run it until it is at its end; return how often that took."""
    for times in range(1, 7):
        with contextlib.suppress(LedgerUnavailable):
            await office.services.ledger.recover()
            if (await office.run(await office.jobs.get(job.number)).run()).is_finished:
                return times
    raise AssertionError("it does not end")


@pytest.mark.parametrize("side", ["asked", "answered"])
async def test_a_job_whose_ledger_is_cut_at_any_message_ends_with_each_sent_once(ann, line, planted, sandbox, side):
    told: Counter[str] = Counter()
    for after in range(0, 100_000, STEP):
        sandbox.start_anew()
        planted(ITEMS, f"cut-{side}-{after}-")
        await listing.refresh_for_many(ann.session, renew=True)
        plan = await ann.plan(f"username~^cut-{side}-{after}-")
        assert len(plan.items) == ITEMS, after
        line.arm(side, after)
        job = await _made(ann, plan)
        times = await _ended(ann, job)
        was_cut = line.was_cut
        line.disarm()
        counts = await ann.agrees(job, all_sent=True)
        assert counts["applied"] + counts["verified_applied"] == ITEMS, (after, counts)
        sent = Counter(row["username"] for row in sandbox.for_clients())
        assert (len(sent), set(sent.values())) == (ITEMS, {1}), after
        assert await ann.services.ledger.needs_you(job.account) == []
        told += Counter({"cuts": was_cut, "runs": times, **counts})
        if not was_cut:
            break
    print(f"\n{side}: {after} messages, {dict(told)}")
    assert told["cuts"] > 0
    assert Outcome.UNKNOWN.value not in told
