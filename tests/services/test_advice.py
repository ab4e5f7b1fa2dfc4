"""What is said of every kind of open outcome: complete, harmless, and true of what the ledger lets through."""

from datetime import UTC, datetime

import pytest

from tests.harness.v2 import ACTIONS, changes_of
from tests.services.fakes import CALLS, KIM
from tui_reseller.domain.audit import Entry, Intent
from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.providers import PROVIDERS
from tui_reseller.services.advice import NOTHING, UNSEEN, known, safe

EACH = [(provider.id, operation) for provider in PROVIDERS.values() for operation in provider.actions]
OPEN = [outcome for outcome in Outcome if outcome.needs_you]


def entry(operation, outcome, message, *, is_observed=False):
    at = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
    call = CALLS[operation]
    return Entry(
        "id",
        at,
        "acme",
        "a",
        operation,
        call.username,
        changes_of(call, None),
        KIM,
        None,
        "",
        None,
        outcome,
        message,
        is_observed=is_observed,
    )


@pytest.mark.parametrize("outcome", OPEN)
@pytest.mark.parametrize(("provider", "operation"), EACH)
def test_every_open_outcome_has_its_advice(provider, operation, outcome):
    said = safe(PROVIDERS[provider].action(operation), outcome)
    assert "Safe: " in said or said.startswith("Cannot be checked")
    assert "failed" not in said.lower()


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if not outcome.needs_you])
def test_a_closed_outcome_needs_none(outcome):
    assert safe(ACTIONS[Operation.SET], outcome) == ""


@pytest.mark.parametrize("operation", ACTIONS)
async def test_a_repeat_is_called_safe_exactly_where_it_is_let_through(ledger, operation):
    call = CALLS[operation]
    intent = Intent("acme", "a", operation, call.username, changes_of(call, None), KIM)
    await ledger.finish(await ledger.begin(intent), Outcome.UNKNOWN, "cut")
    said = safe(ACTIONS[operation], Outcome.UNKNOWN)
    if "repeat with the same value" in said or "set a new password" in said:
        assert await ledger.begin(intent)
    else:
        with pytest.raises(RefusedHere, match="must be settled first"):
            await ledger.begin(intent)


def test_known_is_what_was_read_and_nothing_else():
    read = "read back at 2026-03-04 12:00:00Z: still unknown, it is listed"
    assert known(entry(Operation.DELETE, Outcome.UNKNOWN, read, is_observed=True)) == read
    assert known(entry(Operation.DELETE, Outcome.UNKNOWN, read)) == NOTHING, "not what its words say, but what it is"
    assert known(entry(Operation.DELETE, Outcome.UNKNOWN, "host: no answer in time")) == NOTHING
    assert known(entry(Operation.PASSWORD, Outcome.UNKNOWN, "host: no answer in time")) == UNSEEN
