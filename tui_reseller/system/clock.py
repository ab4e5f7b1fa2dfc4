"""The real clock."""

import time
from datetime import UTC, datetime

_SECONDS = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def boot_seconds() -> float:
    """Return seconds that never jump, and pass while a machine sleeps (on Linux; elsewhere they may stand still)."""
    return time.clock_gettime(_SECONDS)


class SystemClock:
    """Time of this machine."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return utc_now()

    def monotonic(self) -> float:
        """Return seconds that never jump. A machine that sleeps does not stop them: minutes of an unlocking pass."""
        return boot_seconds()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        import asyncio  # noqa: PLC0415 - not on the way to the first painting

        await asyncio.sleep(seconds)
