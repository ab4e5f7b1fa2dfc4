"""T06: every network fault that one machine can make x every operation x both formats, through the whole client.

A cell is one operation carried out by the real use case, over the real client and a real socket, with a real ledger,
while one fault strikes its request. Its verdict has to be the one of section 4 of reliability.md, the truth that the
sandbox keeps must never contradict it (false certainty = 0), nothing is sent twice, and what is unknown is verified
afterwards and then known wherever the list can show it (needless unknown = 0). A list is whole or the old one stays.

By default the twelve core faults are tried, and the connection faults that take no time; all of them with

    TUI_RESELLER_FULL=1 python -m pytest tests/reliability/test_fault_matrix.py -n0 -s
"""

import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.harness.fault_server import Fault, FaultServer
from tests.harness.network_faults import CONNECTIONS, CORE, FAULTS, SHORT, Breaker
from tests.harness.rig import CONTROL, Rig, Truth, call_for, contradicts, needless, planted_for, truth_in
from tests.harness.v2 import ACTIONS
from tui_reseller.domain.errors import NotSent, ResellerError
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.profile import Format
from tui_reseller.services import listing
from tui_reseller.services.result import Result
from tui_reseller.services.retry import Budget

STRIKES = 9
"""So often a fault would strike: whoever sends again is struck again, and counted."""


IS_FULL = bool(os.environ.get("TUI_RESELLER_FULL"))


PAIRS = [
    pytest.param(operation, form, id=f"{operation.value}-{form.value}")
    for number, operation in enumerate(ACTIONS)
    for turn, form in enumerate(Format)
    if IS_FULL or number % 2 == turn
]
"""Every operation in both formats; by default in one, in turn."""


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

    def hurry(self, *, slow: bool) -> AbstractAsyncContextManager[None]:
        """Return what shortens the deadline for a fault that lasts until it."""
        return self.rig.deadline(SHORT) if slow else nullcontext()

    def someone(self, operation: Operation) -> str:
        """Plant a customer on whom the operation has something to do; return the username."""
        self.rig.session.budget = Budget()
        self._number += 1
        username = f"cust{self._number}"
        if operation is not Operation.CREATE:
            self.truth.plant(username, **planted_for(operation))
        return username

    def expect(self, cell: str, holds: bool, why: str) -> None:
        if not holds:
            self.problems.append(f"{cell}: {why}")

    async def judge(self, cell: str, operation: Operation, result: Result, *, attempts: int) -> None:
        """Compare what was said, at once and after verifying, with what was done."""
        done = self.truth.times_applied(result.username, operation)
        self.cells[result.outcome.value] += 1
        self.expect(cell, done <= 1, f"carried out {done} times")
        self.expect(cell, not contradicts(result.outcome, was_applied=done > 0), f"false: {result}")
        self.expect(
            cell, attempts <= 1 or result.outcome in {Outcome.REJECTED, Outcome.NOT_SENT}, "sent again on a guess"
        )
        entry = await self.rig.ledger.get(result.id or "")
        self.expect(cell, entry is not None and entry.outcome is result.outcome, "the ledger says something else")
        if result.outcome is Outcome.UNKNOWN:
            verified = await self.rig.verify(result)
            self.cells[f"then {verified.value}"] += 1
            self.expect(cell, not contradicts(verified, was_applied=done > 0), f"false after verifying: {verified}")
            self.expect(cell, not needless(operation, verified, was_applied=done > 0), f"needless: {verified}")
        self.expect(cell, self.truth.times_applied(result.username, operation) == done, "verifying wrote something")

    def close(self, what: str) -> None:
        total = sum(number for word, number in self.cells.items() if not word.startswith("then "))
        print(f"{what}: {total} cells {dict(self.cells)}")
        assert not self.problems, "\n".join(self.problems)


@asynccontextmanager
async def bench(folder: Path, form: Format) -> AsyncIterator[Bench]:
    with truth_in(folder) as truth:
        async with FaultServer(truth.app) as server, Rig.at(folder, server.base_url, form) as rig:
            await rig.knows(CONTROL)
            found = Bench(truth, server, rig)
            yield found
            assert (await rig.ledger.check()).is_whole


@pytest.mark.parametrize(("operation", "form"), PAIRS)
async def test_a_write_under_every_fault(tmp_path, operation, form):
    async with bench(tmp_path, form) as at:
        for fault in faults():
            username = at.someone(operation)
            at.server.arm(fault, skip=0 if operation is Operation.CREATE else 1, times=STRIKES)
            async with at.rig.sending_under(at.hurry(slow=fault.slow)):
                result = await at.rig.carry_out(call_for(operation, username))
            struck = at.server.struck
            at.server.disarm()
            cell = f"{operation.value} {form.value} {fault}"
            at.expect(cell, struck > 0, f"it did not strike: {result}")
            at.expect(cell, result.outcome.value == fault.verdict, f"{result.outcome.value}: {result.message}")
            await at.judge(cell, operation, result, attempts=struck)
        at.close(f"{operation.value} {form.value}")


@asynccontextmanager
async def both(one: AbstractAsyncContextManager[None], other: AbstractAsyncContextManager[None]) -> AsyncIterator[None]:
    async with one, other:
        yield


@pytest.mark.parametrize(("operation", "form"), PAIRS)
async def test_a_write_that_finds_no_connection_was_not_sent(tmp_path, operation, form):
    async with bench(tmp_path, form) as at:
        for name, breaker, slow in connection_faults():
            username, before = at.someone(operation), len(at.server.requests)
            async with at.rig.sending_under(both(breaker(at.server), at.hurry(slow=slow))):
                result = await at.rig.carry_out(call_for(operation, username))
            cell = f"{operation.value} {form.value} {name}"
            arrived = len(at.server.requests) - before - (operation is not Operation.CREATE)
            at.expect(cell, arrived == 0, f"{arrived} requests arrived")
            at.expect(cell, result.outcome is Outcome.NOT_SENT, f"{result.outcome.value}: {result.message}")
            at.expect(cell, isinstance(result.error, NotSent), f"{result.error!r}")
            await at.judge(cell, operation, result, attempts=0)
            again = await at.rig.carry_out(call_for(operation, username))
            at.expect(cell, again.outcome is Outcome.APPLIED, f"it cannot be done afterwards: {again.message}")
        at.close(f"{operation.value} {form.value} without a connection")


@pytest.mark.parametrize("form", Format, ids=lambda form: form.value)
async def test_a_list_is_whole_or_the_old_one_stays(tmp_path, form):
    async with bench(tmp_path, form) as at:
        for number in range(3):
            at.truth.plant(f"more{number}")
        for fault in faults():
            session, cell = at.rig.session, f"list {form.value} {fault}"
            session.budget = Budget()
            await at.rig.knows("old one", CONTROL)
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
            at.expect(cell, said == "list" or kept == {"old one", CONTROL}, f"the old list became {kept}")
            at.expect(cell, 0 < at.server.struck <= 4, f"{at.server.struck} attempts")
            at.server.disarm()
        for name, breaker, slow in connection_faults():
            session.budget = Budget()
            async with breaker(at.server), at.hurry(slow=slow):
                with pytest.raises(NotSent):
                    await listing.read_all(session)
            at.cells["NotSent"] += 1
            at.expect(name, session.customers.total > 0, "the old list is gone")
        at.close(f"list {form.value}")
