"""What a screen keeps of suspensions is what the audit log says, whatever was written, by whom, and in what order."""

import random
from datetime import timedelta

import pytest

from tests.storage.memory_ledger import MemoryLedger
from tui_reseller.domain.audit import AuditQuery, Intent, Operator
from tui_reseller.domain.changes import Change
from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.services import suspended, suspensions
from tui_reseller.services.suspended import Suspended
from tui_reseller.services.suspensions import open_suspensions

ACCOUNT = "reseller-v2|https|api.sendgrid.com|443|/apiv2|acme"
NAMES = "abcd"
KIM = Operator("kim", "bastion")
OPERATIONS = (Operation.DISABLE,) * 4 + (Operation.ENABLE, Operation.RENAME, Operation.RENAME, Operation.DELETE)
OUTCOMES = (Outcome.APPLIED,) * 4 + (Outcome.UNKNOWN, Outcome.REJECTED, Outcome.ALREADY_SO)


def an_intent(chosen, now):
    operation, name = chosen.choice(OPERATIONS), chosen.choice(NAMES)
    change = Change("sending", chosen.choice([True, True, False, None]), operation is Operation.ENABLE)
    if operation is Operation.RENAME:
        change = Change("username", name, chosen.choice(NAMES.replace(name, "")))
    until = now + timedelta(hours=chosen.randint(-3, 3)) if operation is Operation.DISABLE else None
    return Intent("acme", ACCOUNT, operation, name, (change,), KIM, until=chosen.choice([until, None]))


async def written_at_random(ledger, chosen, now):
    """Write something: an operation with or without its outcome, or the late outcome of one."""
    all_of_them = await ledger.entries(AuditQuery())
    verified = [e for e in all_of_them if e.outcome in {Outcome.VERIFIED_APPLIED, Outcome.VERIFIED_NOT_APPLIED}]
    if verified and chosen.random() < 0.2:  # the answer comes after all, and may say otherwise
        answer = chosen.choice([Outcome.APPLIED, Outcome.REJECTED])
        await ledger.finish(chosen.choice(verified).id, answer, "said", is_answer=True)
        return
    waiting = [entry for entry in all_of_them if entry.outcome in {None, Outcome.UNKNOWN}]
    if waiting and chosen.random() < 0.5:
        late = [Outcome.APPLIED, Outcome.VERIFIED_APPLIED, Outcome.VERIFIED_NOT_APPLIED, Outcome.RESOLVED]
        await ledger.finish(chosen.choice(waiting).id, chosen.choice(late), "late")
        return
    try:
        entry = await ledger.begin(an_intent(chosen, now))
    except RefusedHere:  # something is open
        return
    if chosen.random() < 0.8:
        await ledger.finish(entry, chosen.choice(OUTCOMES), "said")


async def from_all_rows(ledger):
    """Return the suspensions as all operations of the account say, none left out."""
    replay = suspensions.Replay()
    for entry in reversed(await ledger.entries(AuditQuery(account=ACCOUNT))):
        replay.take(entry)
    return {one.username: one for one in replay.suspensions.values()}


@pytest.mark.parametrize("most", [1, 3, suspended.MOST])
@pytest.mark.parametrize("seed", range(8))
async def test_what_is_kept_is_what_the_whole_ledger_says(clock, monkeypatch, seed, most):
    monkeypatch.setattr(suspended, "MOST", most)
    chosen, ledger = random.Random(seed), MemoryLedger(clock.now)
    kept = Suspended(ACCOUNT, ledger)
    for _ in range(40):
        for _ in range(chosen.randint(1, 4)):
            await written_at_random(ledger, chosen, clock.now())
        await kept.follow(clock.now())
        expected = await from_all_rows(ledger)
        assert kept.found == expected
        assert {one.username: one for one in await open_suspensions(ledger, ACCOUNT)} == expected


async def test_it_says_when_it_has_to_be_looked_at_again(clock):
    ledger = MemoryLedger(clock.now)
    kept = Suspended(ACCOUNT, ledger)
    await kept.follow(clock.now())
    assert (kept.changes_at, kept.due(clock.now())) == (None, [])
    ends = [clock.now() + timedelta(hours=hours) for hours in (2, 1)]
    for name, end in zip("ab", ends, strict=True):
        stop = Intent("acme", ACCOUNT, Operation.DISABLE, name, (Change("sending", True, False),), KIM, until=end)
        await ledger.finish(await ledger.begin(stop), Outcome.APPLIED, "success")
    await kept.follow(clock.now())
    assert (kept.changes_at, kept.due(clock.now())) == (ends[1], [])
    assert ([one.username for one in kept.due(ends[1])], kept.changes_at) == (["b"], ends[0])
    assert ([one.username for one in kept.due(ends[0])], kept.changes_at) == (["b", "a"], None)


async def test_nothing_is_read_again_that_has_not_changed(clock):
    ledger = MemoryLedger(clock.now)
    kept = Suspended(ACCOUNT, ledger)
    await kept.follow(clock.now())
    asked = []

    async def around_ends(account, usernames=None):
        asked.append(usernames)
        return []

    ledger.around_ends = around_ends
    await kept.follow(clock.now())
    for operation in (Operation.ENABLE, Operation.DISABLE):
        change = Change("sending", None, operation is Operation.ENABLE)
        intent = Intent("acme", ACCOUNT, operation, "a", (change,), KIM)
        await ledger.finish(await ledger.begin(intent), Outcome.APPLIED, "success")
        await kept.follow(clock.now())
    assert asked == []
