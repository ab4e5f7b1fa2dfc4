"""T08: replies that are too large, too deep, too slow or without an end, to a write, to a list, to one customer.

Each ends in an error of ours, at the latest a second after the deadline of the call, with at most 128 MiB of memory
taken meanwhile, and leaves the client able to make the next call. By default twelve; in full every hostile reply to
every kind of call in both formats, with a longer deadline:

    TUI_RESELLER_FULL=1 python -m pytest tests/reliability/test_hostile_sizes.py -n0 -s
"""

import os
import time
from collections.abc import Awaitable, Callable

import pytest

from tests.harness.fault_server import Fault, FaultServer
from tests.harness.hostile_replies import HOSTILE
from tests.harness.memory import Growth
from tests.harness.rig import CONTROL, Rig, call_for, truth_in
from tui_reseller.api.reseller_v2.client import ResellerV2
from tui_reseller.domain.errors import AnswerLost, UnusableAnswer
from tui_reseller.domain.operation import Operation
from tui_reseller.domain.profile import Format

IS_FULL = bool(os.environ.get("TUI_RESELLER_FULL"))
DEADLINE = 2.0 if IS_FULL else 0.4
LATE = 1.0
MEBIBYTES = 128


async def write(service: ResellerV2) -> object:
    return await service.send(call_for(Operation.DISABLE, CONTROL))


async def read_list(service: ResellerV2) -> object:
    async for _piece in service.stream():
        pass
    return "a list"


async def find(service: ResellerV2) -> object:
    return await service.find(CONTROL)


KINDS: dict[str, Callable[[ResellerV2], Awaitable[object]]] = {"write": write, "list": read_list, "find": find}


def cells() -> list[tuple[str, str, Format]]:
    """Every reply to every kind of call; by default twelve replies, each to one kind, in turn."""
    if IS_FULL:
        return [(name, kind, form) for name in HOSTILE for kind in KINDS for form in Format]
    turn = [(kind, form) for form in Format for kind in KINDS]
    return [(name, *turn[number % len(turn)]) for number, name in enumerate([*HOSTILE][:12])]


async def test_the_peak_is_measured():
    """The measure itself: what was given back counts, what was there before does not."""
    with Growth() as growth:
        block = bytearray(48 << 20)
        block[::4096] = b"x" * len(block[::4096])
        del block
    assert 40 <= growth.mebibytes <= 80
    with Growth() as growth:
        pass
    assert growth.mebibytes < 8


@pytest.mark.parametrize(("name", "kind", "form"), cells(), ids=str)
@pytest.mark.in_turn(5)
async def test_a_hostile_reply_ends_in_time_and_takes_little_memory(tmp_path, name, kind, form):
    with truth_in(tmp_path) as truth:
        async with (
            FaultServer(truth.app) as server,
            Rig.at(tmp_path, server.base_url, form, seconds=DEADLINE) as rig,
        ):
            service = rig.service
            assert await KINDS[kind](service)  # what is loaded at the first call is no growth
            server.arm(Fault(name, "T08", HOSTILE[name]))
            with Growth() as growth:
                began = time.monotonic()
                with pytest.raises((AnswerLost, UnusableAnswer)) as caught:
                    await KINDS[kind](service)
                took = time.monotonic() - began
            print(f"{took:5.2f} s {growth.mebibytes:6.1f} MiB  {name}, {kind} {form.value}: {caught.value}")
            assert server.struck == 1
            assert took <= DEADLINE + LATE
            assert growth.mebibytes <= MEBIBYTES
            assert await KINDS[kind](service)
