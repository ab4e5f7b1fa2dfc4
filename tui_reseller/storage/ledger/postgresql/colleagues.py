"""Others who work in a team's ledger: where they are, and a sign without content that one of them has written.

A sign is heard on a connection of its own (LISTEN), by the event loop. Where none arrives, others are looked for every
two seconds.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.domain.team import Colleague, Place
from tui_reseller.storage.ledger.postgresql.lane import Lane
from tui_reseller.storage.ledger.postgresql.ledger import TeamLedger

if TYPE_CHECKING:
    from tui_reseller.storage.ledger.postgresql.link import Link

AGAIN_SECONDS = 5.0
"""After a connection was lost."""
LONGEST_SECONDS = 10.0
HERE = "reseller_here"
"""The channel of those who come, go, or edit another customer; that of what is written is `reseller`."""


class TeamColleagues:
    """Others, as they were told with the last beat. For one event loop, and one that waits for a sign."""

    def __init__(self, ledger: TeamLedger) -> None:
        self._ledger = ledger
        self._listening: Lane[_Ear] = Lane("ledger-listen", lambda: _Ear(ledger), LONGEST_SECONDS)
        self._ears: asyncio.Task[None] | None = None
        ledger.before_closing = self._close

    def at(self, place: Place | None) -> None:
        """Say where this window is; None: nowhere."""
        self._ledger.heart.be_at(place)

    def here(self) -> Sequence[Colleague]:
        """Return who else is in the account of our place; nothing is asked."""
        return self._ledger.heart.others

    async def sign(self) -> None:
        """Wait until others have written, come, gone, or edit another customer, as far as signs are heard."""
        if self._ears is None or self._ears.done():
            self._ears = asyncio.create_task(self._listen())
        heard = self._ledger.heart.heard
        await heard.wait()
        heard.clear()

    async def _close(self) -> None:
        self._ledger.heart.place = None
        if self._ears is not None:
            self._ears.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ears
            self._ears = None
        await self._listening.aclose()

    async def _listen(self) -> None:
        """Hear for as long as there is a connection, and connect again."""
        loop, lost = asyncio.get_running_loop(), asyncio.Event()
        while True:
            with contextlib.suppress(LedgerUnavailable):
                ear = await self._listening.wait(self._listening.submit(_Ear.listen))
                lost.clear()
                handle = ear.handle()
                loop.add_reader(handle, self._heard, ear, lost)
                try:
                    await self._ledger.sign_to_all()  # one that comes back shows that signs are heard
                    await lost.wait()
                finally:
                    loop.remove_reader(handle)
                    self._ledger.signs = None
            await self._listening.wait(self._listening.submit(_Ear.close))
            await asyncio.sleep(AGAIN_SECONDS)

    def _heard(self, ear: "_Ear", lost: asyncio.Event) -> None:
        """Something has arrived, or the connection has ended."""
        signs = ear.signs()
        if signs is None:
            lost.set()
            return
        for channel, pid in signs:
            if pid == self._ledger.pid:
                continue  # our own
            if channel == HERE:
                self._ledger.heart.beat_soon()  # who is here comes back with it
            else:
                self._ledger.signs = (self._ledger.signs or 0) + 1
                self._ledger.heart.heard.set()


class _Ear:
    """The connection that listens."""

    def __init__(self, ledger: TeamLedger) -> None:
        self._ledger = ledger
        self.link: Link | None = None

    def listen(self) -> "_Ear":
        """Connect and listen. Raises LedgerUnavailable."""
        from tui_reseller.storage.ledger.postgresql.errors import team_errors  # noqa: PLC0415 - the driver, at the first need

        self.close()
        self.link = link = self._ledger.connect()
        with team_errors(link.place):
            link.database.execute("LISTEN reseller")
            link.database.execute(f"LISTEN {HERE}")
        return self

    def handle(self) -> int:
        """Return the number of its socket."""
        return self.link.database.fileno() if self.link is not None else -1

    def signs(self) -> list[tuple[str, int]] | None:
        """Return channel and sender of what has arrived, without waiting; None once the connection has ended."""
        if self.link is None or self.link.is_gone():
            return None
        server, found = self.link.database.pgconn, []
        while (one := server.notifies()) is not None:
            found.append((one.relname.decode(), one.be_pid))
        return found

    def close(self) -> None:
        """Close it."""
        link, self.link = self.link, None
        if link is not None:
            link.close()
