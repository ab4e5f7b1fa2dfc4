"""Follow the ledger: what another window or a command did is on this screen within seconds."""

from dataclasses import dataclass, field

from tui_reseller.domain.errors import ResellerError
from tui_reseller.services.other_windows import Seen, all_seen, take_in
from tui_reseller.tui.flows.colleagues import show_here
from tui_reseller.tui.profile_context import ProfileContext

EVERY = 1.0
"""Seconds between two looks at the file of the ledger; it is read only if it was changed."""
AFTER_SIGN = 0.3
"""Seconds between two looks that signs of others lead to: a job of theirs writes many times in a second."""


@dataclass(slots=True)
class _Followed:
    """What of the ledger is in the list, and the state of the file then."""

    seen: Seen = field(default_factory=Seen)
    stamp: object = None


async def follow(context: ProfileContext) -> None:
    """Begin to follow: what was written until now is known."""
    followed = context.memory(_Followed)
    followed.stamp = context.services.ledger.stamp()
    try:
        followed.seen = await all_seen(context.session)
    except ResellerError:
        return  # it was said as the session began
    show_here(context)
    context.host.run_in_background(lambda: _hear(context), "signs")
    _look_later(context)


async def _hear(context: ProfileContext) -> None:
    """Look as soon as others say that there is something."""
    while context.services.colleagues is not None and context.is_open:
        await context.services.colleagues.sign()
        if context.is_open:
            _look(context)
        await context.session.clock.sleep(AFTER_SIGN)


def _look(context: ProfileContext) -> None:
    show_here(context)
    stamp = context.services.ledger.stamp()
    is_busy = context.run is not None  # a job of this window: what it does is shown anyway
    if not is_busy and stamp != context.memory(_Followed).stamp:
        context.memory(_Followed).stamp = stamp
        context.host.run_in_background(lambda: _take_in(context), "follow")


def _look_later(context: ProfileContext) -> None:
    def look() -> None:
        if not context.is_open:
            return
        _look(context)
        ends = context.session.suspended.changes_at
        if ends is not None and ends <= context.now():
            context.host.run_in_background(context.count_open, "ends")
        _look_later(context)

    context.host.after(EVERY, look)


async def _take_in(context: ProfileContext) -> None:
    followed = context.memory(_Followed)
    before = followed.seen
    try:
        followed.seen = await take_in(context.session, before)
    except ResellerError:
        return  # the next look, or the next write, says what is wrong
    if followed.seen != before:
        await context.requery()
        await context.count_open()
