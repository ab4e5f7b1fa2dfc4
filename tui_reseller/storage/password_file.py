"""A private file of generated passwords, named by the operator before the first is made."""

import asyncio
import csv
import io
import os
from pathlib import Path

from tui_reseller.domain.errors import BadConfig, InvalidInput
from tui_reseller.domain.secret import Secret
from tui_reseller.domain.text import clean, formula_safe

HEAD = "username,password\n"


class PasswordFile:
    """CSV with a row a customer; mode 0600. A job that goes on adds to its own file."""

    def __init__(self, path: Path, *, goes_on: bool = False) -> None:
        """Make the file. Raises InvalidInput if it is there already, or is missing for a job that goes on."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            self._handle = os.open(path, flags if goes_on else flags | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise InvalidInput(f"{clean(str(path))} is there already: name a new file", field="file") from None
        except OSError as error:
            raise InvalidInput(f"{clean(str(path))} cannot be written: {error.strerror}", field="file") from None
        self._path = path
        if not goes_on:
            self._write(HEAD)

    async def add(self, username: str, password: Secret) -> None:
        """Write one down durably. Raises BadConfig if the disk refuses."""
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow([formula_safe(clean(username)), password.reveal()])
        await asyncio.to_thread(self._write, line.getvalue())

    def close(self) -> None:
        """Close it."""
        os.close(self._handle)

    def _write(self, line: str) -> None:
        try:
            os.write(self._handle, line.encode())
            os.fsync(self._handle)
        except OSError as error:
            raise BadConfig(f"{clean(str(self._path))} cannot be written: {error.strerror}") from None
