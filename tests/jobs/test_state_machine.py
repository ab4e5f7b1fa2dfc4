"""T12: operations, faults, restarts, a second instance, others' edits, an operator's decisions: in any order.

The model is what the sandbox really holds and applied. After each step: no verdict contradicts it, nothing open is sent
again, one customer has at most one open write, the chain is whole; and whenever the dust settles, what can be read is
known. Every operation that the table of a service has is tried, on customers who come, go and are renamed, with
readings that are behind, with details that were read and that were not. The small size: 100 examples of 30 steps among
20 other customers; the large, of one service: `TUI_RESELLER_EXAMPLES=5000 TUI_RESELLER_STEPS=100 python -m pytest
tests/jobs/test_state_machine.py -n0 -s -m long -k subusers-v3`, and among many, TUI_RESELLER_OTHERS=5000. Every hundred
examples it prints how far it is.
"""

import asyncio
import itertools
import json
import os
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.harness.clock import ClockOfBoth
from tests.harness.consent import carry_out, take_back
from tests.harness.samples import OLD_PASSWORD, call_of, recorded_of, writes_of
from tests.harness.sandbox import Sandbox
from tests.jobs.office import Office
from tui_reseller.domain.action import Effect
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.providers import PROVIDERS
from tui_reseller.services import details, listing, plans, undo
from tui_reseller.services.requested import RequestedChange
from tui_reseller.services.verify import resolve, verify

EXAMPLES = int(os.environ.get("TUI_RESELLER_EXAMPLES", "100"))
STEPS = int(os.environ.get("TUI_RESELLER_STEPS", "30"))
OTHERS = int(os.environ.get("TUI_RESELLER_OTHERS", "20"))
"""Customers whom nobody touches, but who are in every list."""
PLANTED = 5
WORDS = st.sampled_from(["new", "other", "a third"])
"""What we write; each gives another value in every field."""
CREDITS = {"type": "nonrecurring", "reset_frequency": None, "remain": 40, "total": None, "used": None}
FAULTS = st.sampled_from(["drop-before", "drop-after", "truncate", "garbage", "status"])
CERTAIN = frozenset({Outcome.APPLIED, Outcome.VERIFIED_APPLIED})
WHO, WHICH = st.integers(0, 50), st.integers(0, 1)
LAG = 30.0
"""Seconds that readings are behind, as a service of today may be (`Provider.reads_lag`)."""
HOUR = 3600.0

pytestmark = pytest.mark.long
_numbers = itertools.count(1)


def elsewhere(provider: Provider, number: int) -> dict[str, str]:
    """Return what somebody else sets, as the sandbox keeps it: never what we want, nor what was there before, or no
    reading could tell who did it (reliability R4; the remaining risk of its section 4.6).
    """
    if provider.names_customers:
        booked = [{"name": "org.ei.pro.v1", "type": "package", "quantity": 1}]
        return {
            "offerings": json.dumps([*booked, {"name": "org.ei.marketing.v1", "type": "addon", "quantity": number}])
        }
    return {"city": f"Faro {number}"}


@pytest.mark.parametrize("provider", PROVIDERS.values(), ids=PROVIDERS)
def test_no_order_of_events_makes_a_verdict_untrue(new_sandbox, monkeypatch, provider):
    monkeypatch.setattr("tui_reseller.api.v3.allowance.SLOW", 0.0)  # what is taken more seldom waits in real time
    told: Counter[str] = Counter()
    sandbox = new_sandbox(customers=OTHERS)
    machine = type("Machine", (Events,), {"sandbox": sandbox, "provider": provider, "told": told})
    run_state_machine_as_test(
        machine,
        settings=settings(
            print_blob=True,
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(f"\n{provider.id}: {dict(told)}")


class Events(RuleBasedStateMachine):
    """Two instances on one state, and the world around them."""

    sandbox: Sandbox
    provider: Provider
    told: Counter[str]

    def __init__(self):
        super().__init__()
        self.told["examples"] += 1
        if not self.told["examples"] % 100:
            print(f"\n{self.provider.id}: {self.told['examples']} examples", flush=True)
        self.folder = tempfile.TemporaryDirectory()
        self.loop = asyncio.new_event_loop()
        self.stem = f"walk{next(_numbers)}"
        self.sandbox.start_anew()
        planted = [self.planted(f"{self.stem}-{number}") for number in range(PLANTED)]
        self.keys = [self.held_key(name) for name in planted]
        self.names = dict(zip(self.keys, planted, strict=True))
        self.sandbox.start_anew()
        self.clock = ClockOfBoth(self.sandbox, least=1)
        self.clock.advance(HOUR)
        self.offices = [self.opened() for _ in range(2)]
        self.do(self._lists())
        self.edits = itertools.count(60)

    def planted(self, name: str) -> str:
        more = {"region": "global", "credits": json.dumps(CREDITS), "password": OLD_PASSWORD}
        return self.sandbox.plant_person(name, active=True, **more)

    def held_key(self, name: str) -> str:
        return self.sandbox.held(name)["account_id"] if self.provider.names_customers else name

    def opened(self):
        office = Office(Path(self.folder.name), self.sandbox, provider=self.provider.id, clock=self.clock)
        office.services.ledger._now = self.clock.now  # its moments and those of the readings are of one clock
        return office

    async def _lists(self):
        for office in self.offices:
            await listing.refresh_for_many(office.session)

    def do(self, work):
        return self.loop.run_until_complete(work)

    def teardown(self):
        try:
            self.the_dust_settles(0)
        finally:
            self._close()

    def _close(self):
        for office in self.offices:
            self.do(office.aclose())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        self.folder.cleanup()
        self.sandbox.clear()
        for row in self.sandbox.log():
            self.names |= {row["username"]: row["username"], **self._named_in(row)}
        for name in self.names.values():
            self.sandbox.bury(name)

    @staticmethod
    def _named_in(row):
        name = row["changes"].get("username", [None, None])[1]
        return {name: name} if name else {}

    # What operators do

    def drawn(self, at: int) -> Operation:
        found = recorded_of(self.provider)
        return found[at % len(found)]

    def someone(self, who: int) -> str:
        """Return the key of one of ours, whoever that is by now: some were renamed, some are gone."""
        return self.keys[who % len(self.keys)]

    @rule(which=WHICH, who=WHO, at=WHO, word=WORDS, fault=st.none() | FAULTS)
    def write(self, which, who, at, word, fault):
        operation = self.drawn(at)
        if fault is not None:
            self.sandbox.fault(fault, operation=operation.value, times=1)
        effect = self.provider.action(operation).effect
        key = f"{self.stem}-more{who % 3}" if effect is Effect.CREATES else self.someone(who)
        self._carry_out(which, call_of(self.provider, operation, key, word))

    def _carry_out(self, which, call):
        office = self.offices[which]
        open_before = {entry.customer for entry in self.do(office.services.ledger.needs_you())}
        sent_before = len(self.sandbox.log())
        result = self.do(carry_out(office.session, call, reason="a step"))
        self._took(call, result)
        if call.username in open_before and result.id is None:
            assert result.error is not None or "already so" in result.message
            assert len(self.sandbox.log()) == sent_before

    def _took(self, call, result):
        self.told[f"{call.operation.value} {result.outcome.value}"] += 1
        new = result.username if result.outcome in CERTAIN else ""
        if self.provider.action(call.operation).effect is Effect.RENAMES and new:
            new = call.fields["username"]
        if new and new not in self.keys:
            self.keys.append(new)

    @rule(which=WHICH)
    def look_for_evidence(self, which):
        office = self.offices[which]
        for entry in self.do(office.services.ledger.needs_you())[:2]:
            outcome, _ = self.do(verify(office.session, entry))
            self.told[f"{entry.operation.value} then {outcome.value}"] += 1

    @rule(which=WHICH)
    def settle_with_a_note(self, which):
        office = self.offices[which]
        for entry in self.do(office.services.ledger.needs_you())[:1]:
            self.do(resolve(office.session, entry, "looked at it"))

    @rule(which=WHICH, at=WHO)
    def undo_one(self, which, at):
        office = self.offices[which]
        entries = self.do(office.services.ledger.entries(AuditQuery()))
        undoable = [one for one in entries if one.outcome in CERTAIN and undo.opposite(one) is not None]
        if undoable:
            entry = undoable[at % len(undoable)]
            self._took(undo.opposite(entry), self.do(take_back(office.session, entry, "a step back")))

    @rule(which=WHICH, who=WHO)
    def read_details(self, which, who):
        session = self.offices[which].session
        customer = session.customers.get(self.someone(who))

        async def read():
            with suppress(ResellerError):
                async for _ in details.read_many(session, [customer], self.provider.details):
                    pass

        if customer is not None and self.provider.details:
            self.do(read())

    @rule(which=WHICH, at=WHO, word=WORDS)
    def job(self, which, at, word):
        office, actions = self.offices[which], self.provider.actions
        changing = [one for one in writes_of(self.provider) if actions[one].effect is Effect.CHANGES]
        many = [one for one in changing if not actions[one].needs_password]
        operation = many[at % len(many)]

        async def run():
            with suppress(ResellerError):  # nothing to do, or the list cannot be read
                await listing.refresh_for_many(office.session)
                wanted = [RequestedChange(call_of(self.provider, operation, key, word)) for key in self.keys]
                plan = (await plans.draft(office.session, wanted, origin="a step")).plan
                job = await office.jobs.add(plan, office.session.operator, "a step")
                self.told["jobs"] += 1
                await office.run(job).run()

        self.do(run())

    @rule(which=WHICH)
    def resume(self, which):
        office = self.offices[which]

        async def run():
            for job in await office.jobs.all():
                if not job.is_finished:
                    with suppress(ResellerError):
                        await office.run(job).run()
                    return

        self.do(run())

    # What happens to them

    @rule(name=FAULTS, at=WHO, times=st.integers(1, 2))
    def fault(self, name, at, times):
        operation = self.drawn(at)
        self.sandbox.fault(name, operation=operation.value, times=times)

    @precondition(lambda self: self.provider.reads_lag)
    @rule(times=st.integers(1, 12))
    def readings_are_behind(self, times):
        self.sandbox.fault("lag", seconds=LAG, times=times)

    @rule(who=WHO)
    def somebody_else_edits(self, who):
        key = self.someone(who)
        name = self.names.get(key, key)
        if self.sandbox.is_customer(name):
            self.sandbox.plant(name, **elsewhere(self.provider, next(self.edits)))

    @rule(which=WHICH)
    def restart(self, which):
        office = self.offices[which]
        self.do(office.aclose())
        self.offices[which] = self.opened()
        self.do(self.offices[which].services.ledger.recover())
        with suppress(ResellerError):
            self.do(self._lists())

    @precondition(lambda self: self.clock.passed < 10**6)
    @rule(seconds=st.sampled_from([1.0, 61.0, HOUR]))
    def time_passes(self, seconds):
        self.clock.advance(seconds)

    @rule(which=WHICH)
    def the_dust_settles(self, which):
        """No fault is in force, and an hour has passed: what the service can show is known now."""
        self.sandbox.clear()
        self.clock.advance(HOUR)
        office = self.offices[which]
        newest_first = sorted(self.do(office.services.ledger.needs_you()), key=lambda entry: entry.id, reverse=True)
        still_open = set()
        for entry in newest_first:
            outcome, words = self.do(verify(office.session, entry))
            self.told[f"{entry.operation.value} in the end {outcome.value}"] += 1
            # Who is still listed may be closed later; a reading proves only the later of two that want the same, and
            # nothing where that one changed nothing that can be seen (reliability 4.3, R4, R11).
            is_free = self.provider.action(entry.operation).effect is Effect.REMOVES
            is_earlier = (entry.operation, entry.customer) in still_open
            assert outcome is not Outcome.UNKNOWN or is_free or is_earlier, f"{entry.operation}: {words}"
            if outcome.is_open:
                still_open.add((entry.operation, entry.customer))

    # What must hold

    def _of(self, operation: str, customer: str) -> tuple[str, str]:
        """Return what a write is counted under: of a new customer with a key of the service's, all together."""
        is_unnamed = operation == Operation.CREATE.value and self.provider.names_customers
        return operation, "" if is_unnamed else customer

    def _counted(self, entries) -> Counter[tuple[str, str]]:
        return Counter(self._of(entry.operation.value, entry.customer) for entry in entries)

    @invariant()
    def verdicts_are_true(self):
        entries = self.do(self.offices[0].services.ledger.entries(AuditQuery()))
        applied = Counter(self._of(row["operation"], row["username"]) for row in self.sandbox.for_clients())
        said = self._counted(one for one in entries if one.outcome in CERTAIN)
        maybe = self._counted(
            one for one in entries if one.outcome is None or one.outcome.needs_you or one.outcome is Outcome.RESOLVED
        )
        for key, times in said.items():
            assert times <= applied[key], f"said applied {times} times, was {applied[key]}: {key}"
        for key, times in applied.items():
            assert times <= said[key] + maybe[key], f"applied {times} times, known {said[key]} + {maybe[key]}: {key}"

    @invariant()
    def one_open_write_for_each_customer(self):
        open_ = self.do(self.offices[1].services.ledger.needs_you())
        operations: dict[str, set[Operation]] = {}
        for entry in open_:  # a link that may have been made keeps nobody waiting
            if self.provider.action(entry.operation).effect is Effect.ENTERS:
                continue
            operations.setdefault(entry.customer, set()).add(entry.operation)
        assert all(len(found) == 1 for found in operations.values()), operations

    @invariant()
    def the_chain_is_whole(self):
        assert self.do(self.offices[1].services.ledger.check()).is_whole
