"""Time that costs nothing to wait in, and a service that counts what it takes."""

import asyncio
import math
from email.utils import formatdate

from tui_reseller.api.reply import Reply

EPOCH = 1_770_000_000.0
START = 1000.25


class SimulatedTime(asyncio.SelectorEventLoop):
    """An event loop in which waiting costs nothing: when nothing is to be done, it is the next moment of a timer."""

    def __init__(self):
        super().__init__()
        self.at = START
        select = self._selector.select

        def at_once(timeout=None):
            found = select(0)
            if not found and timeout:
                self.at += timeout
            assert found or timeout is not None or self._ready, "it waits for ever: a deadlock"
            return found

        self._selector.select = at_once

    def time(self):
        return self.at


def simulated(work):
    """Run a coroutine in simulated time; return its result and how long it took."""
    loop = SimulatedTime()
    try:
        return loop.run_until_complete(work()), loop.at - START
    finally:
        loop.close()


def moment():
    return EPOCH + asyncio.get_running_loop().time()


class Counting:
    """A service that counts calls in windows, as the sandbox does. What it tells is in whole seconds. A window begins
    with its first call, or by the clock.
    """

    def __init__(self, limit, seconds, reset="moment", takes=0.1, *, by_clock=False):
        self.limit, self.seconds, self.reset, self.takes, self.by_clock = limit, seconds, reset, takes, by_clock
        self.ends, self.left = 0.0, limit
        self.windows = []
        self.refused = 0
        self.received = 0

    async def call(self, how=200, road=0.02):
        await asyncio.sleep(road)
        now = moment()
        if now >= self.ends:
            began = now - now % self.seconds if self.by_clock else now
            self.ends, self.left = began + self.seconds, self.limit
            self.windows.append(0)
        self.received += 1
        is_allowed = self.left > 0
        self.left -= is_allowed
        self.windows[-1] += is_allowed
        self.refused += not is_allowed
        status, headers = how if is_allowed else 429, self.headers()
        await asyncio.sleep(self.takes)
        if how == "lost":
            return None
        return Reply(status, headers, b"")

    def headers(self):
        rounded = math.floor if "cut" in self.reset else math.ceil
        reset = str(rounded(self.ends if "moment" in self.reset else self.ends - moment()))
        return (
            ("date", formatdate(int(moment()), usegmt=True)),
            ("x-ratelimit-limit", str(self.limit)),
            ("x-ratelimit-remaining", str(self.left)),
            ("x-ratelimit-reset", reset),
        )


async def paced(pace, service, *, background=False, **call):
    turn = await pace.turn(background=background)
    reply = None
    try:
        reply = await service.call(**call)
    finally:
        pace.end(turn, reply)
    return reply


def bare(status=200, **headers):
    return Reply(status, tuple(headers.items()), b"")
