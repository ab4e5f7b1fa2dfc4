"""T07: the line is cut after every byte of request and reply, and spoilt in the eight ways of Toxiproxy.

Client, proxy and the real sandbox in a process of its own. Whatever is cut, what we say afterwards is true: *applied*
only after the whole reply, *not sent* only before the first byte, else *unknown*; the sandbox's log is the judge. By
default every 97th byte of each operation is tried, in full every one:

    TUI_RESELLER_FULL=1 python -m pytest tests/reliability/test_cuts_and_toxics.py -n0 -s

`TUI_RESELLER_CUT_STEP=7` tries every 7th.
"""

import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.harness import toxic_proxy as toxics
from tests.harness.rig import CONTROL, Rig, call_for, contradicts, needless, planted_for
from tests.harness.sandbox import Sandbox
from tests.harness.toxic_proxy import Toxic, ToxicProxy
from tests.harness.v2 import ACTIONS
from tui_reseller.domain.errors import NoAnswer
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.profile import Format
from tui_reseller.services import listing
from tui_reseller.services.retry import Budget

STEP = int(os.environ.get("TUI_RESELLER_CUT_STEP", "1" if os.environ.get("TUI_RESELLER_FULL") else "97"))
FORMS = tuple(Format) if os.environ.get("TUI_RESELLER_FULL") else (Format.JSON,)


@pytest.fixture(scope="module")
def sandbox(sandboxes) -> Sandbox:
    shared = sandboxes("cuts")
    shared.plant_person(CONTROL)
    return shared


@pytest.fixture
def few(new_sandbox) -> Sandbox:
    """A sandbox of its own with one customer: every byte of its list is cut."""
    made = new_sandbox()
    made.plant_person(CONTROL)
    return made


PATIENCE = 10.0
"""Deadline in seconds of a call that is to end by the fault, not by the clock."""


class Cutter:
    """Carries an operation out on a fresh customer over a line that is cut somewhere, and judges what is said."""

    def __init__(self, sandbox: Sandbox, proxy: ToxicProxy, rig: Rig, operation: Operation) -> None:
        self.sandbox, self.proxy, self.rig, self.operation = sandbox, proxy, rig, operation
        self.counts: Counter[str] = Counter()

    @asynccontextmanager
    async def _spoilt(self, toxic: Toxic | None, seconds: float) -> AsyncIterator[None]:
        self.proxy.toxic = toxic
        try:
            async with self.rig.deadline(seconds):
                yield
        finally:
            self.proxy.toxic = None

    async def once(self, toxic: Toxic | None, *, seconds: float = PATIENCE) -> Outcome:
        """The line is honest for the reading before, and spoilt from the moment the intent is written down."""
        username = self.sandbox.fresh_name()
        if self.operation is not Operation.CREATE:
            self.sandbox.plant_person(username, **planted_for(self.operation))
        since = self.sandbox.last_seq()
        self.rig.session.budget = Budget()
        async with self.rig.sending_under(self._spoilt(toxic, seconds)):
            result = await self.rig.carry_out(call_for(self.operation, username))
        # What was cut off may still be on its way in the sandbox: the read-back below comes after it.
        verified = await self.rig.verify(result) if result.outcome is Outcome.UNKNOWN else result.outcome
        done = self.sandbox.times_applied(username, self.operation, since)
        assert done <= 1, f"{toxic}: carried out {done} times"
        assert not contradicts(result.outcome, was_applied=done > 0), f"{toxic}: {result}"
        assert not contradicts(verified, was_applied=done > 0), f"{toxic}: {verified}"
        assert not needless(self.operation, verified, was_applied=done > 0), f"{toxic}: {verified}"
        self.counts[result.outcome.value] += 1
        self.counts[f"then {verified.value}"] += result.outcome is Outcome.UNKNOWN
        return result.outcome


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.value)
@pytest.mark.parametrize("operation", ACTIONS, ids=lambda operation: operation.value)
async def test_a_line_that_is_cut_at_any_byte_never_makes_us_say_what_is_not_so(tmp_path, sandbox, operation, form):
    async with (
        ToxicProxy("127.0.0.1", sandbox.port) as proxy,
        Rig.at(tmp_path, f"http://127.0.0.1:{proxy.port}/apiv2", form) as rig,
    ):
        rig.uses_fresh_connections()
        await rig.knows(CONTROL)
        cutter = Cutter(sandbox, proxy, rig, operation)
        assert await cutter.once(None) is Outcome.APPLIED
        request, reply = proxy.sent, proxy.received
        assert request > 200
        assert reply > 100
        for at in range(0, request + 1, STEP):
            assert await cutter.once(toxics.cut(request=at, rst=at % 2 == 0)) is Outcome.UNKNOWN, f"request byte {at}"
        for at in range(0, reply, STEP):
            assert await cutter.once(toxics.cut(reply=at, rst=at % 2 == 0)) is Outcome.UNKNOWN, f"reply byte {at}"
        assert await cutter.once(toxics.cut(reply=reply + 1)) is Outcome.APPLIED
        print(f"{operation.value} {form.value}: {request} + {reply} bytes, step {STEP}: {dict(cutter.counts)}")


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.value)
async def test_a_list_that_is_cut_at_any_byte_leaves_the_old_one(tmp_path, few, form):
    async with (
        ToxicProxy("127.0.0.1", few.port) as proxy,
        Rig.at(tmp_path, f"http://127.0.0.1:{proxy.port}/apiv2", form) as rig,
    ):
        rig.uses_fresh_connections()
        service, total = await rig.session.service(), 0
        for read in (lambda: service.find(CONTROL), lambda: listing.read_all(rig.session)):
            proxy.toxic = None
            assert await read() is not None
            cuts = [toxics.cut(request=at) for at in range(0, proxy.sent + 1, STEP)]
            cuts += [toxics.cut(reply=at, rst=at % 2 == 0) for at in range(0, proxy.received, STEP)]
            await rig.knows("old one")
            for proxy.toxic in cuts:
                rig.session.budget = Budget(tokens=0.0)  # one attempt each
                with pytest.raises(NoAnswer):
                    await read()
                assert [customer.username for customer in rig.session.customers.window(0, 9)] == ["old one"]
            total += len(cuts)
        print(f"list {form.value}: step {STEP}: {total} cuts")


LATE = 0.02
GENTLE = {
    "latency": toxics.latency(LATE),
    "bandwidth": toxics.bandwidth(20_000),
    "slow_close": toxics.slow_close(LATE),
    "slicer": toxics.slicer(50, 0.001),
}
HARSH = {
    "timeout": toxics.timeout(LATE),
    "never": toxics.timeout(0),
    "reset_peer": toxics.reset_peer(0.0),
    "limit_data": toxics.limit_data(40),
}


@pytest.mark.parametrize("operation", [Operation.SET, Operation.CREATE], ids=lambda operation: operation.value)
async def test_the_eight_toxics(tmp_path, sandbox, operation):
    async with (
        ToxicProxy("127.0.0.1", sandbox.port) as proxy,
        Rig.at(tmp_path, f"http://127.0.0.1:{proxy.port}/apiv2") as rig,
    ):
        rig.uses_fresh_connections()
        await rig.knows(CONTROL)
        cutter = Cutter(sandbox, proxy, rig, operation)
        for name, toxic in GENTLE.items():
            assert await cutter.once(toxic) is Outcome.APPLIED, name
        for name, toxic in HARSH.items():
            assert await cutter.once(toxic, seconds=0.5) is Outcome.UNKNOWN, name
        assert await cutter.once(toxics.down()) in {Outcome.NOT_SENT, Outcome.UNKNOWN}, "accepted, then reset"
