"""What a ledger in a file has, and that of a team has not: it is refused, with what to do instead."""

# ruff: noqa: ARG002 - a port has these arguments

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from pathlib import Path
from typing import NoReturn

from tui_reseller.domain.audit import Operator
from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.job import Job, JobItem, JobState
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.plan import Plan
from tui_reseller.domain.printed import command
from tui_reseller.domain.vault import Anchor, Comparison, Restored


def _no_jobs() -> NoReturn:
    raise RefusedHere(
        "refused: the ledger of a team keeps no jobs; nothing was sent",
        hint="change customers one by one, or use a ledger of your own (no [team] in the config)",
    )


def _no_file() -> NoReturn:
    raise RefusedHere(
        "refused: the ledger of a team is no file; nothing was changed",
        hint="back up and restore it with the tools of PostgreSQL, as pg_dump",
    )


class NoJobs:
    """Jobs of a team's ledger: there are none."""

    async def add(
        self, plan: Plan, operator: Operator, reason: str, passwords_to: str = "", *, digest: str = ""
    ) -> Job:
        """Raise RefusedHere."""
        _no_jobs()

    async def refuse_changed(self, number: int) -> None:
        """Raise RefusedHere."""
        _no_jobs()

    async def refuse_applied(self, plan: Plan) -> None:
        """Do nothing: none was applied."""

    async def get(self, number: int) -> Job | None:
        """Return None."""
        return None

    async def all(self, account: str | None = None) -> list[Job]:
        """Return none."""
        return []

    async def waiting(self, number: int, after: int, limit: int = 0) -> list[JobItem]:
        """Return none."""
        return []

    async def items(self, number: int, after: int = -1, limit: int = 0) -> list[JobItem]:
        """Return none."""
        return []

    async def refuse(self, number: int, seq: int, outcome: Outcome, message: str) -> None:
        """Raise RefusedHere."""
        _no_jobs()

    async def put_back(self, number: int, seqs: Sequence[int]) -> None:
        """Raise RefusedHere."""
        _no_jobs()

    async def put_back_not_applied(self, number: int, attempts: int) -> None:
        """Raise RefusedHere."""
        _no_jobs()

    async def set_state(self, number: int, state: JobState, why: str = "") -> None:
        """Raise RefusedHere."""
        _no_jobs()

    async def want(self, number: int, wanted: str) -> None:
        """Raise RefusedHere."""
        _no_jobs()

    async def wanted(self, number: int) -> str:
        """Return nothing."""
        return ""

    def owning(self, number: int, operator: Operator) -> AbstractContextManager[None]:
        """Raise RefusedHere."""
        _no_jobs()


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
