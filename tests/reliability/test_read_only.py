"""Read-only means that nothing is sent, whichever way a program takes: H6, A2.

Each way is tried with a permit that was given before: what holds then is the guard of the connection, which every way
has to pass. That no verb passes it without the door is shown in tests/cli/test_door_matrix.py.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from tests.harness.consent import for_job
from tests.harness.sandbox import Sandbox
from tests.harness.v2 import ACTIONS, a_customer, item_of
from tests.reliability.workplace import CUSTOMER, Workplace
from tui_reseller.domain.audit import AuditQuery, Entry
from tui_reseller.domain.changes import Change
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.job import Job, JobState
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.plan import Plan
from tui_reseller.domain.secret import Secret
from tui_reseller.services import job_items
from tui_reseller.services.door import Permit
from tui_reseller.services.edit import save
from tui_reseller.services.guard import GuardedCustomers
from tui_reseller.services.job_passwords import Given
from tui_reseller.services.jobs import JobRun
from tui_reseller.services.lifting import lift
from tui_reseller.services.session import Session
from tui_reseller.services.suspensions import Suspension
from tui_reseller.services.write import Aim, carry_out, send
from tui_reseller.storage.ledger.sqlite.jobs import Jobs

NEW = {name: value for name, value in CUSTOMER.items() if name != "active"}
CALLS = {
    Operation.CREATE: Call(Operation.CREATE, "neu", NEW, Secret("canary-Pass-1")),
    Operation.DELETE: Call(Operation.DELETE, "luz"),
    Operation.ENABLE: Call(Operation.ENABLE, "luz"),
    Operation.DISABLE: Call(Operation.DISABLE, "luz"),
    Operation.WEBSITE_ENABLE: Call(Operation.WEBSITE_ENABLE, "luz"),
    Operation.WEBSITE_DISABLE: Call(Operation.WEBSITE_DISABLE, "luz"),
    Operation.SET: Call(Operation.SET, "luz", {"city": "Oslo"}),
    Operation.PASSWORD: Call(Operation.PASSWORD, "luz", password=Secret("canary-Pass-1")),
    Operation.RENAME: Call(Operation.RENAME, "luz", {"username": "lux"}),
    Operation.EMAIL: Call(Operation.EMAIL, "luz", {"email": "new@bodega.example"}),
}
EVERY = list(ACTIONS)


def permit(session: Session, operation: Operation) -> Permit:
    """Return what the door would have given while writing was allowed."""
    call = CALLS[operation]
    return Permit(session.account, frozenset({(call.operation, call.username)}))


# How each is taken


async def _carry_out(session: Session, operation: Operation) -> list[Outcome]:
    aim = Aim(reason="test")
    return [(await carry_out(session, CALLS[operation], permit(session, operation), aim)).outcome]


async def _save(session: Session, _operation: Operation) -> list[Outcome]:
    loaded = a_customer("luz", city="Madrid", email="luz@bodega.example")
    calls = frozenset({(Operation.SET, "luz"), (Operation.EMAIL, "luz")})
    edited = {"city": "Oslo", "email": "x@y.example"}
    return [result.outcome for result in await save(session, loaded, edited, Permit(session.account, calls))]


async def _planned(session: Session, operation: Operation) -> tuple[Jobs, Job, Customer | None, Given | None]:
    """Make a job of one item."""
    call = CALLS[operation]
    before = await session.find(call.username)
    item = item_of(call, before)
    now = session.clock.now()
    plan = Plan("acme", session.account, f"{operation.value} {now}", now, now, 5, [item])
    jobs = Jobs(session.ledger, session.ledger._folder)
    job = await jobs.add(plan, session.operator, "test")
    passwords = Given({call.username: call.password}) if call.password else None
    return jobs, job, before, passwords


async def _job_item(session: Session, operation: Operation) -> list[Outcome]:
    jobs, job, before, passwords = await _planned(session, operation)
    item = (await jobs.waiting(job.number, -1))[0]
    attempt = job_items.Attempt(session, job, item, passwords, for_job(session, job), lambda _error: None)
    done = await attempt.carry_out(before)
    return [done.outcome]


async def _job(session: Session, operation: Operation) -> list[Outcome]:
    """Apply a plan of one item, as a job does it."""
    jobs, job, before, passwords = await _planned(session, operation)
    found = {before.username: before} if before else {}
    run = JobRun(session, jobs, job, for_job(session, job), passwords, present=found)
    done = await run.run()
    if done.state is JobState.PAUSED:  # the rest of a job would be refused as well
        assert "nothing was sent" in done.why
        return [Outcome.NOT_SENT]
    assert run.progress.told == 1
    return [outcome for outcome, count in done.counts.items() if outcome and count] or [run.progress.last[0].outcome]


async def _lift(session: Session, _operation: Operation) -> list[Outcome]:
    """End a suspension whose time has come."""
    now = session.clock.now()
    entry = Entry(
        "0", now, "acme", session.account, Operation.DISABLE, "luz", (Change("sending", True, False),),
        session.operator, None, "unpaid", None, Outcome.APPLIED, "success", until=now,
    )  # fmt: skip
    return [(await lift(session, Suspension(entry, now, "luz"), permit(session, Operation.ENABLE), "b1")).outcome]


async def _send_prepared(session: Session, operation: Operation) -> list[Outcome]:
    """The last step before the connection, which has no check of its own."""
    with pytest.raises(RefusedHere, match="nothing was sent"):
        await send(session, CALLS[operation], await session.find("luz"), permit(session, operation), Aim(reason="t"))
    return [Outcome.NOT_SENT]


async def _send(session: Session, operation: Operation) -> list[Outcome]:
    service = await session.service()
    with pytest.raises(RefusedHere, match="nothing was sent"):
        await service.send(CALLS[operation], permit(session, operation))
    return [Outcome.NOT_SENT]


DRIVERS: dict[str, Callable[[Session, Operation], Awaitable[list[Outcome]]]] = {
    "write.carry_out": _carry_out,
    "edit.save": _save,
    "job_items.Attempt.carry_out": _job_item,
    "jobs.JobRun.run": _job,
    "lifting.lift": _lift,
    "write.send": _send_prepared,
    "guard.GuardedCustomers.send": _send,
}
MODES = ["run", "profile", "locked", "expired"]


@pytest.fixture
def running(sandboxes) -> Sandbox:
    return sandboxes("read-only", customers=5)


@pytest.fixture
async def read_only(running, tmp_path, terminal) -> AsyncIterator[Callable[[str], Session]]:
    """Open a session that may not write, for one of four reasons."""
    running.start_anew()
    running.plant("luz", **CUSTOMER)
    opened: list[Any] = []

    def open_one(mode: str) -> Session:
        profile = {"profile": {"read_only": True}, "run": {}}.get(mode, {"protected": True})
        place = Workplace(running, tmp_path, terminal, **profile)
        services = place.services()
        session = services.open(place.profile, read_only=mode == "run")
        if mode == "expired":
            session.policy.unlock(15, "ticket 7")
            place.clock.passed = 15 * 60
        opened.append((services, session))
        return session

    yield open_one
    for services, session in opened:
        await session.aclose()
        await services.aclose()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("way", DRIVERS)
async def test_no_way_sends_while_read_only(read_only, running, mode, way):
    session = read_only(mode)
    for operation in EVERY:
        outcomes = await DRIVERS[way](session, operation)
        assert {*outcomes} == {Outcome.NOT_SENT}, operation
    assert [row for row in running.requests() if row["operation"] != "list"] == []
    assert running.log() == []
    assert await session.ledger.entries(AuditQuery()) == [], "nothing was begun"


async def test_the_same_ways_send_when_they_may(running, read_only):
    """Otherwise the test above would prove nothing."""
    session = read_only("locked")
    session.policy.unlock(15, "ticket 7")
    for way, operation in ((_carry_out, Operation.DISABLE), (_job, Operation.WEBSITE_DISABLE)):
        assert {*await way(session, operation)} == {Outcome.APPLIED}
    assert await _lift(session, Operation.ENABLE) == [Outcome.NOT_SENT], "stopped again since"
    assert await (await session.service()).send(CALLS[Operation.ENABLE], permit(session, Operation.ENABLE))
    assert Outcome.APPLIED in await _save(session, Operation.SET)


@pytest.mark.parametrize("operation", EVERY)
async def test_the_connection_sends_nothing_that_its_permit_was_not_given_for(read_only, running, operation):
    session = read_only("locked")
    session.policy.unlock(15, "ticket 7")
    service, call = await session.service(), CALLS[operation]
    others = [other for other in EVERY if other is not operation]
    for wrong in (
        Permit(session.account),
        Permit("reseller-v2|https://elsewhere:443|acme", frozenset({(operation, call.username)})),
        Permit(session.account, frozenset({(operation, "somebody")})),
        Permit(session.account, frozenset({(other, call.username) for other in others})),
        Permit(session.account, job=7),
    ):
        with pytest.raises(RefusedHere, match="was not agreed to; nothing was sent"):
            await service.send(call, wrong, None if wrong.job is None else 8)
    assert isinstance(service, GuardedCustomers)
    assert [row for row in running.requests() if row["operation"] != "list"] == []


async def test_a_profile_that_locks_itself_while_the_service_asks_to_wait_sends_no_more(read_only, running):
    """Between the check and the second try the minutes are over: the first try is told, the second is not made."""
    session = read_only("locked")
    session.policy.unlock(0.5, "ticket 7")
    running.fault("rate-limit", retry_after=30, operation="disable")
    result = await carry_out(session, CALLS[Operation.DISABLE], permit(session, Operation.DISABLE), Aim(reason="x"))
    assert result.outcome is Outcome.NOT_SENT
    assert "protected and locked" in result.message
    assert [row["verdict"] for row in running.requests() if row["operation"] != "list"] == ["faulted"]
    assert running.log() == []
    entry = (await session.ledger.entries(AuditQuery()))[0]
    assert entry.outcome is Outcome.NOT_SENT, "it is closed: the customer is not held by it"
