"""How near calls come to what a service's limit allows, and how long somebody waits beside many calls.

    python tests/benchmarks/pacing.py                # details of 1,000 customers at 100 calls in 2 s, some four minutes
    python tests/benchmarks/pacing.py 200 600 60     # of 200 customers, at 600 calls in 60 s

A sandbox that holds its limit, over real HTTP. Every figure is a ratio to what the limit allows: seconds that the calls
took to those that as many calls must take; a single call's wait to the length of a window. Refusals are counted.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.harness.sandbox import Sandbox, running
from tests.jobs.office import Office
from tui_reseller.domain.operation import Operation
from tui_reseller.services import details, listing

PROVIDERS = ("subusers-v3", "accounts-v3")
PAUSE = 1.0
"""Seconds between two single calls of somebody at the screen."""
SECONDS = 30.0


@asynccontextmanager
async def opened(sandbox: Sandbox, provider: str):
    """Open an office that has read its list."""
    office = Office(Path(tempfile.mkdtemp(prefix="tui-reseller-pacing-")), sandbox, provider=provider)
    try:
        await listing.refresh_for_many(office.session)
        yield office
    finally:
        await office.aclose()


async def read_all(office: Office, *, background: bool = False) -> None:
    """Read what the service tells of its customers one by one."""
    names = office.session.customers.usernames()
    customers = [office.session.customers.get(name) for name in names]
    async for _ in details.read_many(office.session, customers, background=background):
        pass


async def run_job(office: Office) -> None:
    """Disable everybody."""
    job = await office.job("", Operation.DISABLE)
    await office.run(job).run()


async def nothing(_office: Office) -> None:
    """Nothing is done beside it."""


BESIDE: dict[str, Callable[[Office], Awaitable[None]]] = {
    "nothing": nothing,
    "details in the background": lambda office: read_all(office, background=True),
    "details that somebody asked for": read_all,
    "a job": run_job,
}


async def rate(sandbox: Sandbox, provider: str, limit: int, seconds: float) -> str:
    """Return a line about the details of all customers."""
    async with opened(sandbox, provider) as office:
        sandbox.start_anew()
        began = time.perf_counter()
        await read_all(office)
        took = time.perf_counter() - began
        rows = sandbox.requests()
    allowed = len(rows) / limit * seconds
    refused = [row["status"] for row in rows].count(429)
    return f"| {provider}: details of all, {len(rows):,} calls | {took / allowed:.3f} x | <= 1.03 x | {refused} |"


async def waits(sandbox: Sandbox, provider: str, beside: str, seconds: float) -> str:
    """Return a line about single calls beside many."""
    async with opened(sandbox, provider) as office:
        sandbox.start_anew()
        name, took = office.session.customers.usernames()[0], []
        many = asyncio.ensure_future(BESIDE[beside](office))
        ends = time.perf_counter() + SECONDS
        while time.perf_counter() < ends:
            await asyncio.sleep(PAUSE)
            began = time.perf_counter()
            await office.session.find(name)
            took.append((time.perf_counter() - began) / seconds)
        many.cancel()
        with suppress(asyncio.CancelledError):
            await many
        refused = [row["status"] for row in sandbox.requests()].count(429)
    spread = statistics.quantiles(took, n=20)
    told = f"p50 {spread[9]:.2f}, p95 {spread[18]:.2f} windows"
    return f"| {provider}: a single call beside {beside} | {told} | p50 <= 0.1, p95 <= 1 | {refused} |"


def main(customers: int = 1000, limit: int = 100, seconds: float = 2.0) -> None:
    """Measure, and print a table."""
    print(f"{customers:,} customers, {limit} calls in {seconds:g} s")
    print("| what | measured | goal | refused |\n|---|---|---|---|")
    for provider in PROVIDERS:
        with running("--limit", f"{limit}/{seconds:g}", customers=customers) as sandbox:
            print(asyncio.run(rate(sandbox, provider, limit, seconds)), flush=True)
            for beside in BESIDE:
                print(asyncio.run(waits(sandbox, provider, beside, seconds)), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]), *map(float, sys.argv[3:4]))
