"""What a team's ledger takes: writes a second, a single write beside a job, and how workers add up.

    python tests/benchmarks/team.py                  # everything, some three minutes
    python tests/benchmarks/team.py writes           # or workers, or limits

A PostgreSQL of its own with fsync on, over TCP behind a relay that holds everything back for half a round trip. A write
is an operation begun and finished: two rows. Milliseconds are this machine's; programs and server share its processors.
"""

import asyncio
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.harness.postgres import Cluster
from tests.harness.relay import relayed
from tests.harness.sandbox import Sandbox, free_port, running
from tests.jobs.children import Child
from tests.jobs.office import Office
from tui_reseller.domain.audit import Intent, Operator
from tui_reseller.domain.changes import Change
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.team import Team
from tui_reseller.storage.ledger.postgresql.ledger import TeamLedger

ACCOUNT = "reseller-v2|https://api.example.com:443|acme"
SECONDS = 4.0
IN_FLIGHT = (1, 8, 64)
ROUND_TRIPS = (0, 5)
"""In milliseconds."""
ANSWERS_IN = 200
"""Milliseconds that the service takes in the measurement of workers."""
WORKERS = (1, 2, 4, 8)
WARM, WINDOW = 3.0, 5.0
RATES = (200, 10)
"""Calls a second that an account may send."""
ROOM = 2
"""How many times as many the service allows: a job leaves room for a person's calls, and lists are read, too."""


def intent(name: str) -> Intent:
    changes = (Change("sending", True, False),)
    return Intent("acme", ACCOUNT, Operation.DISABLE, name, changes, Operator("kim", "bastion"))


async def once(ledger: TeamLedger, name: str) -> float:
    """Write one operation; return how many milliseconds that took."""
    began = time.perf_counter()
    entry = await ledger.begin(intent(name))
    await ledger.finish(entry, Outcome.APPLIED, "success", is_answer=True)
    return (time.perf_counter() - began) * 1000


async def writes(address: str, in_flight: int) -> tuple[float, list[float]]:
    """Write with so many in flight; return writes a second, and how long each took."""
    ledger, took = TeamLedger(Team(address), receipts=_folder()), []
    await once(ledger, "first")
    ends = time.perf_counter() + SECONDS

    async def go_on(lane: int) -> None:
        number = 0
        while time.perf_counter() < ends:
            number += 1
            took.append(await once(ledger, f"w{lane}-{number}-{time.time_ns()}"))

    began = time.perf_counter()
    await asyncio.gather(*map(go_on, range(in_flight)))
    seconds = time.perf_counter() - began
    await ledger.aclose()
    return len(took) / seconds, took


async def beside(address: str, per_second: int) -> list[float]:
    """Write one at a time from a program of its own while a job of so many writes a second goes on in the account."""
    job, single = (TeamLedger(Team(address), receipts=_folder()) for _ in range(2))
    await once(job, "first-of-job")
    await once(single, "first")
    ends, going = time.perf_counter() + SECONDS, set[asyncio.Task[float]]()

    async def of_job() -> None:
        number, began = 0, time.perf_counter()
        while (now := time.perf_counter()) < ends:
            while number < (now - began) * per_second and len(going) < 64:
                number += 1
                task = asyncio.create_task(once(job, f"j{number}-{time.time_ns()}"))
                going.add(task)
                task.add_done_callback(going.discard)
            await asyncio.sleep(0.002)
        await asyncio.gather(*going)
        print(f"  the job beside it: {number / SECONDS:.0f} writes a second")

    running_job, took = asyncio.create_task(of_job()), []
    while time.perf_counter() < ends:
        took.append(await once(single, f"s{time.time_ns()}"))
        await asyncio.sleep(0.02)
    await running_job
    await job.aclose()
    await single.aclose()
    return took


def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="tui-reseller-team-"))


@contextlib.contextmanager
def served() -> Iterator[tuple[Cluster, int]]:
    """Run a PostgreSQL with fsync on that listens on a port of the loopback."""
    port = free_port()
    with Cluster.running() as cluster:
        cluster.stop()
        cluster.start(f"-c fsync=on -c listen_addresses=127.0.0.1 -c port={port} -c max_connections=100")
        with patch.object(Cluster, "address", lambda *given: _address(port, *given)):
            cluster.make_ledger()
            yield cluster, port


def _address(port: int, cluster: Cluster, role: str, database: str = "team") -> str:
    return f"postgresql://{role}@/{database}?host={cluster.folder}&port={port}"


def measure_writes(port: int) -> None:
    for milliseconds in ROUND_TRIPS:
        near = free_port()
        with relayed(f"127.0.0.1:{near}", f"127.0.0.1:{port}", seconds=milliseconds / 2000):
            address = f"postgresql://ann@127.0.0.1:{near}/team"
            for in_flight in IN_FLIGHT:
                rate, took = asyncio.run(writes(address, in_flight))
                print(f"{milliseconds} ms away, {in_flight} in flight: {rate:.0f} writes a second, {_spread(took)}")
            took = asyncio.run(beside(address, 1000))
            print(f"{milliseconds} ms away, one operator beside that job: {_spread(took)}")


def _spread(took: list[float]) -> str:
    found = statistics.quantiles(took, n=20)
    return f"p50 {found[9]:.1f} ms, p95 {found[18]:.1f} ms"


def measure_workers(cluster: Cluster) -> None:
    alone = 0.0
    for count in WORKERS:
        rate = asyncio.run(_of_workers(cluster, count))
        alone = alone or rate
        print(f"{count} workers, the service answers in {ANSWERS_IN} ms: {rate:.0f} a second, {rate / alone:.2f} x one")


async def _of_workers(cluster: Cluster, count: int) -> float:
    """Let so many processes send one job; return how many requests a second arrive once all are at it."""
    with running(customers=600 * count + 500) as sandbox:
        cluster.empty()
        sandbox.fault("latency", ms=ANSWERS_IN, operation="set", times=1_000_000)
        rate, _ = await _rate(cluster, sandbox, count, WARM + count / 2, WINDOW)
        return rate


async def _rate(
    cluster: Cluster, sandbox: Sandbox, count: int, warm: float, window: float, limit: int = 0, **profile: str
) -> tuple[float, int]:
    """Let so many processes send one job, at a rate that they share; return calls a second in a window, and how many
    were refused as too many.
    """
    operation, fields = (Operation.DISABLE, {}) if profile else (Operation.SET, {"city": "Vigo"})
    office = Office(_folder(), sandbox, ledger=cluster.address("ann"), **profile)
    job = await office.job("", operation, **fields)
    if limit:
        assert cluster.ask(f"UPDATE reseller.accounts SET per_second = {limit} RETURNING 1")
    await office.aclose()
    ready = {**sandbox.ready, **profile, "ledger": cluster.address("ann"), "in_real_time": "yes"}
    children = [Child(_folder(), ready, job.number)]
    children[0].until(12)
    children += [Child(_folder(), {**ready, "joins": "yes"}, job.number) for _ in range(count - 1)]
    await asyncio.sleep(warm)
    before, began = sandbox.last_seq(), time.perf_counter()
    await asyncio.sleep(window)
    sent, seconds = sandbox.last_seq() - before, time.perf_counter() - began
    for child in children:
        child.kill()
    return sent / seconds, sum(row["status"] == 429 for row in sandbox.requests())


def measure_limits(cluster: Cluster) -> None:
    for rate in RATES:
        window = 5.0 if rate > 50 else 20.0
        for count in WORKERS:
            found, refused = asyncio.run(_at_a_limit(cluster, count, rate, window))
            off = (found / rate - 1) * 100
            print(f"a limit of {rate} a second, {count} workers: {found:.1f} ({off:+.1f} %), {refused} answers 429")


async def _at_a_limit(cluster: Cluster, count: int, rate: int, window: float) -> tuple[float, int]:
    """Let so many processes send one job at a rate that they share, to a service that refuses what is above it."""
    warm = WARM + count
    with running("--limit", f"{rate * 5 * ROOM}/5", customers=int(rate * (warm + window + 5))) as sandbox:
        cluster.empty()
        return await _rate(cluster, sandbox, count, warm, window, rate, provider="subusers-v3")


def main(*chosen: str) -> None:
    """Measure what was chosen, or everything."""
    with served() as (cluster, port):
        if not chosen or "writes" in chosen:
            measure_writes(port)
        if not chosen or "workers" in chosen:
            measure_workers(cluster)
        if not chosen or "limits" in chosen:
            measure_limits(cluster)


if __name__ == "__main__":
    main(*sys.argv[1:])
