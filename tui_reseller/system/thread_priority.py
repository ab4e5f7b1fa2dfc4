"""Priorities of threads: those that read and write lists come last, so that a key is answered before."""

import os
import sys
import threading
from contextlib import suppress
from pathlib import Path

LESS_URGENT = 10
"""Added to the niceness of such a thread."""
_TASKS = Path("/proc/self/task")


def lower_thread_priority(helpers: str = "") -> None:
    """Lower the priority of this thread, and of those whose names begin with *helpers*: threads of a library that work
    for this one. Threads that they start later inherit it. Called once by each thread. Nothing happens where the system
    knows no priorities of threads, or does not let us set them.
    """
    if sys.platform == "linux":
        _lower(threading.get_native_id())
        for number in _named(helpers) if helpers else ():
            _lower(number)


def _lower(thread: int) -> None:
    with suppress(OSError):  # it has ended meanwhile, or the system does not let us: then it is no less urgent
        os.setpriority(os.PRIO_PROCESS, thread, min(os.getpriority(os.PRIO_PROCESS, thread) + LESS_URGENT, 19))


def _named(begins: str) -> list[int]:
    found = []
    for task in _TASKS.iterdir():
        with suppress(OSError):  # as above
            if (task / "comm").read_text(encoding="utf-8", errors="replace").startswith(begins):
                found.append(int(task.name))
    return found
