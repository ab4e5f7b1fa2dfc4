"""What a ledger in a file has, and that of a team has not: it is refused, with what to do instead."""

# ruff: noqa: ARG002 - a port has these arguments

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import NoReturn

from tui_reseller.domain.audit import Operator
from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.printed import command
from tui_reseller.domain.vault import Anchor, Comparison, Restored


def _no_file() -> NoReturn:
    raise RefusedHere(
        "refused: the ledger of a team is no file; nothing was changed",
        hint="back up and restore it with the tools of PostgreSQL, as pg_dump",
    )


class NoFile:
    """A team's ledger as a file: it is none."""

    async def head(self) -> Anchor:
        """Raise RefusedHere: each account has its own."""
        self._no_anchor()

    async def holds(self, anchor: Anchor) -> bool:
        """Raise RefusedHere: each account has its own."""
        self._no_anchor()

    @staticmethod
    def _no_anchor() -> NoReturn:
        raise RefusedHere(
            "refused: in the ledger of a team each account has a chain of its own, and no row stands for all",
            hint=command("ledger", "show") + " prints number and hash of the last row of each",
        )

    async def doubt(self) -> str:
        """Return nothing: no receipt is kept of it."""
        return ""

    async def back_up(self, path: Path) -> Anchor:
        """Raise RefusedHere."""
        _no_file()

    async def accept(self, reason: str, operator: Operator) -> Anchor:
        """Raise RefusedHere."""
        _no_file()

    def candidate(self, path: Path) -> AbstractAsyncContextManager[Comparison]:
        """Raise RefusedHere."""
        _no_file()

    async def restore(self, path: Path, operator: Operator) -> Restored:
        """Raise RefusedHere."""
        _no_file()
