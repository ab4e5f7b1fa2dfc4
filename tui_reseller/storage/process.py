"""Which process wrote a row, and whether it can still be alive."""

import os
import platform
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DOUBT_SECONDS = 15 * 60
"""How long a process that cannot be looked at (another host, no /proc) is taken for alive: far beyond the longest time
that one write may take."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process, told apart from a later one with the same number by its start and the boot of the machine."""

    pid: int
    start: str
    host: str
    boot: str

    def as_list(self) -> list[str | int]:
        """Return it as the ledger keeps it."""
        return [self.pid, self.start, self.host, self.boot]

    def is_alive(self, age: float) -> bool:
        """Whether it may still bring its operation to an end. Age: seconds since it wrote the row."""
        here = mine()
        if self == here:
            return True
        if self.host != here.host:
            return age < DOUBT_SECONDS
        if self.boot != here.boot:
            return False
        if not self.start:
            return _answers(self.pid) and age < DOUBT_SECONDS
        return _start_of(self.pid) == self.start


@cache
def _of_pid(pid: int) -> Process:
    return Process(pid, _start_of(pid), platform.node(), _boot())


def mine() -> Process:
    """Return this process, also after a fork."""
    return _of_pid(os.getpid())


def _start_of(pid: int) -> str:
    """Return the start time in clock ticks since boot (proc(5), field 22); empty if there is no such process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    # The name in brackets may hold blanks and brackets itself.
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
