"""Our folders and the names in them."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

APP = "tui-reseller"
LEDGER = "ledger.sqlite3"
"""The file of the ledger, in the state folder."""


@dataclass(frozen=True, slots=True)
class Paths:
    """The three folders: what the operator wrote, what must be kept, what can be fetched again."""

    config: Path
    state: Path
    cache: Path

    @classmethod
    def default(cls) -> "Paths":
        """Return the folders of this account of the operating system (XDG variables are respected)."""
        from platformdirs import (  # noqa: PLC0415 - not needed by the help texts
            user_cache_path,
            user_config_path,
            user_state_path,
        )

        return cls(user_config_path(APP), user_state_path(APP), user_cache_path(APP))


def account_folder(account: str) -> str:
    """Return a folder name for an account: readable, unique, of characters that every file system takes."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", account.partition("://")[2] or account).strip("-")[:32]
    digest = hashlib.sha256(account.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{readable or 'account'}-{digest}"
