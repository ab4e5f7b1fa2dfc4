"""A team's ledger as a whole, for the verbs of a file: what only a file has is refused, with what to do instead."""

# ruff: noqa: ARG002 - a port has these arguments

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import NoReturn

from tui_reseller.domain.audit import Operator
from tui_reseller.domain.errors import InvalidInput, RefusedHere
from tui_reseller.domain.vault import Anchor, Comparison, LedgerAnchor, Restored
from tui_reseller.storage.ledger.chain import BEGINNING
from tui_reseller.storage.ledger.postgresql.ledger import TeamLedger


def _no_file(done: str, what_next: str) -> NoReturn:
    raise RefusedHere(f"refused: the ledger of a team is no file; nothing was {done}", hint=what_next)


_BACKUP = "whoever administers PostgreSQL backs it up: pg_dump"
_RESTORE = (
    "whoever administers PostgreSQL restores it: pg_restore; where rows are missing then, nothing is sent until: "
    "tui-reseller ledger accept --reason TEXT"
)


class TeamVault:
    """A team's ledger as a whole: it is no file, and each account has a chain of its own."""

    def __init__(self, ledger: TeamLedger) -> None:
        self._ledger = ledger

    async def anchors(self) -> Sequence[LedgerAnchor]:
        """Return number and hash of the last row of each account that this role may read."""
        return await self._ledger.run(lambda reader: reader.anchors())

    async def holds(self, anchor: Anchor) -> bool:
        """Whether the row of an anchor is still there, as it was: in the chain of an account, or in an archive."""
        return await self._ledger.run(lambda reader: reader.holds(anchor))

    async def doubt(self) -> str:
        """Return why accounts may not be those that were written to; empty if nothing speaks against them."""
        return "\n".join((await self._ledger.doubts()).values())

    async def back_up(self, path: Path) -> Anchor:
        """Raise RefusedHere."""
        _no_file("written", _BACKUP)

    async def accept(self, reason: str, operator: Operator) -> Anchor:
        """Go on with accounts that do not fit their receipts; a row of each records who decided that, and why. Return
        the last of these rows. Raises InvalidInput if nothing speaks against any.
        """
        found = BEGINNING
        for account in await self._ledger.doubts():
            found = await self._ledger.accept(account, {"reason": reason, "operator": operator.as_dict()})
        if found == BEGINNING:
            raise InvalidInput("there is nothing to accept: the ledger is the one that was written to")
        return found

    def candidate(self, path: Path) -> AbstractAsyncContextManager[Comparison]:
        """Raise RefusedHere."""
        _no_file("changed", _RESTORE)

    async def restore(self, path: Path, operator: Operator) -> Restored:
        """Raise RefusedHere."""
        _no_file("changed", _RESTORE)
