"""T06: every network fault that one machine can make x every operation of every service, through the whole client.

A cell is one operation carried out by the real use case, over the real client and a real socket, with a real ledger,
while one fault strikes its request. Its verdict has to be the one of section 4 of reliability.md, the truth that the
sandbox keeps must never contradict it (false certainty = 0), nothing is sent twice, and what is unknown is verified
afterwards and then known wherever the list can show it (needless unknown = 0). A list is whole or the old one stays.

Which operations a service has, what each takes and what of it can be read back stands in the service's table alone.
By default the twelve core faults are tried, and the connection faults that take no time, on all operations of the older
service and some of the others; all faults on all operations in all formats with

    TUI_RESELLER_FULL=1 python -m pytest tests/reliability/test_fault_matrix.py -n0 -s -m "long or not long"

and of one service with `-k subusers-v3`.
"""

import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.harness.fault_server import Fault, FaultServer
from tests.harness.network_faults import CONNECTIONS, CORE, FAULTS, SHORT, Breaker, due
from tests.harness.rig import Rig, Truth, contradicts, needless, truth_in
from tests.harness.samples import call_of, recorded_of
from tui_reseller.domain.action import Effect
from tui_reseller.domain.errors import NotSent, ResellerError
from tui_reseller.domain.operation import Call, Operation, Outcome
from tui_reseller.domain.profile import Format
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.providers import PROVIDERS
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.services import listing
from tui_reseller.services.result import Result

ATTEMPTS = 4
"""So often a list is asked for at most (reliability R1)."""
STRIKES = 9
"""So often a fault would strike: whoever sends again is struck again, and counted."""


IS_FULL = bool(os.environ.get("TUI_RESELLER_FULL"))


EVERY = 18
"""Of the operations of a service of today one in so many is tried by default."""
HOURS = 3600.0
"""So much later each cell begins: a customer that was opened for one is not of the time of the next."""


def cases() -> Iterator[object]:
    """Give every operation of every service in each of its formats; by default in one, in turn."""
    for provider in PROVIDERS.values():
        for number, operation in enumerate(recorded_of(provider)):
            for turn, form in enumerate(provider.formats):
                if IS_FULL or number % len(provider.formats) == turn:
                    is_default = IS_FULL or provider is RESELLER_V2 or number % EVERY == 0
                    marks = [] if is_default else [pytest.mark.long]
                    name = f"{provider.id}-{operation.value}-{form}"
                    yield pytest.param(provider, operation, Format(form), id=name, marks=marks)


def lists() -> Iterator[object]:
    for provider in PROVIDERS.values():
        for form in provider.formats:  # what a service of today refuses with 429 waits in real time
            marks = [] if IS_FULL or provider is RESELLER_V2 else [pytest.mark.long]
            yield pytest.param(provider, Format(form), id=f"{provider.id}-{form}", marks=marks)


CASES = pytest.mark.parametrize(("provider", "operation", "form"), [*cases()])


def faults() -> tuple[Fault, ...]:
    return FAULTS if IS_FULL else CORE


def connection_faults() -> Iterator[tuple[str, Breaker, bool]]:
    for name, (breaker, slow) in CONNECTIONS.items():
        if IS_FULL or not slow:
            yield name, breaker, slow


@dataclass
class Bench:
    """A server, its truth, and a session on it."""

    truth: Truth
    server: FaultServer
    rig: Rig
    problems: list[str] = field(default_factory=list)
    cells: Counter[str] = field(default_factory=Counter)
    _number: int = 0

    @property
    def provider(self) -> Provider:
        return self.rig.session.provider

    def hurry(self, *, slow: bool) -> AbstractAsyncContextManager[None]:
        """Return what shortens the deadline for a fault that lasts until it."""
        return self.rig.deadline(SHORT) if slow else nullcontext()

    @asynccontextmanager
    async def armed(self, fault: Fault) -> AsyncIterator[None]:
        self.server.arm(fault, times=STRIKES, spares_reading=True)
        async with self.hurry(slow=fault.slow):
            yield

    def due(self, fault: Fault) -> frozenset[str]:
        """Return the words for a fault that has struck."""
        is_bodiless = self.server.spoilt is not None and not self.server.spoilt.body
        return due(fault, is_v3=self.provider is not RESELLER_V2, is_bodiless=is_bodiless)

    async def call(self, operation: Operation) -> Call:
        """Plant a customer on whom the operation has something to do; return the call."""
        await self.rig.begins_anew()
        self._number += 1
        username = self.truth.plant_for(self.provider, operation, f"cust{self._number}")
        self.truth.pass_time(HOURS)
        self.rig.session.clock.passed += HOURS
        return call_of(self.provider, operation, username)

    def done(self, since: int) -> list[str]:
        """Return what was carried out since then, on whomever."""
        return [entry["operation"] for entry in self.truth.log(since)]

    def expect(self, cell: str, holds: bool, why: str) -> None:
        if not holds:
            self.problems.append(f"{cell}: {why}")

    async def judge(self, cell: str, call: Call, result: Result, *, since: int, attempts: int) -> None:
        """Compare what was said, at once and after verifying, with what was done."""
        done = self.done(since)
        was_applied = bool(done)
        self.cells[result.outcome.value] += 1
        self.expect(cell, done in ([], [call.operation.value]), f"carried out: {done}")
        self.expect(cell, not contradicts(result.outcome, was_applied=was_applied), f"false: {result}")
        self.expect(
            cell, attempts <= 1 or result.outcome in {Outcome.REJECTED, Outcome.NOT_SENT}, "sent again on a guess"
        )
        entry = await self.rig.ledger.get(result.id or "")
        self.expect(cell, entry is not None and entry.outcome is result.outcome, "the ledger says something else")
        if result.outcome is Outcome.UNKNOWN:
            verified = await self.rig.verify(result)
            self.cells[f"then {verified.value}"] += 1
            self.expect(cell, not contradicts(verified, was_applied=was_applied), f"false after verifying: {verified}")
            is_needless = needless(call.operation, verified, was_applied=was_applied, provider=self.provider)
            self.expect(cell, not is_needless, f"needless: {verified}")
        self.expect(cell, self.done(since) == done, "verifying wrote something")

    def close(self, what: str) -> None:
        total = sum(number for word, number in self.cells.items() if not word.startswith("then "))
        print(f"{what}: {total} cells {dict(self.cells)}")
        assert not self.problems, "\n".join(self.problems)


@asynccontextmanager
async def bench(folder: Path, provider: Provider, form: Format) -> AsyncIterator[Bench]:
    with truth_in(folder) as truth:
        async with FaultServer(truth.app) as server:
            url = server.base_url if provider is RESELLER_V2 else server.v3_base_url
            async with Rig.at(folder, url, form, provider=provider.id) as rig:
                await rig.knows(truth.control(provider))
                yield Bench(truth, server, rig)
                assert (await rig.ledger.check()).is_whole


@CASES
async def test_a_write_under_every_fault(tmp_path, provider, operation, form):
    async with bench(tmp_path, provider, form) as at:
        for fault in faults():
            call, since = await at.call(operation), at.truth.last_seq()
            async with at.rig.sending_under(at.armed(fault)):
                result = await at.rig.carry_out(call)
            struck = at.server.struck
            at.server.disarm()
            cell = f"{provider.id} {operation.value} {form.value} {fault}"
            at.expect(cell, struck > 0, f"it did not strike: {result}")
            words = at.due(fault)
            at.expect(cell, result.outcome.value in words, f"{result.outcome.value}, due {words}: {result.message}")
            await at.judge(cell, call, result, since=since, attempts=struck)
        at.close(f"{provider.id} {operation.value} {form.value}")


@asynccontextmanager
async def both(one: AbstractAsyncContextManager[None], other: AbstractAsyncContextManager[None]) -> AsyncIterator[None]:
    async with one, other:
        yield


@pytest.mark.in_turn(2)
@CASES
async def test_a_write_that_finds_no_connection_was_not_sent(tmp_path, provider, operation, form):
    async with bench(tmp_path, provider, form) as at:
        for name, breaker, slow in connection_faults():
            call, since = await at.call(operation), at.truth.last_seq()
            reading = provider.action(operation).effect is not Effect.CREATES
            before = len(at.server.requests)
            async with at.rig.sending_under(both(breaker(at.server), at.hurry(slow=slow))):
                result = await at.rig.carry_out(call)
            cell = f"{provider.id} {operation.value} {form.value} {name}"
            arrived = [request for request in at.server.requests[before:] if not request.is_reading]
            wrote = len(arrived) - (reading and provider is RESELLER_V2)  # where reading is a POST, too
            at.expect(cell, wrote == 0, f"{wrote} requests arrived")
            at.expect(cell, result.outcome is Outcome.NOT_SENT, f"{result.outcome.value}: {result.message}")
            at.expect(cell, isinstance(result.error, NotSent), f"{result.error!r}")
            await at.judge(cell, call, result, since=since, attempts=0)
            again = await at.rig.carry_out(call)
            at.expect(cell, again.outcome is Outcome.APPLIED, f"it cannot be done afterwards: {again.message}")
        at.close(f"{provider.id} {operation.value} {form.value} without a connection")


@pytest.mark.parametrize(("provider", "form"), [*lists()])
async def test_a_list_is_whole_or_the_old_one_stays(tmp_path, provider, form):
    async with bench(tmp_path, provider, form) as at:
        control = at.truth.control(provider)
        for number in range(3):
            at.truth.plant(f"more{number}")
        for fault in faults():
            session, cell = at.rig.session, f"list {provider.id} {form.value} {fault}"
            await at.rig.begins_anew()
            await at.rig.knows("old one", control)
            at.server.arm(fault, times=STRIKES)
            said = "list"
            try:
                async with at.hurry(slow=fault.slow):
                    fresh = await listing.read_all(session)
                at.expect(cell, fresh.held or fault.verdict == "applied", f"taken for a list of {fresh.total}")
                at.expect(cell, fresh.held or fresh.total == 4, f"a list of {fresh.total}")
                said = "held" if fresh.held else "list"
            except ResellerError as error:
                said = type(error).__name__
                at.expect(cell, fault.verdict != "applied", f"{said}: {error}")
            at.cells[said] += 1
            kept = {customer.username for customer in session.customers.window(0, 9)}
            at.expect(cell, said == "list" or kept == {"old one", control}, f"the old list became {kept}")
            at.expect(cell, 0 < at.server.struck <= ATTEMPTS, f"{at.server.struck} attempts")
            at.server.disarm()
        for name, breaker, slow in connection_faults():
            await at.rig.begins_anew()
            async with breaker(at.server), at.hurry(slow=slow):
                with pytest.raises(NotSent):
                    await listing.read_all(session)
            at.cells["NotSent"] += 1
            at.expect(name, session.customers.total > 0, "the old list is gone")
        at.close(f"list {provider.id} {form.value}")
