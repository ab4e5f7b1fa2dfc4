"""Who watches a job that changes hands waits for the next process, and for nothing else."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from tests.harness.clock import ManualClock
from tui_reseller.cli import job_running
from tui_reseller.domain.audit import Operator
from tui_reseller.domain.job import HANDED_OVER, Job, JobState
from tui_reseller.domain.operation import Outcome

JOB = Job(
    7, "acme", "an account", "plan", "digest", "", Operator("ann", "host", None, 1, 1), "",
    datetime(2026, 11, 28, tzinfo=UTC), JobState.RUNNING, "", 10, {Outcome.APPLIED: 4, None: 6}, owner="ann, process 1",
)  # fmt: skip
STOPPED = replace(JOB, state=JobState.STOPPED, owner="")
DONE = replace(JOB, state=JobState.FINISHED, owner="", counts={Outcome.APPLIED: 10})


class Jobs:
    """Jobs that are something else each time somebody looks; at the end they stay as they are."""

    def __init__(self, clock, wanted, *states):
        self.clock, self.asked, self.states = clock, wanted, list(states)

    async def get(self, _number):
        self.clock.passed += 1
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]

    async def wanted(self, _number):
        return self.asked


@pytest.mark.parametrize(
    ("wanted", "states", "ends"),
    [
        (HANDED_OVER, [JOB, STOPPED, STOPPED, JOB, DONE], DONE),
        (HANDED_OVER, [JOB, STOPPED], STOPPED),  # nobody takes it
        ("", [JOB, STOPPED, JOB, DONE], STOPPED),
        ("stop", [JOB, STOPPED, JOB], STOPPED),
    ],
)
def test_a_job_that_changes_hands_is_watched_on(monkeypatch, wanted, states, ends):
    monkeypatch.setattr(job_running, "WATCHED_EVERY", 0)
    said: list[str] = []
    clock = ManualClock()
    services = SimpleNamespace(jobs=Jobs(clock, wanted, *states), clock=clock)
    inv = SimpleNamespace(console=SimpleNamespace(progress=said.append))
    assert asyncio.run(job_running.watched(inv, services, 7)) is ends
    assert ("handed over" in " ".join(said)) == (wanted == HANDED_OVER)
