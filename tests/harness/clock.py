"""Clocks for tests: time that passes when it is told to, or at once while somebody waits."""

import asyncio
from datetime import UTC, datetime, timedelta

from tests.harness.sandbox import Sandbox
from tui_reseller.system.clock import SystemClock

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


class ManualClock:
    """Time that passes only while somebody sleeps, or when told to.

    *Passed* are the seconds since it began, *jumped* is how far somebody has set the time of day, *slept* is every
    sleep that was asked for.
    """

    def __init__(self, began: datetime = NOON) -> None:
        self.began = began
        self.passed = 0.0
        self.jumped = timedelta(0)
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.began + timedelta(seconds=self.passed) + self.jumped

    def monotonic(self) -> float:
        return 1000.0 + self.passed

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed += seconds
        await asyncio.sleep(0)


class HurriedClock(SystemClock):
    """The real clock, on which waiting costs nothing: what is slept has passed at once.

    *Passed* are the seconds that were slept; sleeps shorter than *least* are real. *Jumped* moves the time of day, as
    somebody does who sets it.
    """

    def __init__(self, least: float = 0.0) -> None:
        self.least = least
        self.passed = 0.0
        self.jumped = timedelta(0)

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.passed) + self.jumped

    def monotonic(self) -> float:
        return super().monotonic() + self.passed

    async def sleep(self, seconds: float) -> None:
        if seconds < self.least:
            await super().sleep(seconds)
        else:
            self.passed += seconds
            await asyncio.sleep(0)


class ClockOfBoth(HurriedClock):
    """What is slept has passed at once, here and at the service: readings may be behind."""

    def __init__(self, sandbox: Sandbox, least: float = 0.5) -> None:
        super().__init__(least)
        self.sandbox = sandbox

    async def sleep(self, seconds: float) -> None:
        if seconds >= self.least:
            self.sandbox.advance(seconds)
        await super().sleep(seconds)

    def advance(self, seconds: float) -> None:
        """Let that much time pass, here and there."""
        self.sandbox.advance(seconds)
        self.passed += seconds
