"""A single write in a process that stops itself (SIGSTOP) as a closed laptop does: before it sends, or after."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from tests.harness.consent import carry_out
from tests.jobs.children import Served, be_on
from tests.jobs.office import Office
from tui_reseller.domain.operation import Call, Operation

SLEPT = 20 * 60
"""Seconds that have passed by the clock that runs while a machine sleeps."""


def _stop(office: Office) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)
    office.clock.passed += SLEPT


async def _work(folder: Path, base_url: str, api_user: str, api_key: str, place: str) -> None:
    office = Office(folder, Served({"base_url": base_url, "api_user": api_user, "api_key": api_key}))
    ledger, begin, finish = office.services.ledger, office.services.ledger.begin, office.services.ledger.finish

    async def begin_and_stop(intent, **named):
        entry = await begin(intent, **named)
        _stop(office)
        return entry

    async def stop_and_finish(*outcome, **named):
        _stop(office)
        await finish(*outcome, **named)

    if place == "before":
        ledger.begin = begin_and_stop
    else:
        ledger.finish = stop_and_finish
    result = await carry_out(office.session, Call(Operation.DISABLE, "user1"))
    print(result.outcome.value, result.message, flush=True)
    await office.aclose()


if __name__ == "__main__":
    be_on("elsewhere.example")
    asyncio.run(_work(Path(sys.argv[1]), *sys.argv[2:]))
