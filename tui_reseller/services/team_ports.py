"""What the use cases need of a team's ledger as a whole: making it, saying who may work there, looking at it."""

from collections.abc import Sequence
from typing import Protocol

from tui_reseller.domain.audit import Operator
from tui_reseller.domain.team import (
    AccountSettings,
    Colleague,
    Copies,
    Member,
    MovedLedger,
    Place,
    TeamLedgerState,
)


class TeamPort(Protocol):
    """A team's ledger. Every method may raise LedgerUnavailable."""

    async def init(self) -> int:
        """Make the ledger in an empty place of the database, and the caller its first administrator; return the version
        of its schema. Raises RefusedHere if there is one.
        """

    async def migrate(self) -> tuple[int, int]:
        """Bring it to our version; return the version that it had, and has. Raises RefusedHere if there is none."""

    async def show(self) -> TeamLedgerState:
        """Return what it is, and who we are there."""

    async def copies(self) -> Copies:
        """Return which standbys the server feeds, and whether it waits for any."""

    async def members(self) -> Sequence[Member]:
        """Return who may do what, as far as we may know."""

    async def add_member(self, member: Member) -> None:
        """Let somebody work there. Raises InvalidInput for a role that PostgreSQL does not know."""

    async def remove_member(self, role: str, account: str) -> int:
        """Take all rights in an account from somebody; return how many they were. Raises RefusedHere for the last one
        who may do this.
        """

    async def here(self) -> Sequence[Colleague]:
        """Return which windows are open, in every account that we may read."""

    async def set_account(
        self, account: str, *, approvals: int | None = None, per_second: float | None = None
    ) -> AccountSettings:
        """Set what holds for all who work in an account, and return all of it. None leaves one as it is; 0 a second
        takes the limit away. Both are in the ranges of domain.team. It is a row of the account's chain.
        """


class ColleaguesPort(Protocol):
    """Who else works in an account just now: a hint, never a lock. It is told with what says that we live."""

    def at(self, place: Place | None) -> None:
        """Say where this window is; None: nowhere. Whom somebody edits is told at once, all else with the next beat."""

    def here(self) -> Sequence[Colleague]:
        """Return who else is in the account of our place, as it was told last; nothing is asked."""

    async def sign(self) -> None:
        """Wait until others have written, come, gone, or edit another customer. Where no sign of that can be heard it
        does not come back: then LedgerPort.stamp() changes by itself.
        """


class MovePort(Protocol):
    """The way of a ledger in a file into that of a team."""

    async def move(self, address: str, operator: Operator) -> MovedLedger:
        """Move the ledger in the file of this account there, all of it or nothing; the file is kept under another name.

        Raises InvalidInput for an address that cannot be one, RefusedHere where there is nothing to move, or it is in
        use or there already; LedgerUnavailable.
        """
