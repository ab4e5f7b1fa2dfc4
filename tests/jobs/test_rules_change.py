"""The config file changes while a job runs: what became stricter stops it at once, what became looser waits."""

from dataclasses import replace

import pytest

from tests.jobs.office import Office
from tui_reseller.domain.job import JobState

STRICTER = [{"read_only": True}, {"protected": True}, {"max_rows": 2}, {"max_percent": 1.0}]
LOOSER = [{"read_only": False}, {"max_rows": 1000}, {"max_rows": None}]


async def run_with(office, changed, *, after=2, name="acme"):
    """Run a job of all customers, and change a profile when so many were sent."""
    config = office.services.profiles.config

    def change(run):
        if run.progress.sent == after:
            config.put(replace(office.profile, name=name, **changed))

    job = await office.job("")
    return await office.run(job, tell=change).run()


@pytest.mark.parametrize("name", ["acme", "another-name-of-it"])
@pytest.mark.parametrize("changed", STRICTER, ids=str)
async def test_a_job_pauses_and_says_why(tmp_path, new_sandbox, changed, name):
    office = Office(tmp_path, new_sandbox(customers=20))
    done = await run_with(office, changed, name=name)
    sent = len(office.sandbox.for_clients())
    assert (done.state, done.is_finished) == (JobState.PAUSED, False)
    assert "acme" in done.why
    assert 2 <= sent <= 2 + 10, "what was in flight comes to its end, nothing more is sent"
    await office.agrees(done)
    await office.aclose()


async def test_a_config_that_cannot_be_read_any_more_lets_nothing_out(tmp_path, new_sandbox):
    office = Office(tmp_path, new_sandbox(customers=20))
    job = await office.job("")

    def spoil(run):
        if run.progress.sent == 2:
            office.services.profiles.config.path.write_text("[profiles.acme\n")

    done = await office.run(job, tell=spoil).run()
    assert (done.state, "config" in done.why) == (JobState.PAUSED, True)
    assert len(office.sandbox.for_clients()) <= 2 + 10
    await office.aclose()


@pytest.mark.parametrize("changed", LOOSER, ids=str)
async def test_what_became_looser_counts_at_the_next_start(tmp_path, new_sandbox, changed):
    office = Office(tmp_path, new_sandbox(customers=20), max_rows=50)
    done = await run_with(office, changed)
    assert done.is_finished
    assert office.session.profile.max_rows == 50
    await office.aclose()
    later = Office(tmp_path, office.sandbox)
    assert later.services.open(later.services.profiles.get("acme")).profile.max_rows == changed.get("max_rows", 50)
    await later.aclose()
