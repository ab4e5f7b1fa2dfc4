"""Details are told by a call that names nobody but the username. Somebody closes the customer and opens another one of
that name before or after any such reading: the new one is sent nothing, and proves nothing.
"""

import contextlib
import itertools

import pytest

from tests.harness import consent
from tests.jobs.office import Office
from tui_reseller.api.subusers_v3.client import SubusersV3
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.fingerprint import seen_of
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.services import listing, plans, undo
from tui_reseller.services.requested import RequestedChange
from tui_reseller.services.verify import verify

CALLS = {
    Operation.SET: {"city": "Oslo"},
    Operation.CREDITS_SET: {"credits_type": "recurring", "credits_total": "700", "credits_reset": "weekly"},
    Operation.IPS_SET: {"ips": "203.0.113.2"},
}


@pytest.fixture
async def office(tmp_path, sandbox):
    made = Office(tmp_path, sandbox, provider="subusers-v3")
    yield made
    await made.aclose()


@pytest.fixture(params=["before", "after"])
def rival(request, monkeypatch, sandbox):
    """Return what lets somebody come at a reading of details; from when he has come on, by the sandbox's log."""
    fill, came = SubusersV3.fill, []
    state = {"readings": 0, "at": -1, "victim": ""}

    def comes() -> None:
        if state["readings"] == state["at"]:
            sandbox.bury(state["victim"])
            sandbox.plant(state["victim"], active=True, email="eve@x.example", first_name="Eve", city="Denver")
            came.append(sandbox.last_seq())

    async def filling(self, customer, *asked, **how):
        if request.param == "before":
            comes()
        found = await fill(self, customer, *asked, **how)
        if request.param == "after":
            comes()
        state["readings"] += 1
        return found

    def expect(victim: str, at: int) -> list[int]:
        came.clear()
        state.update(readings=0, at=at, victim=victim)
        return came

    monkeypatch.setattr(SubusersV3, "fill", filling)
    return expect


def sent_since(sandbox, seq, victim):
    return [row["operation"] for row in sandbox.log(seq) if row["by"] == "client" and row["username"] == victim]


@pytest.mark.parametrize("operation", CALLS, ids=lambda operation: operation.value)
@pytest.mark.parametrize("way", ["one", "undo", "undo in a job"])
async def test_nobody_else_is_sent_what_was_meant_for_one(office, sandbox, rival, operation, way):
    session = office.session
    for at in itertools.count():
        victim = sandbox.plant_person(sandbox.fresh_name(), active=True)
        if operation is Operation.IPS_SET:  # without addresses that there were, there is nothing to go back to
            await consent.carry_out(session, Call(operation, victim, {"ips": "203.0.113.1"}))
        begun = sandbox.last_seq()
        await listing.refresh_for_many(session, renew=True)
        call, seen = Call(operation, victim, CALLS[operation]), await session.find(victim)
        if way == "one":
            came = rival(victim, at)
            await consent.carry_out(session, call, loaded=seen, meant=seen_of(session.provider, seen))
        else:
            done = await consent.carry_out(session, call, loaded=seen, meant=seen_of(session.provider, seen))
            assert done.outcome is Outcome.APPLIED
            entry = await session.ledger.get(done.id)
            came = rival(victim, at)
            if way == "undo":
                await consent.take_back(session, entry, "oops")
            else:
                with contextlib.suppress(InvalidInput):  # the new one has it so already
                    plan = (await undo.draft_undo(session, [entry], "undo")).plan
                    if plan.items:
                        await office.run(await office.jobs.add(plan, session.operator, "oops")).run()
        if not came:
            break
        assert sent_since(sandbox, came[0], victim) == [], at
    assert at
    assert len(sent_since(sandbox, begun, victim)) == (1 if way == "one" else 2), "with nobody there it is sent"


@pytest.mark.parametrize("fault", ["drop-before", "drop-after"])
@pytest.mark.parametrize("operation", CALLS, ids=lambda operation: operation.value)
async def test_nobody_else_proves_what_became_of_a_call(office, sandbox, rival, operation, fault):
    """The other customer has at once what was wanted of the first."""
    session = office.session
    truth = Outcome.VERIFIED_APPLIED if fault == "drop-after" else Outcome.VERIFIED_NOT_APPLIED
    for at in itertools.count():
        victim = sandbox.plant_person(sandbox.fresh_name(), active=True)
        call, seen = Call(operation, victim, CALLS[operation]), await session.find(victim)
        sandbox.fault(fault, operation=operation.value, times=1)
        lost = await consent.carry_out(session, call, loaded=seen, meant=seen_of(session.provider, seen))
        assert lost.outcome is Outcome.UNKNOWN
        (entry,) = await session.ledger.entries(AuditQuery(username=victim))
        came = rival(victim, at)
        outcome, _ = await verify(session, entry)
        if not came:
            break
        assert outcome in {Outcome.CONFLICT, Outcome.UNKNOWN}, (at, outcome)
    assert at
    assert outcome is truth, "with nobody there it is proved"


@pytest.mark.parametrize(("operation", "fields"), [
    (Operation.SET, {"city": "Oslo"}), (Operation.EMAIL, {"email": "new@x.example"}),
], ids=["set", "email"])  # fmt: skip
async def test_a_call_for_which_the_customer_is_asked_for_goes_by_that_and_not_by_the_list(
    office, sandbox, operation, fields
):
    """Where a customer is served is asked just before; who has the name is told with it."""
    session = office.session
    names = [sandbox.plant_person(sandbox.fresh_name(), active=True) for _ in range(21)]
    await listing.refresh_for_many(session, renew=True)
    wanted = [RequestedChange(Call(operation, name, fields)) for name in names]
    plan = (await plans.draft(session, wanted, origin="a test")).plan
    job = await office.jobs.add(plan, session.operator, "ticket 7")
    sandbox.bury(names[20])
    sandbox.plant(names[20], active=True, email="eve@x.example", first_name="Eve", city="Denver")
    begun, asked = sandbox.last_seq(), len(sandbox.requests())
    done = await office.run(job).run()
    assert done.counts[Outcome.CONFLICT] == 1
    assert sent_since(sandbox, begun, names[20]) == []
    assert [sent_since(sandbox, begun, name) for name in names[:20]] == [[operation.value]] * 20
    calls = 3 if operation is Operation.SET else 2
    looked_at = 11  # the first ones are read back where the list shows what was sent
    assert len(sandbox.requests()) - asked <= calls * 21 + looked_at
