"""A job of version 2 in the hands of this one: nothing is sent to customers of whom it does not tell who they are."""

import sqlite3
from contextlib import closing

import pytest

from tests.harness.old_ledgers import old_ledger
from tests.jobs.office import Office
from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.job import JobState
from tui_reseller.domain.operation import Outcome

NAMES = [f"old-{number}" for number in range(6)]


@pytest.fixture
async def office(tmp_path, sandbox):
    """A paused job on six customers, of which one was sent; the account is written as version 2 wrote it."""
    for name in NAMES:
        sandbox.plant(name, email=f"{name}@x.example", active="true" if name != NAMES[0] else "false")
    ready = sandbox.ready
    account = f"{ready['base_url'].removesuffix('/apiv2')}|{ready['api_user']}"
    with old_ledger(tmp_path / "state", 2) as old:
        done = old.done(account, "disable", NAMES[0], {"sending": (True, False)}, batch="job-1")
        body = {"operation": "disable", "before": {"sending": True}}
        items = [(name, {**body, "username": name}, done if name == NAMES[0] else None) for name in NAMES]
        old.job(account, "paused", items)
    opened = Office(tmp_path, sandbox)
    yield opened
    await opened.aclose()


async def test_it_sends_nothing_to_customers_of_whom_it_does_not_tell_who_they_are(office, sandbox):
    job = await office.jobs.get(1)
    assert (job.state, job.account) == (JobState.PAUSED, office.session.account)
    done = await office.run(job).run()
    assert (done.counts, sandbox.log()) == ({Outcome.APPLIED: 1, Outcome.CONFLICT: 5}, [])
    assert "make the plan again" in (await office.items(job))[-1].message


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE job_items SET body = replace(body, 'disable', 'delete') WHERE seq = 3",
        "UPDATE job_items SET username = 'user1', body = replace(body, 'old-3', 'user1') WHERE seq = 3",
        "INSERT INTO job_items (job, seq, username, body) VALUES (1, 9, 'user1', '{\"operation\": \"delete\"}')",
    ],
)
async def test_an_altered_one_sends_nothing(office, sandbox, statement):
    job = await office.jobs.get(1)
    await office.services.ledger.aclose()
    with closing(sqlite3.connect(office.paths.state / "ledger.sqlite3", isolation_level=None)) as connection:
        connection.execute(statement)
    with pytest.raises(RefusedHere, match="nothing was sent"):
        await office.run(job).run()
    assert sandbox.log() == []
