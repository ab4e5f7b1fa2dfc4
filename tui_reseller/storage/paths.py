"""Our folders and the names in them."""

import hashlib
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tui_reseller.domain.errors import BadConfig
from tui_reseller.system.current_operator import account_name

APP = "tui-reseller"
LEDGER = "ledger.sqlite3"
"""The file of the ledger, in the state folder."""
_INSTEAD = "XDG_CONFIG_HOME, XDG_STATE_HOME and XDG_CACHE_HOME"


@dataclass(frozen=True, slots=True)
class Paths:
    """The three folders: what the operator wrote, what must be kept, what can be fetched again."""

    config: Path
    state: Path
    cache: Path

    @classmethod
    def default(cls) -> "Paths":
        """Return the folders of this account of the operating system (XDG variables are respected).

        Raises BadConfig if there is no home, or if we would make a folder in one of somebody else.
        """
        from platformdirs import (  # noqa: PLC0415 - not needed by the help texts
            user_cache_path,
            user_config_path,
            user_state_path,
        )

        try:
            found = cls(user_config_path(APP), user_state_path(APP), user_cache_path(APP))
        except RuntimeError:
            raise _no_home() from None
        for folder in (found.config, found.state, found.cache):
            if folder.parts[0] == "~":
                raise _no_home()
            _check_whose(folder)
        return found


def _no_home() -> BadConfig:
    return BadConfig("this account has no home folder, and HOME is not set", hint=f"set HOME, or {_INSTEAD}")


def _check_whose(folder: Path) -> None:
    """Raise BadConfig if a folder that is not there would be made in the home of somebody else, as root with the HOME
    of a person would: they could not use it any more.
    """
    place = folder
    with suppress(OSError):  # what cannot be looked at cannot be written either, which is said then
        while not place.exists() and place != place.parent:
            place = place.parent
        owner = place.stat().st_uid
        if place != folder and owner not in {os.geteuid(), 0}:
            raise BadConfig(
                f"{place} belongs to {account_name(owner)}: no folder of this account is made there",
                hint=f"run it as {account_name(owner)}, set HOME to a home of your own (sudo -H), or set {_INSTEAD}",
            )


def account_folder(account: str) -> str:
    """Return a folder name for an account: readable, unique, of characters that every file system takes."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", account.partition("://")[2] or account).strip("-")[:32]
    digest = hashlib.sha256(account.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{readable or 'account'}-{digest}"
