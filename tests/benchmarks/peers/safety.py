"""Seconds a call for many switches: as a job with its ledger, and by httpx alone. Usage: safety.py COUNT LATENCY_MS."""

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path

import httpx

from tests.harness.sandbox import Sandbox, running
from tests.jobs.office import Office
from tui_reseller.domain.operation import Operation

COUNT, LATENCY = int(sys.argv[1]), int(sys.argv[2])
IN_FLIGHT = 8


async def by_job(folder: Path, sandbox: Sandbox) -> float:
    office = Office(folder, sandbox)
    job = await office.job("", Operation.DISABLE)
    began = time.perf_counter()
    done = await office.run(job).run()
    spent = time.perf_counter() - began
    assert done.is_finished, done
    await office.aclose()
    return spent / done.total


async def bare(sandbox: Sandbox, names: list[str]) -> float:
    ready, turn = sandbox.ready, asyncio.Semaphore(IN_FLIGHT)
    form = {"api_user": ready["api_user"], "api_key": ready["api_key"], "method": "enable"}

    async def one(name: str) -> None:
        async with turn:
            answer = await client.post(f"{ready['base_url']}/reseller.manage.json", data={**form, "user": name})
            assert answer.json() == {"message": "success"}, answer.text

    async with httpx.AsyncClient() as client:
        began = time.perf_counter()
        await asyncio.gather(*(one(name) for name in names))
        return (time.perf_counter() - began) / len(names)


async def main() -> None:
    with running(customers=COUNT) as sandbox, tempfile.TemporaryDirectory() as folder:
        sandbox.fault("latency", ms=LATENCY, operation="disable", times=10**9)
        sandbox.fault("latency", ms=LATENCY, operation="enable", times=10**9)
        job = await by_job(Path(folder), sandbox)
        names = [username for operation, username in sandbox.applied() if operation == "disable"]
        print(json.dumps({"job": job, "bare": await bare(sandbox, names)}))


asyncio.run(main())
