"""A job in a process of its own that can be killed at any moment.

Processes are forked from a server that has imported everything, so that a thousand of them cost little.
"""

import asyncio
import contextlib
import ctypes
import multiprocessing
import os
import socket
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.harness.consent import for_job
from tests.harness.hosts import enter
from tests.jobs.office import Office
from tui_reseller.api.v3 import allowance
from tui_reseller.services.joined_job import JoinedRun
from tui_reseller.system.clock import SystemClock

_NEW_HOST_NAME, _NEW_USERS = 0x04000000, 0x10000000
"""Flags of unshare(2): CLONE_NEWUTS, CLONE_NEWUSER."""
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        "tests.jobs.office",
        "tui_reseller.api.reseller_v2.client",
        "tui_reseller.api.subusers_v3.client",
        "tui_reseller.api.accounts_v3.client",
        "polars",
    ]
)


class Served:
    """What a child needs to know of a sandbox."""

    def __init__(self, ready: dict[str, str]) -> None:
        self.ready = ready


def _run(folder: Path, ready: dict[str, str], number: int, told: Connection, host: str) -> None:
    if host:
        be_on(host)
    if "slow" in ready:
        allowance.SLOW = float(ready["slow"])
    if ready.get("namespace"):
        enter(ready["namespace"])
        os.environ["PGSSLROOTCERT"] = ready["ca_file"]

    async def work() -> None:
        known: dict[str, Any] = {name: ready[name] for name in ("provider", "ca_file") if name in ready}
        if "in_real_time" in ready:
            known["clock"] = SystemClock()
        office = Office(folder, Served(ready), ledger=ready.get("ledger", ""), **known)  # type: ignore[arg-type]  # only its ready line is needed
        await office.services.ledger.recover()
        await office.session.last_set.learn()
        job = await office.jobs.get(number)
        assert job is not None

        def tell(run) -> None:
            told.send(run.progress.sent)

        passwords = office.services.passwords_of(job)
        if ready.get("joins"):
            permit = for_job(office.session, job)
            await JoinedRun(office.session, office.jobs, job, permit, tell=tell).join()
        else:
            await office.run(job, tell=tell, passwords=passwords).run()
        await office.aclose()
        told.send("over")

    with contextlib.suppress(BrokenPipeError):
        asyncio.run(work())


def be_on(host: str) -> None:
    """Bear another host name, as a container does that was started anew."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEW_HOST_NAME | (_NEW_USERS if os.geteuid() else 0)):
        raise OSError(ctypes.get_errno(), "unshare")
    socket.sethostname(host)


class Child:
    """One process that applies a job; on a machine of another name, if one is given."""

    def __init__(self, folder: Path, ready: dict[str, str], number: int, host: str = "") -> None:
        self.told, theirs = _CONTEXT.Pipe(duplex=False)
        self.process = _CONTEXT.Process(target=_run, args=(folder, ready, number, theirs, host))
        self.process.start()
        theirs.close()

    def until(self, sent: int) -> bool:
        """Wait until it has sent so many in this run; return whether it was over before that."""
        with contextlib.suppress(EOFError):
            while (said := self.told.recv()) != "over":
                if said >= sent:
                    return False
        return True

    def kill(self) -> None:
        self.process.kill()
        self.process.join()
        self.told.close()
