"""How often a service may be asked: its own count of what is left until when, kept before it says no.

Every answer of a v3 service tells it in three headers (services 9.1). One pace is kept for all calls of an account, in
all processes of this machine where there is a place to share it; what nobody waits for leaves a part of it to those
that somebody waits for, and each of many calls leaves a little of it to single ones, which do not queue behind them.
"""

import asyncio
import itertools
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol

from tui_reseller.api.reply import Reply
from tui_reseller.api.v3.allowance import SPARE_OF_MANY, SPARE_PART, Allowance
from tui_reseller.domain.errors import RateLimited
from tui_reseller.domain.leaving import IS_ONE_OF_MANY

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOK_AGAIN = 0.25
"""Seconds after which is looked again, where the answer of a call tells when it may go on: it may be another process's.
"""

LONGEST_WAIT = 90.0
"""Seconds that a call waits for its turn: longer than the windows that services have."""

TOO_MANY = 429
LONG = 2.0
"""Seconds from which on a wait is told."""

Monotonic = Callable[[], float]
Told = Callable[[float], None]
"""Hears how many seconds a call is going to wait, and 0 when it goes."""


def nobody(_seconds: float) -> None:
    """Nobody wants to know."""


class Shared(Protocol):
    """A place that all processes of the machine have in common, held by one at a time."""

    def held(self) -> AbstractContextManager["Place | None"]:
        """Hold it; None if it cannot be used. Never waits long, raises nothing."""


class Place(Protocol):
    """What is kept there, in plain values."""

    tree: object


class Pace:
    """Lets calls go as long as the service has some left, in the order in which they came. Nothing is known before the
    first answer: then one call goes at a time.
    """

    def __init__(self, shared: Shared | None = None, clock: Monotonic | None = None) -> None:
        self.tell: Told = nobody
        self._slow, self._slow_names = asyncio.Lock(), set[str]()
        self._shared = shared
        self._clock = clock
        self._own = Allowance()
        self._news = asyncio.Event()
        self._queues = {spares: asyncio.Lock() for spares in (0.0, SPARE_OF_MANY, SPARE_PART)}
        self._numbers = itertools.count(1)
        self._prefix = f"{os.getpid()}-{id(self)}"

    async def turn(self, *, background: bool = False, is_slow: bool = False) -> str:
        """Wait for the turn of one call; end() belongs to each, with the name that is returned. A slow one is of those
        that the service takes more seldom: they keep their distance among themselves as well, and hold up no others.

        Raises RateLimited where the service said that it takes no call for longer than LONGEST_WAIT: nothing was sent.
        """
        telling = _Telling(nobody if background else self.tell)
        spares = SPARE_PART if background else SPARE_OF_MANY if IS_ONE_OF_MANY.get() else 0.0
        try:
            waited = await self._slow_turn(telling) if is_slow else 0.0
            async with self._queues[spares]:
                while wait := self._try(name := f"{self._prefix}-{next(self._numbers)}", spares):
                    self._refuse_long(wait, LONGEST_WAIT - waited)
                    telling.waits(wait)
                    self._news.clear()
                    try:
                        async with asyncio.timeout(wait):
                            await self._news.wait()
                    except TimeoutError:
                        continue
        finally:
            telling.goes()
        if is_slow:
            self._slow_names.add(name)
        return name

    async def _slow_turn(self, telling: "_Telling") -> float:
        """Wait for the turn of a call among those that are taken more seldom; return how many seconds that was."""
        began = self._now()
        async with self._slow:
            while wait := self._try_slow():
                self._refuse_long(wait, LONGEST_WAIT)
                telling.waits(wait)
                await asyncio.sleep(wait)
        return self._now() - began

    def _try_slow(self) -> float:
        with self._allowance() as allowance:
            return allowance.slow_wait(self._now())

    @staticmethod
    def _refuse_long(wait: float, longest: float) -> None:
        if wait > longest:
            raise RateLimited(f"the service takes no calls for {wait:.0f} s", retry_after=wait)

    def end(self, name: str, reply: Reply | None) -> None:
        """Take note of an answer, or that there was none."""
        with self._allowance() as allowance:
            allowance.end(name, reply, self._now())
            if name in self._slow_names and reply is not None and reply.status == TOO_MANY:
                allowance.refused_slow(self._now())
        self._slow_names.discard(name)
        self._news.set()

    def _try(self, name: str, spares: float) -> float:
        """Let a call go and return 0, or return how long to wait before it is tried again."""
        with self._allowance() as allowance:
            wait = allowance.wait_for(self._now(), spares)
            if wait == 0.0:
                allowance.begin(name, self._now())
        return LOOK_AGAIN if wait is None else wait

    @contextmanager
    def _allowance(self) -> "Iterator[Allowance]":
        """Hold what is known; changes of it are kept."""
        if self._shared is None:
            yield self._own
            return
        with self._shared.held() as place:
            if place is not None:
                self._own = Allowance.from_dict(place.tree, self._now())
            yield self._own
            if place is not None:
                place.tree = self._own.as_dict()

    def _now(self) -> float:
        return self._clock() if self._clock is not None else asyncio.get_running_loop().time()


class _Telling:
    """Tells one wait of a call, and its end, if it is a long one."""

    def __init__(self, tell: Told) -> None:
        self._tell = tell
        self._was_told = False

    def waits(self, seconds: float) -> None:
        """The call waits so long from now."""
        if seconds > LONG and not self._was_told:
            self._was_told = True
            self._tell(seconds)

    def goes(self) -> None:
        """It waits no more."""
        if self._was_told:
            self._tell(0.0)
