"""What a job is when a run of it sends nothing more and nobody halted it."""

from collections.abc import Collection

from tui_reseller.domain.errors import NoPassword, ResellerError
from tui_reseller.domain.job import Job, JobState
from tui_reseller.services.ledger_ports import JobsPort, LedgerPort


async def end_of(
    ledger: LedgerPort, jobs: JobsPort, job: Job, locked: Collection[ResellerError | None]
) -> tuple[JobState, str]:
    """Return the state of a job and why it is in it, by what is written down. Locked says why nothing was sent to
    customers who had an open outcome, or no password. Raises LedgerUnavailable.
    """
    found = await jobs.get(job.number)
    if found is not None and found.in_flight:
        await ledger.recover()  # what others had begun who are gone by now
        found = await jobs.get(job.number)
    if found is not None and found.in_flight:
        return JobState.PAUSED, f"{found.in_flight:,} are in flight in a process that may still bring them to an end"
    if not await jobs.waiting(job.number, -1, 1):
        return JobState.FINISHED, ""
    lacking = sum(isinstance(error, NoPassword) for error in locked)
    if len(locked) > lacking:
        return JobState.PAUSED, _waiting(len(locked) - lacking, "an outcome to be settled")
    if lacking:
        return JobState.PAUSED, _waiting(lacking, "a password, which only the plan's file has (--from FILE)")
    if found is not None and found.makes_two_calls and found.open_unknowns:
        return JobState.PAUSED, _waiting(found.open_unknowns, "an outcome to be settled")
    return JobState.PAUSED, "some could not be sent"


def _waiting(count: int, what: str) -> str:
    return f"{count:,} {'customer waits' if count == 1 else 'customers wait'} for {what}"
