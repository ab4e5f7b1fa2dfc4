"""A job that is detached to a process of its own: only what was observed of it is reported."""

import asyncio
import os
import time

from tui_reseller.domain.job import Job, JobState
from tui_reseller.services.services import Services

LONGEST = 15.0
"""Seconds in which a process has begun, also on a machine that has much to do."""
_EVERY = 0.05


async def wait_until_taken(services: Services, job: Job, pid: int) -> Job | None:
    """Return a job as it is when a process has taken it; None if the process has ended without it, or takes long."""
    deadline = time.monotonic() + LONGEST
    while True:
        is_last = _has_ended(pid) or time.monotonic() > deadline  # looked at before what it has done until then
        found = await services.jobs.get(job.number)
        if found is not None and (found.state is JobState.RUNNING or _trace(found) != _trace(job)):
            return found
        if is_last:
            return None
        await asyncio.sleep(_EVERY)


def _trace(job: Job) -> object:
    """Return what a process changes that has run a job."""
    return job.state, job.why, dict(job.counts)


def _has_ended(pid: int) -> bool:
    """Whether a child has ended; who waits for it still finds it."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except OSError:
        return True
