"""Which spellings an account has in the rows. Rows are never changed: older versions wrote `ORIGIN|NAME`."""

import contextlib
import sqlite3
from collections.abc import Iterable, Mapping
from functools import cached_property

from tui_reseller.domain.account import is_spelling_of
from tui_reseller.storage.ledger.encoding import escaped, unescaped


class AccountSpellings:
    """What each account is called in older rows, and who claims an old spelling. All texts are as in the domain."""

    def __init__(self, database: sqlite3.Connection, *, is_writable: bool = False) -> None:
        self._database = database
        self.is_writable = is_writable
        self._known: list[str] = []

    @cached_property
    def _claims(self) -> dict[str, set[str]]:
        """Who claims which old spelling; read when it is first needed."""
        found: dict[str, set[str]] = {}
        for alias, account in self._database.execute("SELECT alias, account FROM aliases"):
            found.setdefault(unescaped(alias), set()).update([unescaped(account)] if account else [])
        for account in self._known:
            self._claim(account, found)
        return found

    def know(self, accounts: Iterable[str]) -> None:
        """Let accounts claim the old spellings that may be theirs, when those are needed."""
        self._known += accounts

    def _claim(self, account: str, claims: dict[str, set[str]]) -> None:
        for alias, claimed in claims.items():
            if account not in claimed and account != alias and is_spelling_of(alias, account):
                claimed.add(account)
                self._keep(alias, account)

    def _keep(self, alias: str, account: str) -> None:
        """Write a claim down for others. It is found again without that: a disk that refuses costs nothing."""
        if self.is_writable and not self._database.in_transaction:
            insert = "INSERT OR IGNORE INTO aliases (alias, account) VALUES (?, ?)"
            with contextlib.suppress(sqlite3.Error):
                self._database.execute(insert, (escaped(alias), escaped(account)))

    def names(self, account: str) -> list[str]:
        """Return an account's key and all spellings that it claims, whoever else does: locks hold under each."""
        if not self._claims:
            return [account]
        self._claim(account, self._claims)
        return [account, *(alias for alias, claimed in self._claims.items() if account in claimed)]

    @property
    def canonical(self) -> Mapping[str, str]:
        """The key of each old spelling that exactly one account claims; of another it is not known whose it is."""
        return {alias: next(iter(claimed)) for alias, claimed in self._claims.items() if len(claimed) == 1}

    @property
    def shared(self) -> list[str]:
        """The old spellings that several accounts claim."""
        return [alias for alias, claimed in self._claims.items() if len(claimed) > 1]


def spellings(database: sqlite3.Connection) -> list[str]:
    """Return the accounts that stand in a ledger of an older version, as they are written."""
    found = {account for (account,) in database.execute("SELECT DISTINCT account FROM rows WHERE kind = 'intent'")}
    return sorted(found | {account for (account,) in database.execute("SELECT DISTINCT account FROM jobs")})
