"""A job in a process of its own that can be killed at any moment.

Processes are forked from a server that has imported everything, so that a thousand of them cost little.
"""

import asyncio
import contextlib
import multiprocessing
from multiprocessing.connection import Connection
from pathlib import Path

from tests.jobs.office import Office

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.jobs.office", "tui_reseller.api.reseller_v2.client", "polars"])


class Served:
    """What a child needs to know of a sandbox."""

    def __init__(self, ready: dict[str, str]) -> None:
        self.ready = ready


def _run(folder: Path, ready: dict[str, str], number: int, told: Connection) -> None:
    async def work() -> None:
        office = Office(folder, Served(ready))  # type: ignore[arg-type]  # only its ready line is needed
        await office.services.ledger.recover()
        await office.session.learn_website()
        job = await office.jobs.get(number)
        assert job is not None

        def tell(run) -> None:
            told.send(run.progress.sent)

        passwords = office.services.passwords_of(job)
        await office.run(job, tell=tell, passwords=passwords).run()
        await office.aclose()
        told.send("over")

    with contextlib.suppress(BrokenPipeError):
        asyncio.run(work())


class Child:
    """One process that applies a job."""

    def __init__(self, folder: Path, ready: dict[str, str], number: int) -> None:
        self.told, theirs = _CONTEXT.Pipe(duplex=False)
        self.process = _CONTEXT.Process(target=_run, args=(folder, ready, number, theirs))
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
