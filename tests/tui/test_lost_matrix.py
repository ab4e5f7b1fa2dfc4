"""Every operation of every service on the screen: its answer lost, readings that are behind or move, each refusal."""

import asyncio
from types import SimpleNamespace

import pytest

from tests.harness.clock import ClockOfBoth
from tests.harness.lost_answers import LAG, LAGGING, LIMITED, LOST, REFUSED, SHIFTED
from tests.harness.waiting import soon
from tests.tui.by_keys import carry_out
from tests.tui.desk import PATIENCE, open_desk
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.services.retry import WRITE_ATTEMPTS
from tui_reseller.system.clock import SystemClock
from tui_reseller.wiring import services


@pytest.fixture
def sandbox(sandboxes):
    shared = sandboxes("lost on screen, all", customers=12)
    shared.start_anew()
    shared.advance(600)
    return shared


@pytest.fixture
def opened(sandbox, tmp_path, monkeypatch):
    """Hand out a desk at a provider of the sandbox; what is waited for has passed at once, here and there."""
    monkeypatch.setattr(services, "SystemClock", lambda: ClockOfBoth(sandbox, least=1))
    monkeypatch.setattr("tui_reseller.api.v3.allowance.SLOW", 0.0)  # what is taken more seldom waits in real time

    def made(provider):
        ready = sandbox.ready
        if provider.id.endswith("-v3"):
            ready = ready | {"base_url": sandbox.v3_base_url, "api_key": sandbox.v3_api_key}
        seen = SimpleNamespace(ready=ready, log=sandbox.log, applied=sandbox.applied)
        return open_desk(seen, tmp_path, provider=provider.id, size=(120, 50))

    return made


def planted(case, sandbox):
    """Return the call of a case, on a customer who is told by now, or is to come."""
    call = case.call(case.planted(sandbox))
    sandbox.advance(2 * LAG)
    return call


def received(sandbox, case):
    """Return how often it was sent."""
    return [row["operation"] for row in sandbox.requests()].count(case.operation.value)


def words_of(lost):
    """Return what is said of each outcome that may be."""
    certain = [f"{each.word}: " for each in lost.may_be if each is not Outcome.UNKNOWN]
    is_open = Outcome.UNKNOWN in lost.may_be
    return [*certain, *(("it is listed, which is no proof", "still unknown", "readings disagree") if is_open else ())]


async def settled_entry(desk):
    """Return the one entry once its outcome stands there: an answer on its way has some seconds."""
    (entry,) = await desk.entries()
    if entry.outcome is not None:
        return entry
    await asyncio.sleep(0.05)
    return await settled_entry(desk)


async def check(desk):
    """Look for evidence on what needs somebody."""
    await desk.press("exclamation_mark")
    await desk.opened("Needs you")
    await desk.press("enter")
    await desk.opened("UNKNOWN")
    await desk.press("c", "escape", "escape")


@pytest.mark.parametrize("lost", [*LOST, *LAGGING, *SHIFTED], ids=str)
@pytest.mark.in_turn(31)
async def test_what_became_of_a_lost_answer_is_known_in_the_end(opened, sandbox, lost):
    call = planted(lost, sandbox)
    async with opened(lost.provider) as desk:
        lost.spoils(sandbox)
        await carry_out(desk, lost.provider, call)
        await soon("it needs somebody", lambda: desk.state.needs_you_count == 1)
        await soon("nothing is asked", lambda: desk.dialog is None)
        assert (len(sandbox.applied()), received(sandbox, lost)) == (lost.is_applied, 1)
        lost.shifts(sandbox)
        await check(desk)
        if lost.lags and lost.operation is Operation.DELETE and lost.is_applied:
            await desk.told("readings disagree")
            await check(desk)
        await soon("what was found is told", lambda: any(desk.has_told(words) for words in words_of(lost)))
        (entry,) = await desk.entries()
        known = entry.outcome
        assert entry.operation is lost.operation
        assert known in lost.may_be
        await soon("it is said who needs somebody", lambda: desk.state.needs_you_count == int(known.needs_you))
        assert received(sandbox, lost) == 1, "nothing is sent on a guess, and looking changes nothing"


@pytest.mark.parametrize("case", REFUSED, ids=str)
@pytest.mark.in_turn(29)
async def test_what_is_refused_is_certain(opened, sandbox, case):
    call = planted(case, sandbox)
    async with opened(case.provider) as desk:
        case.strikes(sandbox)
        await carry_out(desk, case.provider, call, may_be_done=False)
        await desk.told(Outcome.REJECTED.word)
        (entry,) = await desk.entries()
        assert (entry.operation, entry.outcome) == (case.operation, Outcome.REJECTED)
        assert desk.state.needs_you_count == 0
        assert (sandbox.applied(), received(sandbox, case)) == ([], 1)


@pytest.mark.parametrize("case", LIMITED, ids=str)
@pytest.mark.in_turn(19)
async def test_what_comes_too_soon_is_sent_later_and_applied_once(opened, sandbox, case):
    call = planted(case, sandbox)
    async with opened(case.provider) as desk:
        sandbox.fault("rate-limit", retry_after=1, operation=case.operation.value, times=2)
        await carry_out(desk, case.provider, call)
        await soon("it is applied", lambda: len(sandbox.applied()) == 1)
        await soon("it is known", lambda: not desk.main.context.session.desk.in_flight)
        (entry,) = await desk.entries()
        assert (entry.operation, entry.outcome) == (case.operation, Outcome.APPLIED)
        assert received(sandbox, case) == 3


@pytest.mark.parametrize("case", LIMITED, ids=str)
@pytest.mark.in_turn(19)
async def test_what_always_comes_too_soon_is_said_and_certainly_not_done(opened, sandbox, case):
    call = planted(case, sandbox)
    async with opened(case.provider) as desk:
        sandbox.fault("rate-limit", retry_after=1, operation=case.operation.value, times=None)
        await carry_out(desk, case.provider, call, may_be_done=False)
        await desk.told("too many requests")
        await soon("it is known", lambda: not desk.main.context.session.desk.in_flight)
        (entry,) = await desk.entries()
        assert (entry.operation, entry.outcome) == (case.operation, Outcome.REJECTED)
        assert desk.state.needs_you_count == 0
        assert sandbox.applied() == []
        assert received(sandbox, case) <= WRITE_ATTEMPTS


@pytest.mark.parametrize("case", LIMITED, ids=str)
@pytest.mark.in_turn(31)
async def test_who_waits_for_the_limit_sees_it_and_may_leave(opened, sandbox, monkeypatch, case):
    monkeypatch.setattr(services, "SystemClock", SystemClock)
    monkeypatch.setattr("tui_reseller.tui.app.ANSWER_SECONDS", 0.2)
    call = planted(case, sandbox)
    async with opened(case.provider) as desk:
        sandbox.fault("rate-limit", retry_after=30, operation=case.operation.value, times=None)
        await carry_out(desk, case.provider, call, may_be_done=False)
        await soon("it is said", lambda: "for the service's limit" in desk.state.waiting)
        await soon("the form has gone", lambda: desk.dialog is None)
        assert any("for the service's limit" in line for line in desk.screen_text())
        await desk.press("down", "q")
        if case.provider.action(case.operation).locks:  # else nothing is on its way that changes anybody
            await desk.opened("Quit?")
            assert "A change is on its way" in desk.words()
            await desk.press("q")
        await soon("left", lambda: not desk.app.is_running or desk.app._exit)
        async with asyncio.timeout(PATIENCE):
            entry = await settled_entry(desk)
        assert (entry.operation, entry.outcome) == (case.operation, Outcome.NOT_SENT)
    assert (sandbox.applied(), received(sandbox, case)) == ([], 1)
