"""What a job is when a run of it sends nothing more and nobody halted it."""

from tui_reseller.domain.job import Job, JobState
from tui_reseller.services.ledger_ports import JobsPort, LedgerPort


async def end_of(ledger: LedgerPort, jobs: JobsPort, job: Job, locked: int) -> tuple[JobState, str]:
    """Return the state of a job and why it is in it, by what is written down. Locked is how many customers had an open
    outcome, so that nothing was sent to them. Raises LedgerUnavailable.
    """
    found = await jobs.get(job.number)
    if found is not None and found.in_flight:
        await ledger.recover()  # what others had begun who are gone by now
        found = await jobs.get(job.number)
    if found is not None and found.in_flight:
        return JobState.PAUSED, f"{found.in_flight:,} are in flight in a process that may still bring them to an end"
    if not await jobs.waiting(job.number, -1, 1):
        return JobState.FINISHED, ""
    if locked:
        return JobState.PAUSED, f"{locked:,} customers wait for an outcome to be settled"
    if found is not None and found.makes_two_calls and found.open_unknowns:
        return JobState.PAUSED, f"{found.open_unknowns:,} customers wait for an outcome to be settled"
    return JobState.PAUSED, "some could not be sent"
