"""What every ledger refuses while something is open, and what closes it."""

import asyncio
import itertools

import pytest

from tests.harness.v2 import ACTIONS, REPEATABLE
from tests.storage.operations import CLOSED, NEEDING, OneLedger, done
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.operation import Operation, Outcome

LUZ = {"email": "luz@x.example", "first_name": "Luz", "last_name": 'Mar\u00edn "\\ \0 \ud800'}
EVE = {"email": "eve@x.example", "first_name": "Eve", "last_name": "Lin"}
FINGERPRINTS = [
    (LUZ, LUZ, False), (LUZ, EVE, True), (LUZ, LUZ | {"email": "new@x.example"}, False), (LUZ, {}, False),
    ({}, EVE, False), (LUZ, EVE | {"first_name": None, "last_name": None}, True), (LUZ, dict.fromkeys(LUZ), False),
    (dict.fromkeys(LUZ), EVE, False), (LUZ | {"id": "7"}, LUZ | {"id": "8"}, True),
    (LUZ | {"id": "7"}, EVE | {"id": "7"}, False), (LUZ | {"id": "7"}, EVE, True), (LUZ, LUZ | {"id": "8"}, False),
    (LUZ | {"id": ""}, LUZ | {"id": "8"}, False), (LUZ | {"id": "8"}, LUZ | {"id": ""}, False),
    ({"id": "7"}, {"id": "8"}, True), ({"id": "7"}, EVE, False),
]  # fmt: skip
"""Of a customer when an operation was begun, and when it is repeated; and whether these are two."""


class LocksContract(OneLedger):
    """While an outcome is open."""

    @pytest.mark.parametrize("outcome", NEEDING)
    async def test_an_open_outcome_locks_the_customer_and_says_which(self, ledger, intent, outcome):
        entry = await done(ledger, intent(), outcome)
        with pytest.raises(RefusedHere) as caught:
            await ledger.begin(intent(Operation.DELETE))
        for word in ("set", '"user1"', self.role or "kim", "must be settled first", outcome.word.lower()):
            assert word in caught.value.message
        assert entry in caught.value.hint
        await ledger.begin(intent(Operation.DELETE, username="user2"))
        await ledger.begin(intent(Operation.DELETE, account="https://elsewhere|acme"))

    @pytest.mark.parametrize("outcome", [None, *NEEDING])
    async def test_what_changes_nothing_neither_waits_nor_keeps_others_waiting(self, ledger, intent, outcome):
        account = "accounts-v3|https://api.sendgrid.com/v3|acme"
        for first, then in itertools.permutations([Operation.SIGN_IN, Operation.DISABLE]):
            begun = await ledger.begin(intent(first, first.value, account))
            if outcome is not None:
                await ledger.finish(begun, outcome, "said")
            assert await ledger.begin(intent(then, first.value, account))
        assert await ledger.already(intent(Operation.DISABLE, "disable", account), "so") is None
        await ledger.begin(intent(Operation.SIGN_IN, "third", account))
        assert await ledger.already(intent(Operation.DISABLE, "third", account), "so")

    @pytest.mark.parametrize("outcome", CLOSED)
    async def test_a_closed_outcome_locks_nothing(self, ledger, intent, outcome):
        await done(ledger, intent(), outcome)
        await ledger.begin(intent(Operation.DELETE))

    @pytest.mark.parametrize("outcome", CLOSED)
    @pytest.mark.parametrize("later", [Outcome.UNKNOWN, Outcome.VERIFIED_APPLIED])
    async def test_what_is_closed_stays_closed(self, ledger, intent, outcome, later):
        entry = await done(ledger, intent(), outcome, "the first word")
        await ledger.finish(entry, later, "a check that began before")
        found = await ledger.get(entry)
        assert (found.outcome, found.message) == (outcome, "the first word")
        assert (await ledger.check()).rows == 2

    @pytest.mark.parametrize("answer", [Outcome.APPLIED, Outcome.REJECTED, Outcome.NOT_SENT])
    async def test_an_answer_after_a_note_says_what_the_note_left_open(self, ledger, intent, answer):
        entry = await done(ledger, intent(), Outcome.RESOLVED, "kim: the host is gone")
        await ledger.finish(entry, answer, "said", is_answer=True)
        found = await ledger.get(entry)
        assert (found.outcome, "after it was resolved" in found.message) == (answer, True)

    @pytest.mark.parametrize("answer", Outcome)
    @pytest.mark.parametrize("closed", [Outcome.VERIFIED_APPLIED, Outcome.VERIFIED_NOT_APPLIED])
    async def test_an_answer_that_contradicts_what_was_read_needs_a_person(self, ledger, intent, closed, answer):
        entry = await done(ledger, intent(), closed, "read")
        await ledger.finish(entry, answer, "said", is_answer=True)
        found = await ledger.get(entry)
        is_certain = answer.is_applied or answer.is_certainly_not
        if is_certain and answer.is_applied != closed.is_applied:
            assert found.outcome is Outcome.UNVERIFIABLE
            assert answer.word.lower() in found.message
            assert closed.word.lower() in found.message
            assert [entry.id for entry in await ledger.needs_you()] == [found.id]
        else:
            assert (found.outcome, found.message) == (closed, "read")

    async def test_what_is_in_flight_locks_even_its_own_repeat(self, ledger, intent):
        await ledger.begin(intent(Operation.ENABLE))
        with pytest.raises(RefusedHere, match="being sent just now"):
            await ledger.begin(intent(Operation.ENABLE))

    async def test_a_rename_is_locked_by_both_names_and_locks_both(self, ledger, intent):
        await done(ledger, intent(username="taken"), Outcome.UNKNOWN)
        with pytest.raises(RefusedHere, match="taken"):
            await ledger.begin(intent(Operation.RENAME, "old", new="taken"))
        await done(ledger, intent(Operation.RENAME, "old", new="new"), Outcome.UNKNOWN)
        for name in ("old", "new"):
            with pytest.raises(RefusedHere, match="rename"):
                await ledger.begin(intent(username=name))

    @pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.UNVERIFIABLE])
    @pytest.mark.parametrize("operation", [operation for operation, action in ACTIONS.items() if action.is_repeatable])
    async def test_a_harmless_repeat_is_let_through_and_supersedes(self, ledger, intent, operation, outcome):
        first = await done(ledger, intent(operation), outcome)
        second = await done(ledger, intent(operation), Outcome.UNKNOWN)
        assert {entry.id for entry in await ledger.needs_you()} == {first, second}
        third = await done(ledger, intent(operation))
        for older in (first, second):
            found = await ledger.get(older)
            assert (found.outcome, found.message) == (Outcome.RESOLVED, f"superseded by {third}, applied")
        assert await ledger.needs_you() == []

    @pytest.mark.parametrize(("then", "now", "is_another"), FINGERPRINTS)
    @pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.UNVERIFIABLE])
    async def test_what_is_on_another_customer_of_that_name_repeats_nothing(
        self, ledger, intent, outcome, then, now, is_another
    ):
        first = await done(ledger, intent(Operation.DISABLE, fingerprint=then), outcome)
        if is_another:
            with pytest.raises(RefusedHere, match="another customer bears this name") as caught:
                await ledger.begin(intent(Operation.DISABLE, fingerprint=now))
            assert first in caught.value.hint
            assert [entry.id for entry in await ledger.needs_you()] == [first]
            await ledger.finish(first, Outcome.RESOLVED, "kim: that one is gone")
        await done(ledger, intent(Operation.DISABLE, fingerprint=now))
        assert await ledger.needs_you() == []

    @pytest.mark.parametrize("later", [Outcome.VERIFIED_APPLIED, Outcome.VERIFIED_NOT_APPLIED])
    async def test_of_two_open_repeats_one_reading_does_not_prove_both(self, ledger, intent, later):
        first = await done(ledger, intent(Operation.DISABLE), Outcome.UNKNOWN)
        second = await done(ledger, intent(Operation.DISABLE), Outcome.UNKNOWN)
        await ledger.finish(first, Outcome.VERIFIED_APPLIED, "it is off", is_observed=True)
        found = await ledger.get(first)
        assert (found.outcome, second in found.message) == (Outcome.UNKNOWN, True)
        await ledger.finish(second, later, "it was read again", is_observed=True)
        await ledger.finish(first, Outcome.VERIFIED_APPLIED, "it is off", is_observed=True)
        applied = {entry.id for entry in await ledger.entries(AuditQuery()) if entry.outcome.is_applied}
        assert applied == {second if later is Outcome.VERIFIED_APPLIED else first}
        assert await ledger.needs_you() == []

    @pytest.mark.parametrize("outcome", [Outcome.CONFLICT, Outcome.PARTIAL])
    async def test_a_repeat_is_refused_where_somebody_else_may_have_changed_it(self, ledger, intent, outcome):
        await done(ledger, intent(Operation.ENABLE), outcome)
        with pytest.raises(RefusedHere):
            await ledger.begin(intent(Operation.ENABLE))

    async def test_the_opposite_switch_and_a_harmful_repeat_are_refused(self, ledger, intent):
        await done(ledger, intent(Operation.ENABLE), Outcome.UNKNOWN)
        with pytest.raises(RefusedHere):
            await ledger.begin(intent(Operation.DISABLE))
        await done(ledger, intent(Operation.CREATE, "newcomer"), Outcome.UNKNOWN)
        with pytest.raises(RefusedHere):
            await ledger.begin(intent(Operation.CREATE, "newcomer"))

    async def test_a_rejected_repeat_closes_nothing(self, ledger, intent):
        first = await done(ledger, intent(Operation.PASSWORD), Outcome.UNKNOWN)
        await done(ledger, intent(Operation.PASSWORD), Outcome.REJECTED)
        assert [entry.id for entry in await ledger.needs_you()] == [first]

    async def test_every_operation_after_every_outcome_of_every_other_is_let_through_or_refused(self, ledger, intent):
        """The lock as one table: earlier operation, what became of it (None: in flight), later operation."""
        cases = [(earlier, outcome, later) for earlier in ACTIONS for outcome in (None, *Outcome) for later in ACTIONS]
        names = {case: f"u{number}" for number, case in enumerate(cases)}
        first = await asyncio.gather(*(ledger.begin(intent(case[0], names[case])) for case in cases))
        await asyncio.gather(
            *(ledger.finish(entry, case[1], "") for case, entry in zip(cases, first, strict=True) if case[1])
        )

        async def is_let_through(case):
            try:
                await ledger.begin(intent(case[2], names[case]))
            except RefusedHere:
                return False
            return True

        found = await asyncio.gather(*map(is_let_through, cases))
        for case, let_through in zip(cases, found, strict=True):
            earlier, outcome, later = case
            repeats = earlier is later and earlier in REPEATABLE and outcome in {Outcome.UNKNOWN, Outcome.UNVERIFIABLE}
            assert let_through == (outcome in CLOSED or repeats), case
        assert (await ledger.check()).is_whole
