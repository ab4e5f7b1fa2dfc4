"""The beat of a team's ledger: that this process lives goes there again and again, where it is goes with it, and who
else is there comes back. What was written is made known by a sign, so many times a second at most.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui_reseller.domain.errors import LedgerUnavailable
from tui_reseller.domain.team import Colleague, Place
from tui_reseller.domain.text import clean
from tui_reseller.storage.ledger.encoding import escaped, unescaped
from tui_reseller.storage.ledger.postgresql.lane import SIGN_SECONDS, Lane

if TYPE_CHECKING:
    from tui_reseller.storage.ledger.postgresql.writer import Writer


class Heartbeat:
    """Lives in one event loop. Send_until is until when calls may leave; place is where this process is, None where
    nobody is to know; others are who else was there at the last beat.
    """

    def __init__(self, writing: "Lane[Writer]", send_until: float) -> None:
        self.send_until = send_until
        self.place: Place | None = None
        self.others: tuple[Colleague, ...] = ()
        self.heard = asyncio.Event()
        """That others have come, gone, or edit another customer."""
        self._writing = writing
        self._soon = asyncio.Event()
        self._beats: asyncio.Task[None] | None = None
        self._signs: asyncio.Task[None] | None = None
        self._owes_sign = False

    def keep_up(self) -> None:
        """Go on beating, and tell of what was written."""
        if self._beats is None or self._beats.done():
            self._beats = asyncio.create_task(self._run())
        if self._owes_sign and (self._signs is None or self._signs.done()):
            self._signs = asyncio.create_task(self._sign_later())

    def be_at(self, place: Place | None) -> None:
        """Be somewhere else: told at once if it is another account, or somebody is edited, else with the next beat."""
        had, self.place = self.place, place
        is_edited = (had is not None and had.is_editing) or (place is not None and place.is_editing)
        if had is None or place is None or had.account != place.account or (is_edited and had != place):
            self.beat_soon()

    def beat_soon(self) -> None:
        """Beat now."""
        self._soon.set()
        self.keep_up()

    async def once(self) -> None:
        """Beat once, and wait for it. Raises LedgerUnavailable."""
        told = await self._writing.wait(self._writing.submit(self._beat))
        others = colleagues(told)
        if others != self.others:
            self.others = others
            self.heard.set()

    def after(self, writer: "Writer") -> None:
        """Something was written, in the writer's thread."""
        self.send_until, self._owes_sign = writer.send_until, writer.signs.owes

    async def aclose(self) -> None:
        """End it."""
        for task in (self._beats, self._signs):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        self._beats = self._signs = None

    async def _run(self) -> None:
        while True:
            seconds = await self._writing.wait(self._writing.submit(lambda writer: writer.beat_seconds))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._soon.wait(), seconds)
            self._soon.clear()
            with contextlib.suppress(LedgerUnavailable):  # calls stop leaving by themselves; whoever writes is told
                await self.once()

    async def _sign_later(self) -> None:
        await asyncio.sleep(SIGN_SECONDS)
        with contextlib.suppress(LedgerUnavailable):  # others look by themselves, too
            await self._writing.wait(self._writing.submit(lambda writer: writer.sign()))

    def _beat(self, writer: "Writer") -> Sequence[dict[str, Any]]:
        told = writer.beat(None if self.place is None else _told_of(self.place))
        self.send_until = writer.send_until
        return told


def _told_of(place: Place) -> dict[str, object]:
    return {"account": escaped(place.account), "customer": escaped(place.customer), "editing": place.is_editing}


def colleagues(told: Sequence[dict[str, Any]]) -> tuple[Colleague, ...]:
    """Return people of whom the database tells: what a client says of itself is made harmless."""
    return tuple(
        Colleague(
            clean(str(one["role"]), longest=63),
            clean(str(one["host"] or ""), longest=100),
            unescaped(str(one["account"])),
            unescaped(str(one["customer"] or "")),
            is_editing=bool(one["editing"]),
            since=datetime.fromisoformat(str(one["since"])),
        )
        for one in told
    )
