"""A job that another process runs, while this one sends items of it, too: in a ledger that a team shares."""

import asyncio
import contextlib
from dataclasses import dataclass

from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.services import listing
from tui_reseller.services.beside import every
from tui_reseller.services.jobs import ASKED_EVERY, JobRun


@dataclass
class JoinedRun(JobRun):
    """Sends items as its owner does; prepares nothing, and ends with the job, or when it is stopped."""

    _is_joined: bool = False
    _is_for_all: bool = False

    async def join(self) -> int:
        """Send items until the job is closed; return how many. What was taken and not begun is given back.

        Raises RefusedHere for a job that was changed, and what keeps the list from being read.
        """
        self._is_joined = True
        await self.jobs.refuse_changed(self.job.number)
        try:
            async with every(ASKED_EVERY, self.session.clock, self.heed):
                await self._lengthy.run(self._read_list())
                self.progress.begin()
                while not self.halted():
                    waiting = self._queue.items()
                    await self._stage(waiting, None)
                    await waiting.aclose()
                    if not self.halted():
                        await self.session.clock.sleep(ASKED_EVERY)  # what others took may become free
        finally:
            await asyncio.shield(self._part())
        return self.progress.sent

    async def _read_list(self) -> None:
        await listing.refresh_for_many(self.session)

    async def heed(self) -> None:
        """End with the job, and show changes in the list."""
        if not self._is_joined:
            await super().heed()
            return
        if not await self.jobs.is_open(self.job.number):
            self.stop("the job is over, or was halted")
        await self._show_changes()

    def _pause_for_all(self, why: str) -> None:
        self._is_for_all = True
        self.pause(why)

    async def _part(self) -> None:
        with contextlib.suppress(LedgerUnavailable):  # the end of the session gives back as well
            if self._is_for_all:
                await self.jobs.want(self.job.number, "pause")
            await self.jobs.give_back(self.job.number)
        await self._show_changes()
