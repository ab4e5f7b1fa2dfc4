"""Where files of passwords are: those that the operator names, and our own, for passwords on their way to somebody."""

import os
import secrets
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tui_reseller.domain.errors import BadConfig, InvalidInput, RefusedHere
from tui_reseller.domain.password import PasswordState
from tui_reseller.storage.password_file import PasswordFile, hold, rows_of
from tui_reseller.system.files import checked_folder, private_folder

KEPT = timedelta(days=30)
"""How long a file of ours stays in which no password is valid: until then a job may resume it."""


class PasswordFiles:
    """Makes and opens files of passwords. Our own lie in one private folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "passwords"

    def new(self, path: Path) -> PasswordFile:
        """Make a file that the operator named. Raises InvalidInput, BadConfig."""
        return PasswordFile(path)

    def own(self) -> PasswordFile:
        """Make a file of ours. Raises BadConfig."""
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}.csv"
        return self._own(private_folder(self._folder) / name)

    def again(self, path: Path) -> PasswordFile:
        """Resume a file. One of ours that is gone was delivered, and is made anew.

        Raises InvalidInput if it cannot be resumed, RefusedHere if another process has it, BadConfig.
        """
        if self.is_own(path) and not path.exists():
            private_folder(self._folder)
            return self._own(path)
        return PasswordFile(path, resume=True)

    def is_own(self, path: Path) -> bool:
        """Whether a file is one of ours, and not the operator's."""
        return path.parent == self._folder

    def left_behind(self) -> list[Path]:
        """Return files of ours that no process has, with passwords that may be valid, oldest first. Others that are
        older than KEPT are deleted. Raises BadConfig.
        """
        if not checked_folder(self._folder):
            return []
        return [path for path in sorted(self._folder.glob("*.csv")) if _is_left_behind(path)]

    def _own(self, path: Path) -> PasswordFile:
        try:
            return PasswordFile(path)
        except InvalidInput as error:  # the operator has not named it
            raise BadConfig(error.message, hint="new passwords wait there until they are delivered") from None


def _is_left_behind(path: Path) -> bool:
    """Whether somebody has to look at a file; deletes one in which there is nothing any more."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return path.exists()
    with os.fdopen(handle, "rb") as file:
        try:
            hold(handle, path, wait=0)
            rows, _end = rows_of(file.read())
            if any(row.state is not PasswordState.REFUSED for row in rows.values()):
                return True
        except (RefusedHere, BadConfig):
            return False  # another process has it, and will deliver it
        except (OSError, ValueError):
            return True
        if os.fstat(handle).st_mtime < time.time() - KEPT.total_seconds():
            path.unlink(missing_ok=True)
    return False
