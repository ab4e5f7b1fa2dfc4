"""Who runs a job on this machine: a lock file for each job, which its holder's death releases."""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from tui_reseller.domain.audit import Operator
from tui_reseller.domain.errors import LedgerUnavailable, RefusedHere
from tui_reseller.domain.printed import command
from tui_reseller.domain.text import clean
from tui_reseller.storage.ledger.encoding import compact
from tui_reseller.system.files import private_folder

_LONGEST_OWNER = 4096
"""Bytes of a lock file that are read."""


class JobLocks:
    """The lock files of jobs in a state folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "jobs"

    @contextlib.contextmanager
    def owning(self, number: int, operator: Operator) -> Iterator[None]:
        """Be the one process that runs a job. Raises RefusedHere naming the owner, LedgerUnavailable."""
        import fcntl  # noqa: PLC0415 - POSIX only

        handle = self._open(number)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                owner = self.owner(number)
                raise RefusedHere(
                    f"job {number} is being run by {owner or 'another process'}",
                    hint=f"watch it: {command('job', 'watch', str(number))}",
                ) from None
            os.ftruncate(handle, 0)
            mine = [os.getpid(), operator.user, operator.host, operator.ssh_from]
            os.pwrite(handle, compact(mine).encode(), 0)
            yield
            os.ftruncate(handle, 0)
        finally:
            os.close(handle)

    def owner(self, number: int) -> str:
        """Return who runs a job now, in words; empty if nobody does."""
        import fcntl  # noqa: PLC0415 - POSIX only

        try:
            handle = os.open(self._path(number), os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return ""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return _described(os.pread(handle, _LONGEST_OWNER, 0))
        finally:
            os.close(handle)
        return ""

    def _open(self, number: int) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        private_folder(self._folder)
        try:
            return os.open(self._path(number), flags, 0o600)
        except OSError as error:
            raise LedgerUnavailable(f"job {number} cannot be locked: {error.strerror}") from None

    def _path(self, number: int) -> Path:
        return self._folder / f"{number}.lock"


def _described(content: bytes) -> str:
    try:
        pid, user, host, ssh_from = json.loads(content)
    except ValueError:
        return "another process"
    return clean(f"{user} on {host}{f' from {ssh_from}' if ssh_from else ''} (process {pid})", longest=120)
