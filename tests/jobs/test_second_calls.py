"""New customers who take two calls: the second is sent once the first is applied, whatever happens in between."""

import asyncio
import itertools
import random
from dataclasses import replace

import pytest

from tests.harness import consent
from tests.harness.clock import ClockOfBoth
from tests.harness.waiting import soon
from tests.jobs.children import Child
from tests.jobs.office import Office
from tui_reseller.api.subusers_v3.client import SubusersV3
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.job import NOT_CREATED, JobState
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.secret import Secret
from tui_reseller.services import listing, plans
from tui_reseller.services.creating import carry_out_then
from tui_reseller.services.job_items import retry_rejected
from tui_reseller.services.job_passwords import Given
from tui_reseller.services.requested import RequestedChange
from tui_reseller.services.undo import draft_undo
from tui_reseller.services.verify import resolve
from tui_reseller.storage.password_file import PasswordFile, rows_of

CREATE, SET = Operation.CREATE, Operation.SET
DETAILS = {"first_name": "Luz", "city": "Vigo"}
numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def unpaced(monkeypatch):
    """What the service takes more seldom waits in real time."""
    monkeypatch.setattr("tui_reseller.api.v3.allowance.SLOW", 0.0)


@pytest.fixture
async def office(tmp_path, sandbox):
    opened = Office(tmp_path, sandbox, provider="subusers-v3")
    yield opened
    await opened.aclose()


@pytest.fixture
async def of(tmp_path, sandbox, team_cluster):
    """Open the office of somebody in a team, at the service of today."""
    opened = []

    def open_of(role):
        opened.append(Office(tmp_path / role, sandbox, ledger=team_cluster.address(role), provider="subusers-v3"))
        return opened[-1]

    yield open_of
    for one in opened:
        await one.aclose()


class Killed(BaseException):
    """The end of a process."""


def names_of(count):
    mark = next(numbers)
    return [f"two{mark}-{number}" for number in range(count)]


async def plan_of(office, names):
    await listing.refresh_for_many(office.session, renew=True)
    fields = {"ips": "203.0.113.1", **DETAILS}
    wanted = [RequestedChange(Call(CREATE, name, {"email": f"{name}@x.example", **fields})) for name in names]
    drafted = await plans.draft(office.session, wanted, origin="a test")
    assert not drafted.refusals
    return drafted.plan


async def job_for(office, names, passwords_to=""):
    return await office.jobs.add(await plan_of(office, names), office.session.operator, "contract 7", passwords_to)


async def go_on(office, job, **more):
    found = await office.jobs.get(job.number)
    given = Given({item.item.username: Secret("s3cret-pass-w0rd") for item in await office.items(job)})
    return await office.run(found, passwords=given, **more).run()


def sent(sandbox, name):
    """Return what was carried out for a customer, in order."""
    return [operation for operation, username in sandbox.applied() if username == name]


def are_whole(sandbox, names):
    """Hold that each was created once and given its details once."""
    for name in names:
        assert sent(sandbox, name) == ["create", "set"], name
        assert {field: sandbox.held(name)[field] for field in DETAILS} == DETAILS


async def test_each_is_created_and_given_its_details(office, sandbox):
    names = names_of(25)
    job = await job_for(office, names)
    assert (job.total, job.not_begun, job.makes_two_calls) == (25, 25, True)
    done = await go_on(office, job)
    assert done.is_finished, done
    assert (done.total, done.counts) == (25, {Outcome.APPLIED: 25})
    are_whole(sandbox, names)
    half_made = 0
    for operation, _name in sandbox.applied():
        half_made += 1 if operation == "create" else -1
        assert half_made <= 10, "a stop would leave more of them half made"
    assert sandbox.applied()[:2] == [("create", names[0]), ("set", names[0])], "the first one is the first whole one"
    assert await office.agrees(job, all_sent=True) == {"applied": 50}
    entries = await office.services.ledger.entries(AuditQuery(batch=job.batch))
    assert sorted(entry.operation.value for entry in entries) == ["create"] * 25 + ["set"] * 25
    kept = [office.session.customers.get(name) for name in names]
    assert {customer.text("city") for customer in kept} == {"Vigo"}


LOST = [
    (CREATE, "drop-after", ["create", "set"]),
    (CREATE, "drop-before", ["create", "set"]),
    (SET, "drop-after", ["create", "set"]),
    (SET, "drop-before", ["create", "set"]),
]


@pytest.mark.parametrize(("operation", "fault", "at_last"), LOST, ids=lambda value: str(getattr(value, "value", value)))
async def test_a_lost_answer_is_settled_before_the_rest_is_sent(office, sandbox, operation, fault, at_last):
    names = names_of(3)
    job = await job_for(office, names)
    sandbox.fault(fault, operation=operation.value, times=1)
    done = await go_on(office, job)
    assert (done.counts, done.open_unknowns) == ({Outcome.UNKNOWN: 1, Outcome.APPLIED: 2}, 1)
    assert done.state is (JobState.PAUSED if operation is CREATE else JobState.FINISHED)
    first = sent(sandbox, names[0])
    assert first == {(CREATE, "drop-after"): ["create"], (SET, "drop-before"): ["create"]}.get(
        (operation, fault), at_last if fault == "drop-after" else []
    )
    done = await go_on(office, job)
    assert done.is_finished, done
    are_whole(sandbox, names)
    assert sum(count for outcome, count in done.counts.items() if outcome.is_applied) == 3
    await office.agrees(job, all_sent=True)


async def test_who_was_not_created_is_given_nothing_and_retry_does_both(office, sandbox):
    names = names_of(3)
    job = await job_for(office, names)
    sandbox.fault("status", shape="no-plan", operation="create", times=1)
    told = []
    done = await go_on(office, job, tell=lambda run: told.append(run.progress.last[-1]) if run.progress.last else None)
    assert (done.state, done.counts) == (JobState.FINISHED, {Outcome.REJECTED: 1, Outcome.APPLIED: 2})
    first, second = (await office.items(job))[:2]
    assert (first.outcome, second.outcome, second.message) == (Outcome.REJECTED, Outcome.NOT_SENT, NOT_CREATED)
    assert [(one.operation, one.outcome) for one in told if one.username == names[0]] == [
        (CREATE, Outcome.REJECTED), (SET, Outcome.NOT_SENT),
    ]  # fmt: skip
    again = await go_on(office, job)
    assert again.counts == done.counts, "going on does not try again what was rejected"
    assert sent(sandbox, names[0]) == []
    assert await retry_rejected(office.jobs, again) == 1
    last = await go_on(office, job)
    assert (last.is_finished, last.counts) == (True, {Outcome.APPLIED: 3})
    are_whole(sandbox, names)
    await office.agrees(job, all_sent=True)


async def test_a_kill_before_the_second_call_is_refused_leaves_it_refused(office, sandbox, monkeypatch):
    names = names_of(2)
    job = await job_for(office, names)
    sandbox.fault("status", shape="no-plan", operation="create", times=1)

    async def killed(*_given):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(office.jobs, "refuse", killed)
        with pytest.raises(BaseExceptionGroup):
            await go_on(office, job)
    assert (await office.items(job))[1].outcome is None
    done = await go_on(office, job)
    assert done.counts == {Outcome.REJECTED: 1, Outcome.APPLIED: 1}
    assert (await office.items(job))[1].message == NOT_CREATED
    assert sent(sandbox, names[0]) == []


async def test_details_that_are_rejected_are_tried_again_alone(office, sandbox):
    names = names_of(3)
    job = await job_for(office, names)
    sandbox.fault("status", shape="no-scope", operation="set", times=1)
    done = await go_on(office, job)
    assert (done.state, done.counts) == (JobState.FINISHED, {Outcome.REJECTED: 1, Outcome.APPLIED: 2})
    assert sent(sandbox, names[0]) == ["create"]
    assert await retry_rejected(office.jobs, done) == 1
    last = await go_on(office, job)
    assert (last.is_finished, last.counts) == (True, {Outcome.APPLIED: 3})
    are_whole(sandbox, names)


async def test_stopped_between_the_two_calls_it_goes_on_with_the_second(office, sandbox, tmp_path):
    names = names_of(2)
    job = await job_for(office, names)
    done = await go_on(office, job, tell=lambda run: run.stop() if run.progress.sent else None)
    assert sent(sandbox, names[0]) == ["create"]
    assert (done.state, done.counts, done.not_begun) == (JobState.STOPPED, {None: 2}, 2)
    await office.aclose()
    other = Office(tmp_path, sandbox, provider="subusers-v3")
    last = await go_on(other, job)
    assert (last.is_finished, last.counts) == (True, {Outcome.APPLIED: 2})
    are_whole(sandbox, names)
    await other.aclose()


async def test_another_customer_of_the_name_is_left_alone(office, sandbox):
    names = names_of(2)
    job = await job_for(office, names)
    await go_on(office, job, tell=lambda run: run.stop() if run.progress.sent else None)
    sandbox.plant(names[0], email="somebody@else.example", city="Lugo")
    done = await go_on(office, job)
    assert done.counts == {Outcome.CONFLICT: 1, Outcome.APPLIED: 1}
    assert sandbox.held(names[0])["city"] == "Lugo"


@pytest.mark.parametrize("fault", ["drop-after", "drop-before"])
async def test_who_was_closed_with_a_note_is_given_details_if_it_is_there(office, sandbox, fault):
    names = names_of(2)
    job = await job_for(office, names)
    sandbox.fault(fault, operation="create", times=1)
    await go_on(office, job)
    (entry,) = await office.services.ledger.needs_you(office.session.account)
    await resolve(office.session, entry, "looked at it")
    done = await go_on(office, job)
    is_there = fault == "drop-after"
    assert done.counts == ({Outcome.APPLIED: 2} if is_there else {Outcome.NOT_SENT: 1, Outcome.APPLIED: 1})
    assert sent(sandbox, names[0]) == (["create", "set"] if is_there else [])


async def test_what_a_job_gave_new_customers_is_not_taken_back(office, sandbox):
    names = names_of(2)
    job = await job_for(office, names)
    done = await go_on(office, job)
    assert not done.is_undoable
    entries = await office.services.ledger.entries(AuditQuery(account=office.session.account, batch=job.batch))
    assert len(entries) == 4
    drafted = await draft_undo(office.session, entries, "undo")
    assert not drafted.plan.items
    assert [refusal.message.count("cannot be undone") for refusal in drafted.refusals] == [1, 1]
    alone = await draft_undo(office.session, [entry for entry in entries if entry.operation is SET][:1], "undo")
    assert [item.operation for item in alone.plan.items] == [SET], "one that is named is another matter"


async def test_a_ceiling_counts_customers(office, sandbox):
    names = names_of(3)
    job = await job_for(office, names)
    office.services.profiles.config.put(replace(office.profile, max_rows=3))
    done = await go_on(office, job)
    assert (done.is_finished, done.counts) == (True, {Outcome.APPLIED: 3}), done


async def test_readings_that_are_behind_are_waited_for(tmp_path, sandbox):
    office = Office(tmp_path, sandbox, provider="subusers-v3", clock=ClockOfBoth(sandbox))
    names = names_of(12)
    job = await job_for(office, names)
    sandbox.fault("lag", seconds=8, times=None)
    done = await go_on(office, job)
    assert (done.is_finished, done.counts) == (True, {Outcome.APPLIED: 12}), done
    are_whole(sandbox, names)
    await office.aclose()


@pytest.mark.parametrize("operation", [CREATE, SET], ids=lambda operation: operation.value)
async def test_a_kill_while_an_answer_is_awaited(tmp_path, sandbox, office, operation):
    names, path = names_of(2), tmp_path / "new.csv"
    PasswordFile(path).close()
    job = await job_for(office, names, str(path))
    sandbox.fault("slow-drip", bytes_per_s=1, operation=operation.value, times=1)
    child = Child(tmp_path, sandbox.ready | {"provider": "subusers-v3", "slow": "0"}, job.number)
    await soon("it is carried out", lambda: operation.value in sent(sandbox, names[0]))
    child.kill()
    await office.services.ledger.recover()
    found = await office.jobs.get(job.number)
    assert (found.state, found.counts) == (JobState.INTERRUPTED, {Outcome.UNKNOWN: 1, None: 1})
    made = office.services.passwords_of(found)
    done = await office.run(found, passwords=made).run()
    made.close()
    assert done.is_finished, done
    assert sum(count for outcome, count in done.counts.items() if outcome.is_applied) == 2
    are_whole(sandbox, names)
    await office.agrees(job, all_sent=True)


@pytest.mark.slow
async def test_kills_lose_nothing_and_do_nothing_twice(tmp_path, sandbox, office):
    chance = random.Random(4711)
    names, path = names_of(60), tmp_path / "new.csv"
    PasswordFile(path).close()
    job = await job_for(office, names, str(path))
    ready = sandbox.ready | {"provider": "subusers-v3", "slow": "0"}
    for _ in range(15):
        child = Child(tmp_path, ready, job.number)
        is_over = child.until(chance.randint(1, 12))
        await asyncio.sleep(chance.uniform(0, 0.02))
        child.kill()
        await office.services.ledger.recover()
        if is_over:
            break
    done = None
    while done is None or not done.is_finished:
        found = await office.jobs.get(job.number)
        made = office.services.passwords_of(found)
        done = await office.run(found, passwords=made).run()
        made.close()
    assert (done.total, sum(done.counts.values())) == (60, 60)
    rows, _end = rows_of(path.read_bytes())
    items = {(item.item.username, item.step): item.outcome for item in await office.items(job)}
    for name in names:
        if items[name, 0] is Outcome.VERIFIED_NOT_APPLIED:  # three kills in a row kept it from being sent
            assert (sent(sandbox, name), items[name, 1]) == ([], Outcome.NOT_SENT)
            continue
        assert sent(sandbox, name) == (["create", "set"] if items[name, 1].is_applied else ["create"])
        assert sandbox.takes(name, rows[name].password.reveal())
    assert {outcome for (_name, step), outcome in items.items() if not step or outcome is not Outcome.NOT_SENT} <= {
        Outcome.APPLIED, Outcome.VERIFIED_APPLIED, Outcome.VERIFIED_NOT_APPLIED, Outcome.ALREADY_SO,
    }  # fmt: skip
    await office.agrees(job, all_sent=True)


@pytest.mark.parametrize("fault", ["", "drop-after", "status"])
async def test_in_the_ledger_of_a_team_it_is_the_same(of, sandbox, fault):
    ann, names = of("ann"), names_of(3)
    job = await job_for(ann, names)
    assert (job.total, job.makes_two_calls) == (3, True)
    if fault:
        settings = {"shape": "no-plan"} if fault == "status" else {}
        sandbox.fault(fault, operation="create", times=1, **settings)
    done = await go_on(ann, job)
    odd = {"": {}, "drop-after": {Outcome.UNKNOWN: 1}, "status": {Outcome.REJECTED: 1}}[fault]
    assert done.counts == {**odd, Outcome.APPLIED: 3 - len(odd)}
    if fault == "status":
        assert (await ann.items(job))[1].message == NOT_CREATED
        assert (await go_on(ann, job)).counts == done.counts
        assert await retry_rejected(ann.jobs, done) == 1
    last = await go_on(ann, job)
    assert last.is_finished, last
    are_whole(sandbox, names)
    await ann.agrees(job, all_sent=True)


@pytest.fixture
def usurper(monkeypatch, sandbox):
    """Somebody closes each new customer at once, and opens another one of the same name and e-mail address."""
    send = SubusersV3.send

    async def sending(self, call, *more, **how):
        receipt = await send(self, call, *more, **how)
        if call.operation is CREATE:
            sandbox.bury(call.username)
            sandbox.plant(call.username, active=True, email=call.fields["email"])
        return receipt

    monkeypatch.setattr(SubusersV3, "send", sending)


async def test_another_one_of_the_same_name_and_address_is_not_given_details_by_a_job(office, sandbox, usurper):
    names = names_of(3)
    job = await job_for(office, names)
    done = await go_on(office, job)
    assert done.counts == {Outcome.CONFLICT: 3}
    assert [sent(sandbox, name) for name in names] == [["create"]] * 3


async def test_another_one_of_the_same_name_and_address_is_not_given_details(office, sandbox, usurper):
    (name,) = names_of(1)
    fields = {"email": f"{name}@x.example", "ips": "203.0.113.1"}
    call = Call(CREATE, name, fields, password=Secret("s3cret-pass-w0rd"))
    then = Call(SET, name, DETAILS)
    first = await consent.carry_out(office.session, call)
    assert first.outcome is Outcome.APPLIED
    permit = consent.agreed(office.session, call, then)
    result = await carry_out_then(office.session, call, first, then, permit, "contract 7", None)
    assert result.outcome is Outcome.CONFLICT
    assert sent(sandbox, name) == ["create"]
