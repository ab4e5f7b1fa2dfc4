"""Where the passwords of a job come from: the operator's file, or made here and kept in a file that was named first.

No password is ever in a plan, a job or the ledger (reliability R7, 4.4).
"""

import secrets
from collections.abc import AsyncIterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from tui_reseller.domain.errors import BadConfig, NoPassword
from tui_reseller.domain.job import JobItem
from tui_reseller.domain.password import PasswordState, generate_password
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import clean, quoted
from tui_reseller.services.result import Result


class Passwords(Protocol):
    """Gives each customer of a run its password, and hears what became of it."""

    async def of(self, username: str) -> Secret:
        """Return it. Raises RefusedHere if there is none, BadConfig if it cannot be kept: nothing is sent then."""

    async def told(self, result: Result) -> None:
        """Hear what became of one. Never raises."""

    async def settle(self, items: AsyncIterable[JobItem]) -> None:
        """Hear what became of all items of the job. Raises BadConfig if it cannot be kept, LedgerUnavailable."""

    def close(self) -> None:
        """Nothing more is asked of it."""


class PasswordFilePort(Protocol):
    """A private file of passwords, a row a customer, that no other process writes meanwhile."""

    path: Path

    @property
    def states(self) -> Mapping[str, PasswordState]:
        """What is known of each password, by username."""

    def password_of(self, username: str) -> Secret | None:
        """Return the password of a customer, if there is a row."""

    async def keep(self, passwords: Mapping[str, Secret], state: PasswordState) -> None:
        """Write passwords down, all or none, durably; a row that is there keeps its password and gets the state.

        Raises BadConfig if the disk refuses.
        """

    async def set_states(self, states: Mapping[str, PasswordState]) -> None:
        """Write down what is known of passwords; those without a row are left out. Raises BadConfig."""

    def close(self) -> None:
        """Let go of it."""

    def discard(self) -> None:
        """Delete it: its passwords are where they belong. Raises BadConfig."""


class PasswordFilesPort(Protocol):
    """Files of passwords: those that the operator names, and our own, for passwords on their way to somebody."""

    def new(self, path: Path) -> PasswordFilePort:
        """Make a file that the operator named. Raises InvalidInput, BadConfig."""

    def own(self) -> PasswordFilePort:
        """Make a file of ours. Raises BadConfig."""

    def again(self, path: Path) -> PasswordFilePort:
        """Go on in a file. Raises InvalidInput if it cannot be gone on with, RefusedHere, BadConfig."""

    def is_own(self, path: Path) -> bool:
        """Whether a file is one of ours, and not the operator's."""

    def left_behind(self) -> Sequence[Path]:
        """Return files of ours that no process has, with passwords that may be valid. Raises BadConfig."""


class Given:
    """Passwords of the operator's file."""

    def __init__(self, passwords: Mapping[str, Secret]) -> None:
        self._passwords = passwords

    async def of(self, username: str) -> Secret:
        """As in Passwords."""
        found = self._passwords.get(username)
        if found is None:
            raise NoPassword(f"refused: the file has no password for {quoted(username)}; nothing was sent")
        return found

    async def told(self, result: Result) -> None:
        """As in Passwords: the operator has them."""

    async def settle(self, items: AsyncIterable[JobItem]) -> None:
        """As in Passwords: the operator has them."""

    def close(self) -> None:
        """As in Passwords."""


class Made:
    """New random passwords of 24 characters. Each is in the file before it is sent: a kill cannot lose it.

    A customer gets one password, however often it is tried, also by a job that goes on in the file. *Given* are the
    operator's own: they stand in the file as well, so that a job that goes on has them.
    """

    def __init__(self, file: PasswordFilePort, given: Mapping[str, Secret] | None = None) -> None:
        self.file = file
        self._given = given or {}

    @property
    def valid(self) -> set[str]:
        """The customers whose password in the file the service has, or may have."""
        return {name for name, state in self.file.states.items() if state is not PasswordState.REFUSED}

    async def of(self, username: str) -> Secret:
        """As in Passwords."""
        found = self.file.password_of(username) or self._given.get(username) or generate_password(secrets.choice)
        await self.file.keep({username: found}, PasswordState.PENDING)
        return found

    async def told(self, result: Result) -> None:
        """As in Passwords."""
        with suppress(BadConfig):  # the next one is not sent then, and settling says why
            await self.file.set_states({result.username: state_after(result)})

    async def settle(self, items: AsyncIterable[JobItem]) -> None:
        """As in Passwords: afterwards no row is pending, and what was given waits in the file for its turn."""
        states = self.file.states
        waiting = {name: password for name, password in self._given.items() if name not in states}
        if waiting:
            await self.file.keep(waiting, PasswordState.REFUSED)
        still_open = {name for name, state in states.items() if state.is_open}
        if still_open:
            found = {
                item.item.username: PasswordState.of(item.outcome, begun=item.entry is not None)
                async for item in items
                if item.item.username in still_open and not item.step
            }
            await self.file.set_states(found)

    def close(self) -> None:
        """As in Passwords."""
        self.file.close()


def state_after(result: Result) -> PasswordState:
    """Return what a result says of the password that was sent."""
    return PasswordState.of(result.outcome, begun=result.id is not None)


def unseen_words(files: Sequence[Path]) -> str:
    """Say where passwords are that were made and not delivered; empty if there are none."""
    if not files:
        return ""
    more = f" and {len(files) - 1:,} more there" if len(files) > 1 else ""
    return f"passwords that nobody has seen are in {clean(str(files[0]))}{more}: delete it when you have them"
