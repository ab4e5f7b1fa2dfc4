"""Every operation of every service by command: its answer lost, readings that are behind or move, each refusal."""

import pytest

from tests.harness.clock import ClockOfBoth
from tests.harness.lost_answers import LAG, LAGGING, LIMITED, LOST, REFUSED, SHIFTED
from tests.harness.verb_words import stdin_of, words_of
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.services.retry import WRITE_ATTEMPTS
from tui_reseller.wiring import services

CODES = {
    Outcome.VERIFIED_APPLIED: 0, Outcome.VERIFIED_NOT_APPLIED: 5, Outcome.UNVERIFIABLE: 10, Outcome.UNKNOWN: 10,
    Outcome.CONFLICT: 8,
}  # fmt: skip
BAD_KEY, REJECTED, NOT_FOUND, FORBIDDEN = 4, 6, 7, 11


@pytest.fixture
def sandbox(sandboxes):
    shared = sandboxes("lost by command", customers=12)
    shared.start_anew()
    shared.advance(600)
    return shared


@pytest.fixture
def at(consoles, sandbox, monkeypatch):
    """Hand out a console at a provider of the sandbox; what is waited for has passed at once, here and there."""
    monkeypatch.setattr(services, "SystemClock", lambda: ClockOfBoth(sandbox, least=1))
    monkeypatch.setattr("tui_reseller.api.v3.allowance.SLOW", 0.0)  # what is taken more seldom waits in real time

    def made(provider):
        console, ready = consoles(), sandbox.ready
        is_v3 = provider.id.endswith("-v3")
        console.environment |= {
            "TUI_RESELLER_PROVIDER": provider.id, "TUI_RESELLER_API_USER": ready["api_user"],
            "TUI_RESELLER_BASE_URL": ready["v3_base_url" if is_v3 else "base_url"],
            "TUI_RESELLER_API_KEY": ready["v3_api_key" if is_v3 else "api_key"],
        }  # fmt: skip
        return console

    return made


def verb_of(case, at, sandbox):
    """Return what runs the command of a case, on a customer who was planted for it or is to come."""
    console, call = at(case.provider), case.call(case.planted(sandbox))
    sandbox.advance(2 * LAG)  # what was planted is told
    return console, lambda: console(*words_of(case.provider, call), stdin=stdin_of(call))


def received(sandbox, case):
    """Return how often it was sent."""
    return [row["operation"] for row in sandbox.requests()].count(case.operation.value)


def by_us(sandbox):
    """Return what was carried out for us: not what somebody else did behind a page."""
    return sandbox.for_clients()


@pytest.mark.in_turn(13)
@pytest.mark.parametrize("lost", [*LOST, *LAGGING, *SHIFTED], ids=str)
def test_what_became_of_a_lost_answer_is_known_in_the_end(at, sandbox, lost):
    console, verb = verb_of(lost, at, sandbox)
    action = lost.provider.action(lost.operation)
    lost.spoils(sandbox)
    said = verb()
    row = said.rows[-1] if said.out else console("needs-you").rows[-1]  # a link that did not come has no row
    assert said.code == 10, said.err
    assert row.get("outcome", "unknown") == "unknown"
    assert (len(by_us(sandbox)), received(sandbox, lost)) == (lost.is_applied, 1)
    if not action.is_repeatable:
        again = verb()
        assert again.code in {NOT_FOUND, FORBIDDEN}, again.err
        assert received(sandbox, lost) == 1, "nothing is sent on a guess"
    lost.shifts(sandbox)
    checked = console("verify", row["id"])
    if lost.lags and lost.operation is Operation.DELETE:  # it was listed, and then was not: that decides nothing yet
        assert checked.row["outcome"] == "unknown", checked.err
        checked = console("verify", row["id"])
    known = Outcome(checked.row["outcome"])
    assert known in lost.may_be, checked.err
    assert checked.code == CODES[known]
    assert received(sandbox, lost) == 1, "looking changes nothing"
    console("resolve", row["id"], "--note", "looked at it")


@pytest.mark.in_turn(13)
@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_what_is_refused_is_certain_and_stands_in_nobodys_way(at, sandbox, case):
    console, verb = verb_of(case, at, sandbox)
    case.strikes(sandbox)
    said = verb()
    assert said.code == (BAD_KEY if case.is_of_the_key else REJECTED), said.err
    assert (sandbox.applied(), received(sandbox, case)) == ([], 1)
    assert console("needs-you").rows == []
    assert console("audit", "list", "--limit", "1").row["outcome"] == "rejected"
    assert verb().code == 0
    assert len(sandbox.applied()) == 1


@pytest.mark.in_turn(13)
@pytest.mark.parametrize("case", LIMITED, ids=str)
def test_what_comes_too_soon_is_sent_later_and_applied_once(at, sandbox, case):
    _, verb = verb_of(case, at, sandbox)
    sandbox.fault("rate-limit", retry_after=1, operation=case.operation.value, times=2)
    said = verb()
    assert said.code == 0, said.err
    assert (len(sandbox.applied()), received(sandbox, case)) == (1, 3)


@pytest.mark.in_turn(13)
@pytest.mark.parametrize("case", LIMITED, ids=str)
def test_what_always_comes_too_soon_is_certainly_not_done(at, sandbox, case):
    console, verb = verb_of(case, at, sandbox)
    sandbox.fault("rate-limit", retry_after=1, operation=case.operation.value, times=None)
    said = verb()
    assert said.code == REJECTED, said.err
    assert sandbox.applied() == []
    assert received(sandbox, case) <= WRITE_ATTEMPTS
    assert console("needs-you").rows == []
