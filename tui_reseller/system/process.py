"""Which process wrote a row, and whether it can still bring its operation to an end.

A process that sends holds a lock on a file of its own for as long as it lives: the system releases it at its death,
however it dies, and the answer is the same from another host name, container or process namespace. A process that is
only stopped (SIGSTOP, a sleeping laptop) still holds it.
"""

import contextlib
import os
import platform
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tui_reseller.system.files import private_folder

DOUBT_SECONDS = 15 * 60
"""How long a process of an older version that cannot be inspected (another host, no /proc) is taken for alive: far
beyond the longest time that one write may take.
"""
FOLDER = "processes"


@dataclass(frozen=True, slots=True)
class Process:
    """A process, by its number, start, host and boot; for a reader of the ledger. Lock names the file that
    shows whether it lives; older versions had none, and their processes are judged by the rest.
    """

    pid: int
    start: str
    host: str
    boot: str
    lock: str = ""

    def as_list(self) -> list[str | int]:
        """Return it as the ledger keeps it."""
        return [self.pid, self.start, self.host, self.boot, self.lock]

    def is_alive(self, folder: Path, age: float) -> bool:
        """Whether it may still bring its operation to an end. Folder holds the locks; age is the seconds since it wrote
        the row.
        """
        if self.lock:
            return is_held(folder / FOLDER / self.lock)
        here = _of_pid(os.getpid())
        if self == here:
            return True
        if self.host != here.host:
            return age < DOUBT_SECONDS
        if self.boot != here.boot:
            return False
        if not self.start:
            return _answers(self.pid) and age < DOUBT_SECONDS
        return _start_of(self.pid) == self.start


class ProcessLock:
    """The lock of this process in a state folder; taken at the first need. Not for two threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._handle = -1
        self._held: Process | None = None

    def process(self) -> Process:
        """Return this process, with the lock that it holds from now on. Raises OSError, BadConfig if it cannot be."""
        import fcntl  # noqa: PLC0415 - POSIX only

        if self._held is None:
            name = f"{os.getpid()}-{secrets.token_hex(8)}.lock"
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            self._handle = os.open(private_folder(self._folder) / name, flags, 0o600)
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            here = _of_pid(os.getpid())
            self._held = Process(here.pid, here.start, here.host, here.boot, name)
        return self._held

    def release(self) -> None:
        """Release it: nothing more is sent by this process, and nothing is on its way."""
        held, self._held = self._held, None
        if held is not None:
            with contextlib.suppress(OSError):
                (self._folder / held.lock).unlink(missing_ok=True)
            os.close(self._handle)


def holders(folder: Path) -> list[str]:
    """Return the numbers of the processes that may still bring an operation of a state folder to an end."""
    return sorted({path.name.partition("-")[0] for path in (folder / FOLDER).glob("*.lock") if is_held(path)})


def is_held(path: Path) -> bool:
    """Whether somebody lives who holds a lock. A file that is gone is held by nobody: its holder removes it last."""
    import fcntl  # noqa: PLC0415 - POSIX only

    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError:
        return True  # it cannot be known: then it is not called dead
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: two readers do not block each other
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


@cache
def _of_pid(pid: int) -> Process:
    return Process(pid, _start_of(pid), platform.node(), _boot())


def _start_of(pid: int) -> str:
    """Return the start time in clock ticks since boot (proc(5), field 22); empty if there is no such process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    # The name in brackets may hold spaces and brackets itself.
    fields = text.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
