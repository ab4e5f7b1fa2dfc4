"""Waiting for something to be true. No test sleeps for a guessed time: it says what it waits for, and for how long."""

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

PATIENCE = 20.0
"""Seconds. Generous: a busy machine is no failure."""
STEPS = (0.005, 0.05)
"""Seconds from one look to the next: the first, and the longest. Who looks all the time takes it from who works."""


def until(what: str, holds: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until something is true. Raises AssertionError with *what* after so many seconds."""
    deadline = time.monotonic() + seconds
    step, longest = STEPS
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(step)
        step = min(step * 1.5, longest)


async def soon(what: str, holds: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait in an event loop until something is true. The failure shows the screen of the desk that it is about."""
    deadline = time.monotonic() + seconds
    step, longest = STEPS
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}{_screen(holds)}"
        await asyncio.sleep(step)
        step = min(step * 1.5, longest)


def _screen(holds: Callable[[], object]) -> str:
    """Return what is painted on the desk that a condition encloses, if it encloses one."""
    enclosed = [cell.cell_contents for cell in holds.__closure__ or ()]
    desks = [thing for thing in enclosed if hasattr(thing, "screen_text")]
    return "".join("\n" + "\n".join(desk.screen_text()) for desk in desks)


def missing(program: str) -> NoReturn:
    """Skip without a program; fail where all programs must be there."""
    reason = f"{program} is not installed"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def asleep(pid: int, seconds: float = PATIENCE) -> None:
    """Wait until a process waits for something itself: it sleeps at ten looks one after the other."""
    looks = 0

    def sleeps() -> bool:
        nonlocal looks
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
        looks = looks + 1 if state == b"S" else 0
        return looks >= 10

    until(f"process {pid} waits", sleeps, seconds)
