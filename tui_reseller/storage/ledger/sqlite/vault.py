"""The ledger as a whole, for the use cases: its anchor, backups, restoring, accepting what does not fit the receipt."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reseller.domain.audit import Operator
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.vault import Anchor, Comparison, LedgerAnchor, Restored
from tui_reseller.storage.ledger.sqlite.ledger import Ledger
from tui_reseller.system.clock import utc_now

if TYPE_CHECKING:
    from tui_reseller.storage.ledger.sqlite.connection import LedgerConnection


class Vault:
    """What is done to the ledger in a state folder as a whole. Every method may raise LedgerUnavailable."""

    def __init__(self, ledger: Ledger, folder: Path, now: Callable[[], datetime] = utc_now) -> None:
        self._ledger = ledger
        self._folder = folder
        self._now = now

    async def head(self) -> Anchor:
        """Return number and hash of the last row."""
        return await self._ledger.run(lambda connection: connection.head())

    async def anchors(self) -> Sequence[LedgerAnchor]:
        """Return number and hash of the last row: one chain has those of all accounts."""
        return [LedgerAnchor(await self.head())]

    async def holds(self, anchor: Anchor) -> bool:
        """Whether the row of an anchor is still there, as it was."""
        return await self._ledger.run(lambda connection: connection.holds(anchor))

    async def doubt(self) -> str:
        """Return why this may not be the ledger that was written to; empty if nothing speaks against it."""
        return await self._ledger.run(lambda connection: connection.doubt)

    async def back_up(self, path: Path) -> Anchor:
        """Write a backup into a new file; return its last row. Raises InvalidInput, BadConfig."""
        from tui_reseller.storage.ledger.sqlite.backup import back_up  # noqa: PLC0415 - seldom

        return await self._ledger.run(lambda connection: back_up(connection.database, path))

    async def accept(self, reason: str, operator: Operator) -> Anchor:
        """Go on with a ledger that does not fit its receipt; a row of it records who decided that, and why. Return its
        last row.

        Raises InvalidInput if nothing speaks against it.
        """

        def work(connection: "LedgerConnection") -> Anchor:
            last = self._ledger.receipt.last()
            if not connection.doubt or last is None:
                raise InvalidInput("there is nothing to accept: the ledger is the one that was written to")
            body = {"receipt": last.text, "head": connection.head().text, "reason": reason}
            connection.accept({**body, "operator": operator.as_dict()})
            return connection.head()

        return await self._ledger.run(work)

    @contextlib.asynccontextmanager
    async def candidate(self, path: Path) -> AsyncIterator[Comparison]:
        """Check a backup and compare it with the present ledger, for restore(). Raises InvalidInput if it is none."""
        from tui_reseller.storage.ledger.sqlite.restore import candidate  # noqa: PLC0415 - seldom

        checked = candidate(path, self._folder, self._now)
        found = await asyncio.to_thread(checked.__enter__)
        try:
            yield found
        finally:
            await asyncio.to_thread(checked.__exit__, None, None, None)

    async def restore(self, path: Path, operator: Operator) -> Restored:
        """Put the backup of candidate(), in the place of the ledger, which is moved aside.

        Raises RefusedHere while another process uses the ledger.
        """
        from tui_reseller.storage.ledger.sqlite.restore import put_in_place  # noqa: PLC0415 - seldom

        await self._ledger.aclose()
        receipt = self._ledger.receipt
        done = await asyncio.to_thread(put_in_place, self._folder, self._now, path, operator, receipt.last())
        receipt.keep(done.head, anew=True)
        receipt.close()
        return done
