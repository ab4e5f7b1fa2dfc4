"""Jobs at the services of today, whose lists do not tell what most operations change."""

import pytest

from tests.jobs.office import Office
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.services import listing, plans
from tui_reseller.services.requested import RequestedChange

PRO = "org.ei.pro.v1"


@pytest.fixture
async def offices(tmp_path, sandbox):
    opened = []

    def make(provider):
        opened.append(Office(tmp_path, sandbox, provider=provider))
        return opened[-1]

    yield make
    for one in opened:
        await one.aclose()


async def job_for(office, sandbox, names, action, **fields):
    """Add a job for these customers, by their keys at a service."""
    is_of_accounts = office.profile.provider == "accounts-v3"
    keys = [sandbox.held(name)["account_id"] for name in names] if is_of_accounts else names
    await listing.refresh_for_many(office.session)
    wanted = [RequestedChange(Call(action, key, fields)) for key in keys]
    plan = (await plans.draft(office.session, wanted, origin="a test")).plan
    return await office.jobs.add(plan, office.session.operator, "ticket 4711")


@pytest.mark.parametrize(
    ("provider", "action", "fields"),
    [
        ("subusers-v3", Operation.SET, {"city": "Oslo"}),
        ("subusers-v3", Operation.CREDITS_SET, {"credits_type": "nonrecurring", "credits_remain": "77"}),
        ("subusers-v3", Operation.EMAIL, {"email": "later@x.example"}),
        ("subusers-v3", Operation.DISABLE, {}),
        ("accounts-v3", Operation.DISABLE, {}),
        ("accounts-v3", Operation.OFFERINGS_SET, {"package": PRO, "addons": ""}),
    ],
    ids=lambda value: value.value if isinstance(value, Operation) else None,
)
async def test_lost_answers_are_settled_by_what_no_list_tells(offices, sandbox, provider, action, fields):
    office = offices(provider)
    names = [sandbox.plant_person(f"{provider[:3]}-{action.value}-{number}", active=True) for number in range(30)]
    job = await job_for(office, sandbox, names, action, **fields)
    assert job.total == 30
    since = sandbox.last_seq()
    sandbox.fault("drop-after", operation=action.value, times=2)
    sandbox.fault("drop-before", operation=action.value, times=2)
    done = await office.run(job).run()
    assert done.counts[Outcome.UNKNOWN] == 4
    again = await office.run(done).run()
    assert again.is_finished, again
    assert await office.agrees(job, all_sent=True) == {"applied": 28, "verified_applied": 2}
    assert len(sandbox.for_clients(since)) == 30


async def test_an_account_in_no_state_that_counts_reads_as_before(offices, sandbox):
    office = offices("accounts-v3")
    name = sandbox.plant_person("nowhere", active=True, account_state="indeterminate")
    job = await job_for(office, sandbox, [name], Operation.DISABLE)
    sandbox.fault("drop-before", operation="disable", times=1)
    assert (await office.run(job).run()).counts[Outcome.UNKNOWN] == 1
    again = await office.run(await office.jobs.get(job.number)).run()
    assert again.is_finished
    assert await office.agrees(job, all_sent=True) == {"applied": 1}


async def test_whom_only_the_vendor_helps_does_not_stop_a_job(offices, sandbox):
    office = offices("accounts-v3")
    names = [sandbox.plant_person(f"shut-{number}", active=False, account_state="banned") for number in range(6)]
    names += [sandbox.plant_person(f"open-{number}", active=False) for number in range(10)]
    job = await job_for(office, sandbox, names, Operation.ENABLE)
    done = await office.run(job).run()
    assert done.is_finished, done.why
    assert await office.agrees(job, all_sent=True) == {"not_sent": 6, "applied": 10}


async def test_what_was_read_long_ago_says_not_what_is_so_already(offices, sandbox):
    office = offices("subusers-v3")
    names = [sandbox.plant_person(f"long-ago-{number}", active=True) for number in range(2)]
    first = await job_for(office, sandbox, names, Operation.SET, city="Oslo")
    assert (await office.run(first).run()).is_finished
    sandbox.plant(names[0], city="Vigo")
    office.clock.passed += 3600
    job = await job_for(office, sandbox, names, Operation.SET, city="Oslo")
    assert job.total == 1, "somebody else changed it since: it is not so already"
    assert (await office.run(job).run()).is_finished
    assert sandbox.held(names[0])["city"] == "Oslo"


async def test_what_another_process_wrote_since_says_not_what_is_so_already(offices, sandbox):
    """A process that was killed left the readings of before its own writes on the disk."""
    office = offices("subusers-v3")
    names = [sandbox.plant_person(f"by-another-{number}", active=True, city="Vigo") for number in range(3)]
    await job_for(office, sandbox, names, Operation.SET, city="Faro")  # it has read them
    kept = {name: office.session.customers.get(name) for name in names}
    first = await job_for(office, sandbox, names[:2], Operation.SET, city="Oslo")
    assert (await office.run(first).run()).is_finished
    await office.session.held.keep(*kept.items())
    back = await job_for(office, sandbox, names, Operation.SET, city="Vigo")
    assert back.total == 2, "what we wrote since is not so already"
    assert (await office.run(back).run()).is_finished
    assert {sandbox.held(name)["city"] for name in names} == {"Vigo"}
