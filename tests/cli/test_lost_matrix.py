"""Every create and every switch of every service, its answer lost before or after it was carried out: by commands."""

import pytest

from tests.harness.clock import HurriedClock
from tests.harness.lost_answers import LOST
from tests.harness.samples import call_of, planted_for
from tui_reseller import wiring
from tui_reseller.domain.operation import Outcome, verb_of

CODES = {Outcome.VERIFIED_APPLIED: 0, Outcome.VERIFIED_NOT_APPLIED: 5, Outcome.UNVERIFIABLE: 10}


@pytest.fixture
def sandbox(sandboxes):
    shared = sandboxes("lost by command", customers=12)
    shared.start_anew()
    shared.advance(600)
    return shared


@pytest.fixture
def at(consoles, sandbox, monkeypatch):
    """Hand out a console at a provider of the sandbox; waiting is short."""
    monkeypatch.setattr(wiring, "SystemClock", lambda: HurriedClock(least=1))

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


def words_for(lost, sandbox):
    """Return the words of the command, on a customer who was planted for it or is to come."""
    name, verb = sandbox.fresh_name(), verb_of(lost.operation)
    if not lost.creates:
        values = planted_for(lost.provider, lost.operation) | {"email": f"{name}@x.example", "region": "global"}
        sandbox.plant_person(name, **values)
        return [verb, sandbox.held(name)["account_id"] if lost.provider.names_customers else name, "--yes"]
    call = call_of(lost.provider, lost.operation, name)
    named = [] if lost.provider.names_customers else [f"username={name}"]
    password = ["--generate-password"] if call.password else []
    return [verb, *named, *(f"{field}={value}" for field, value in call.fields.items()), *password, "--yes"]


@pytest.mark.in_turn(5)
@pytest.mark.parametrize("lost", LOST, ids=str)
def test_what_became_of_a_lost_answer_is_known_in_the_end(at, sandbox, lost):
    console = at(lost.provider)
    words = words_for(lost, sandbox)
    sandbox.fault(lost.fault, operation=lost.operation.value, times=1)
    said = console(*words)
    assert (said.code, said.row["outcome"]) == (10, "unknown"), said.err
    assert len(sandbox.applied()) == lost.is_applied
    if not lost.provider.action(lost.operation).is_repeatable:
        again = console(*words)
        assert (again.code, len(sandbox.applied())) == (11, lost.is_applied), "nothing is sent on a guess"
    checked = console("verify", said.row["id"])
    assert checked.row["outcome"] == lost.due.value, checked.err
    assert checked.code == CODES[lost.due]
    assert len(sandbox.applied()) == lost.is_applied, "looking changes nothing"
    console("resolve", said.row["id"], "--note", "looked at it")
