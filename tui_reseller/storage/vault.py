"""The ledger as a whole, for the use cases: its anchor, backups, restoring, accepting what does not fit the receipt."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reseller.domain.audit import Operator
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.vault import Anchor, Comparison, Restored
from tui_reseller.storage.ledger.ledger import Ledger
from tui_reseller.storage.ledger.rows import utc_now

if TYPE_CHECKING:
    from tui_reseller.storage.ledger.book import Book


class Vault:
    """What is done to the ledger in a state folder as a whole. Every method may raise LedgerUnavailable."""

    def __init__(self, ledger: Ledger, folder: Path, now: Callable[[], datetime] = utc_now) -> None:
        self._ledger = ledger
        self._folder = folder
        self._now = now

    async def head(self) -> Anchor:
        """Return number and hash of the last row."""
        from tui_reseller.storage.ledger.chain import head  # noqa: PLC0415 - with the ledger itself

        return await self._ledger.ask(lambda book: head(book.connection))

    async def holds(self, anchor: Anchor) -> bool:
        """Whether the row of an anchor is still there, as it was."""
        from tui_reseller.storage.ledger.chain import holds  # noqa: PLC0415

        return await self._ledger.ask(lambda book: holds(book.connection, anchor))

    async def doubt(self) -> str:
        """Return why this may not be the ledger that was written to; empty if nothing speaks against it."""
        return await self._ledger.ask(lambda book: book.doubt)

    async def back_up(self, path: Path) -> Anchor:
        """Write a backup into a new file; return its last row. Raises InvalidInput, BadConfig."""
        from tui_reseller.storage.ledger.backup import back_up  # noqa: PLC0415 - seldom

        return await self._ledger.ask(lambda book: back_up(book.connection, path))

    async def accept(self, reason: str, operator: Operator) -> Anchor:
        """Go on with a ledger that does not fit its receipt; who said so, and why, is a row of it. Return its last row.

        Raises InvalidInput if nothing speaks against it.
        """

        def work(book: "Book") -> Anchor:
            from tui_reseller.storage.ledger.chain import head  # noqa: PLC0415

            last = self._ledger.receipt.last()
            if not book.doubt or last is None:
                raise InvalidInput("there is nothing to accept: the ledger is the one that was written to")
            body = {"receipt": last.text, "head": head(book.connection).text, "reason": reason}
            book.accept({**body, "operator": operator.as_dict()})
            return head(book.connection)

        return await self._ledger.ask(work)

    @contextlib.asynccontextmanager
    async def candidate(self, path: Path) -> AsyncIterator[Comparison]:
        """Check a backup and compare it with the present ledger, for restore(). Raises InvalidInput if it is none."""
        from tui_reseller.storage.ledger.restore import candidate  # noqa: PLC0415 - seldom

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
        from tui_reseller.storage.ledger.restore import put_in_place  # noqa: PLC0415 - seldom

        await self._ledger.aclose()
        receipt = self._ledger.receipt
        done = await asyncio.to_thread(put_in_place, self._folder, self._now, path, operator, receipt.last())
        receipt.keep(done.head, anew=True)
        receipt.close()
        return done
