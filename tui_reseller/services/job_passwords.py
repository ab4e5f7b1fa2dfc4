"""Where the passwords of a job come from: the operator's file, or made here and kept in a file that was named first.

No password is ever in a plan, a job or the ledger (reliability R7, 4.4).
"""

import secrets
from collections.abc import Mapping
from typing import Protocol

from tui_reseller.domain.errors import RefusedHere
from tui_reseller.domain.password import generate_password
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import quoted


class Passwords(Protocol):
    """Gives a password for a customer, once."""

    async def of(self, username: str) -> Secret:
        """Return it. Raises RefusedHere if there is none, BadConfig if it cannot be kept."""


class PasswordFilePort(Protocol):
    """A private file of passwords."""

    async def add(self, username: str, password: Secret) -> None:
        """Write one down durably. Raises BadConfig if the disk refuses."""

    def close(self) -> None:
        """Close it."""


class Given:
    """Passwords of the operator's file."""

    def __init__(self, passwords: Mapping[str, Secret]) -> None:
        self._passwords = passwords

    async def of(self, username: str) -> Secret:
        """As in Passwords."""
        found = self._passwords.get(username)
        if found is None:
            raise RefusedHere(f"refused: the file has no password for {quoted(username)}; nothing was sent")
        return found


class Made:
    """New random passwords of 24 characters. Each is in the file before it is sent: a kill cannot lose it."""

    def __init__(self, file: PasswordFilePort, given: Mapping[str, Secret] | None = None) -> None:
        self._file = file
        self._given = given or {}

    async def of(self, username: str) -> Secret:
        """As in Passwords; the operator's own goes before one that is made."""
        if username in self._given:
            return self._given[username]
        made = generate_password(secrets.choice)
        await self._file.add(username, made)
        return made
