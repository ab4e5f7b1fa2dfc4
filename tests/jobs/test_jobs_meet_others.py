"""Jobs beside others: undo of what was changed since, lists that are old, customers who are others by now."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.jobs.office import Office
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.job import JobState
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.services import job_items, listing, plans
from tui_reseller.services.job_items import retry_rejected
from tui_reseller.services.reading_again import FEW
from tui_reseller.services.requested import RequestedChange
from tui_reseller.services.suspensions import open_suspensions
from tui_reseller.services.undo import draft_undo


@pytest.mark.parametrize("count", [10, FEW + 5])
async def test_a_whole_job_is_undone_except_what_was_changed_since(office, sandbox, planted, count):
    planted(count, "undo-")
    job = await office.job("username~^undo-", Operation.SET, city="Vigo")
    await office.run(job).run()
    sandbox.plant("undo-003", city="Lugo")
    entries = await office.services.ledger.entries(AuditQuery(batch=job.batch))
    drafted = await draft_undo(office.session, entries, f"undo of {job.batch}")
    assert [refusal.message for refusal in drafted.refusals] == ['"undo-003": city was changed since: it is left alone']
    back = await office.jobs.add(drafted.plan, office.session.operator, "wrong city")
    done = await office.run(back).run()
    assert done.is_finished
    held = [sandbox.control("GET", f"customers/undo-{number:03}")["city"] for number in range(count)]
    assert held.count("Lugo") == 1
    assert "Vigo" not in held
    entries = await office.services.ledger.entries(AuditQuery(batch=back.batch))
    assert {(bool(entry.undoes), entry.reason) for entry in entries} == {(True, "wrong city")}
    again = await draft_undo(office.session, await office.services.ledger.entries(AuditQuery(batch=job.batch)), "x")
    assert not again.plan.items


async def test_creates_and_passwords_need_a_password_and_the_job_never_holds_one(office, sandbox, tmp_path):
    from tui_reseller.domain.secret import Secret  # noqa: PLC0415
    from tui_reseller.services.job_passwords import Given  # noqa: PLC0415

    fields = dict.fromkeys(("first_name", "last_name", "address", "city", "state", "zip", "phone", "website"), "x") | {
        "country": "ES"
    }
    await listing.refresh_for_many(office.session)
    wanted = [
        RequestedChange(Call(Operation.CREATE, f"made-{n}", {**fields, "email": f"m{n}@example.com"})) for n in range(3)
    ]
    drafted = await plans.draft(office.session, wanted, origin="file new.csv")
    assert not drafted.refusals
    job = await office.jobs.add(drafted.plan, office.session.operator, "")
    paused = await office.run(job).run()
    assert paused.done == 0
    secrets = Given({f"made-{n}": Secret(f"canary-{n}-password1") for n in range(3)})
    done = await office.run(paused, passwords=secrets).run()
    assert done.is_finished
    assert await office.agrees(job, all_sent=True) == {"applied": 3}
    assert all(b"canary-" not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


@pytest.fixture
def held_up(office, sandbox, planted):
    """A job of which no item came through: all were rejected, or none was begun for want of a key."""

    async def make(again, stem, until=None):
        planted(3, stem)
        faults = {"code": 400, "shape": "E1", "times": 3} if again == "retry" else {"code": 401, "shape": "E3"}
        sandbox.fault("status", operation="disable", **faults)
        plan = await office.plan(f"username~^{stem}")
        plan = replace(plan, items=[replace(item, until=until) for item in plan.items])
        job = await office.run(await office.jobs.add(plan, office.session.operator, "ticket 4711")).run()
        sandbox.start_anew()
        return job

    return make


async def _go_on(office, job, again):
    if again == "retry":
        assert await retry_rejected(office.jobs, job) == job.total
    return await office.run(await office.jobs.get(job.number)).run()


@pytest.mark.parametrize("again", ["retry", "resume"])
async def test_who_goes_on_with_a_job_never_meets_another_customer_by_an_old_list(
    office, sandbox, planted, held_up, again
):
    job = await held_up(again, f"other-{again}-")
    for item in await office.items(job):
        sandbox.plant(item.item.username, deleted=True)
        sandbox.plant(item.item.username, active=True, deleted=False, email="zz@new.example", first_name="Zoe")
    job = await _go_on(office, job, again)
    assert sandbox.log() == []
    assert (job.counts, job.open_unknowns) == ({Outcome.CONFLICT: job.total}, 0)


@pytest.mark.parametrize("again", ["retry", "resume"])
async def test_an_item_with_an_end_that_finds_sending_off_keeps_none(office, sandbox, planted, held_up, again):
    job = await held_up(again, f"until-{again}-", office.clock.now() + timedelta(hours=1))
    for item in await office.items(job):
        sandbox.plant(item.item.username, active=False)
    job = await _go_on(office, job, again)
    assert job.counts == {Outcome.ALREADY_SO: job.total}
    assert await open_suspensions(office.services.ledger, office.session.account) == []


async def test_an_item_with_an_end_is_read_just_before_although_the_list_is_fresh(office, sandbox, planted):
    planted(3, "end-")
    plan = await office.plan("username~^end-")
    until = office.clock.now() + timedelta(hours=1)
    plan = replace(plan, items=[replace(item, until=until) for item in plan.items])
    for item in plan.items:
        sandbox.plant(item.username, active=False)
    job = await office.run(await office.jobs.add(plan, office.session.operator, "ticket 4711")).run()
    assert job.counts == {Outcome.ALREADY_SO: 3}
    assert await open_suspensions(office.services.ledger, office.session.account) == []


@pytest.mark.parametrize("jumped", [timedelta(0), timedelta(hours=1), timedelta(hours=-1)], ids=str)
async def test_what_another_process_did_since_the_list_is_read_again_and_proves_nothing(
    office, tmp_path, sandbox, planted, jumped
):
    """Whatever the clock says by which the list was read."""
    planted(2, "since-")
    other = Office(tmp_path, sandbox)
    other.clock.jumped = jumped
    await listing.refresh_for_many(other.session)
    await office.run(await office.job("username~^since-")).run()
    other.clock.jumped = timedelta(0)
    job = await other.job("username~^since-")
    sandbox.fault("drop-before", operation="disable", times=9)
    done = await other.run(job).run()
    await other.aclose()
    assert {outcome.value: count for outcome, count in done.counts.items() if outcome and count} == {"already_so": 2}
    assert len(sandbox.log()) == 2, "sent, it would be unknown, and be read back as applied by us"


async def test_an_item_of_an_older_version_that_tells_no_customer_is_not_sent(office, sandbox, planted):
    planted(3, "old-")
    plan = await office.plan("username~^old-")
    plan = replace(plan, items=[replace(item, fingerprint={}) for item in plan.items])
    sandbox.start_anew()
    job = await office.run(await office.jobs.add(plan, office.session.operator, "ticket 4711")).run()
    assert (job.counts, sandbox.log()) == ({Outcome.CONFLICT: 3}, [])


async def test_a_success_that_reached_another_customer_stops_the_job(office, sandbox, planted):
    planted(3, "gap-")
    job = await office.job("username~^gap-")
    (first, *_) = await office.items(job)
    run = office.run(job)
    taken = job_items.send

    async def rival(session, call, *more):
        if call.username == first.item.username:
            sandbox.plant(call.username, deleted=True)
            sandbox.plant(call.username, active=True, deleted=False, email="zz@new.example", first_name="Zoe")
        return await taken(session, call, *more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job_items, "send", rival)
        job = await run.run()
    assert (job.state, job.done) == (JobState.PAUSED, 1)
    assert first.item.username in job.why


@pytest.mark.parametrize("field", ["action", "username", "sending", "zone", "email", "\x1b[31m"])
async def test_a_plan_with_a_field_that_its_operation_does_not_take_is_refused(office, tmp_path, planted, field):
    """Its digest is right: whoever alters a plan can count it anew."""
    planted(1, "own-")
    plan = await office.plan("username~^own-", Operation.SET, city="Vigo")
    altered = replace(plan, items=tuple(replace(item, fields={**item.fields, field: "x"}) for item in plan.items))
    read = office.services.plans.load(str(office.services.plans.save(altered, tmp_path / "altered.plan")))
    plans.check_place(plan, office.session)
    with pytest.raises(InvalidInput, match="takes no") as refused:
        plans.check_place(read, office.session)
    assert "\x1b" not in str(refused.value)
