"""Outcomes that a person closes, and what was closed while somebody looked."""

import asyncio

import pytest

from tests.harness.clock import NOON
from tests.services.lost import APPLIED, DELETE, SET, UNKNOWN, standing
from tui_reseller.domain.audit import Intent
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.services.verify import resolve, verify


async def test_an_open_outcome_is_settled_with_a_note_and_never_counts_as_success(session, ledger, lose):
    entry = await lose(DELETE, applied=False)
    await resolve(session, entry, "  support says it is scheduled ")
    found = await ledger.get(entry.id)
    assert (found.outcome, found.message) == (Outcome.RESOLVED, "kim: support says it is scheduled")
    assert not found.outcome.is_applied
    assert await ledger.needs_you() == []


@pytest.mark.parametrize("note", ["", "  \n"])
async def test_settling_needs_a_note(session, ledger, lose, note):
    entry = await lose(DELETE, applied=False)
    with pytest.raises(InvalidInput) as caught:
        await resolve(session, entry, note)
    assert caught.value.field == "note"
    assert await standing(ledger, entry) is UNKNOWN


async def test_what_was_settled_while_somebody_looked_stays_settled(session, service, ledger, lose):
    entry = await lose(DELETE, applied=False)
    notes = []

    def note(_name):
        if not notes:
            notes.append(asyncio.ensure_future(resolve(session, entry, "support says it is scheduled")))

    service.when_asked = note
    outcome, words = await verify(session, entry)
    assert (outcome, words) == (Outcome.RESOLVED, "kim: support says it is scheduled")
    assert await standing(ledger, entry) is Outcome.RESOLVED


async def test_what_is_closed_is_neither_checked_nor_settled_again(session, service, ledger, lose):
    entry = await lose(SET, applied=True)
    await verify(session, entry)
    service.asked.clear()
    assert (await verify(session, entry))[0] is APPLIED
    assert service.asked == []
    with pytest.raises(InvalidInput, match="nothing to resolve"):
        await resolve(session, entry, "I know better")
    assert await standing(ledger, entry) is APPLIED


async def test_only_force_closes_what_is_on_its_way_and_only_after_two_minutes(session, clock, ledger):
    intent = Intent("acme", session.account, Operation.DISABLE, "luz", (), session.operator)
    entry = await ledger.get(await ledger.begin(intent))
    clock.jumped = entry.time - NOON
    with pytest.raises(InvalidInput, match="still on its way") as refused:
        await resolve(session, entry, "the host is gone")
    assert "--force" in refused.value.hint
    clock.passed = 119
    with pytest.raises(InvalidInput, match="may be sent at any moment"):
        await resolve(session, entry, "the host is gone", is_forced=True)
    clock.passed = 120
    await resolve(session, entry, "the host is gone", is_forced=True)
    assert await standing(ledger, entry) is Outcome.RESOLVED
