"""A process that stops sending for some customers, with real HTTP and a real ledger, on a disk that may be full.

`job` does it once. `sweep` does it on a tmpfs of its own (in a namespace of `unshare -rm`), for each number of
free pages that it is given. What came of it is told as JSON, a line a run; who judges it is the test.
"""

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tests.harness.consent import carry_out
from tui_reseller.credentials.credentials import Credentials
from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.domain.operation import Call, Operation
from tui_reseller.domain.profile import Profile, Store
from tui_reseller.domain.secret import Secret
from tui_reseller.services.result import Result
from tui_reseller.services.services import Services
from tui_reseller.storage.paths import Paths
from tui_reseller.wiring.services import build, profiles_in

PAGE = 4096
TMPFS = "8m"
"""Enough for the job itself: how many pages are free is what the filler leaves."""


def services_in(folder: Path, ready: dict) -> tuple[Services, Profile]:
    paths = Paths(folder / "config", folder / "state", folder / "cache")
    for path in (folder, paths.config, paths.state, paths.cache):
        path.mkdir(mode=0o700, exist_ok=True)
    profile = Profile("acme", ready["api_user"], base_url=ready["base_url"], store=Store.NONE)
    credentials = Credentials()
    credentials.remember(profile, Credential(Secret(ready["api_key"])))
    return build(paths, credentials, profiles=profiles_in(paths, credentials, environment=profile)), profile


async def job(folder: Path, ready: dict, usernames: list[str], operation: Operation) -> list[tuple[str, str]]:
    """Carry out one operation on each; return what the program says became of it."""
    services, profile = services_in(folder, ready)
    session = services.open(profile)
    try:
        results = list[Result]()
        for username in usernames:
            results.append(await carry_out(session, Call(operation, username)))
            if isinstance(results[-1].error, LedgerUnavailable):
                break  # as every run over several does
        return [(result.username, result.outcome.value) for result in results]
    finally:
        await session.aclose()
        await services.aclose()


async def restart(folder: Path, ready: dict, usernames: list[str], operation: Operation) -> dict:
    """Begin again: what the ledger tells, then the operation for everybody who has not had it, then what is open."""
    services, _profile = services_in(folder, ready)
    try:
        await services.ledger.recover()
        entries = await services.ledger.entries(AuditQuery())
    finally:
        await services.aclose()
    told = [(entry.username, entry.outcome.value if entry.outcome else "") for entry in entries]
    applied = {name for name, outcome in told if outcome == "applied"}
    again = await job(folder, ready, [name for name in usernames if name not in applied], operation)
    services, _profile = services_in(folder, ready)
    try:
        return {
            "ledger": told,
            "again": again,
            "needs_you": len(await services.ledger.needs_you()),
            "is_whole": (await services.ledger.check()).is_whole,
            "integrity": integrity(folder),
        }
    finally:
        await services.aclose()


def integrity(folder: Path) -> str:
    with closing(sqlite3.connect(folder / "state" / "ledger.sqlite3")) as connection:
        return str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])


def sweep(mount: Path, ready: dict, usernames: list[str], points: list[int]) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={TMPFS}", "tmpfs", str(mount)], check=True)
    for number, free in enumerate(points):
        folder, filler = mount / "home", mount / "filler"
        _fill(filler, mount, free)
        operation = (Operation.DISABLE, Operation.ENABLE)[number % 2]
        said = apart(run_full, folder, ready, usernames, operation)
        say({"free": free, "operation": operation.value, "said": said})
        filler.unlink()
        say(apart(run_restart, folder, ready, usernames, operation))
        subprocess.run(["rm", "-rf", str(folder)], check=True)


def apart(work: Callable[..., Any], *given: object) -> Any:
    """Do it in a process of its own: what a living one has begun counts as being sent."""
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as pool:
        return pool.submit(work, *given).result()


def run_restart(folder: Path, ready: dict, usernames: list[str], operation: Operation) -> dict:
    return asyncio.run(restart(folder, ready, usernames, operation))


def run_full(folder: Path, ready: dict, usernames: list[str], operation: Operation) -> list[tuple[str, str]] | str:
    """Return what the program says, also where it cannot even begin."""
    try:
        return asyncio.run(job(folder, ready, usernames, operation))
    except (OSError, LedgerUnavailable) as error:  # not even a folder could be made
        return str(error)


def _fill(filler: Path, mount: Path, free: int) -> None:
    with filler.open("wb") as file:
        while True:
            found = subprocess.run(
                ["stat", "-f", "-c", "%f", str(mount)], check=True, capture_output=True, text=True
            ).stdout
            left = int(found) - free
            if left <= 0:
                return
            file.write(bytes(PAGE * left))
            file.flush()


def say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    verb, folder, ready, *rest = sys.argv[1:]
    if verb == "sweep":
        sweep(Path(folder), json.loads(ready), json.loads(rest[0]), json.loads(rest[1]))
    elif verb == "restart":
        say(run_restart(Path(folder), json.loads(ready), json.loads(rest[0]), Operation(rest[1])))
    else:
        say(run_full(Path(folder), json.loads(ready), json.loads(rest[0]), Operation(rest[1])))
