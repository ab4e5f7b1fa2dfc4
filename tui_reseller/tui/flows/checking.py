"""Look for evidence on open outcomes: when asked, and once by itself a minute after an answer was lost."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from tui_reseller.domain.audit import Entry
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.operation import Outcome, verb_of
from tui_reseller.domain.text import quoted
from tui_reseller.services.verify import SETTLE, verify
from tui_reseller.tui.profile_context import ProfileContext

FIRST_CHECK = SETTLE
"""Seconds after which the application looks by itself: a late answer has had its time then."""
AT_ONCE = 8
"""So many are looked at together."""


async def check(context: ProfileContext, entry: Entry) -> None:
    """Look for evidence on one operation, and say what was found."""
    outcome, words = await verify(context.session, entry)
    await context.requery()
    await context.count_open()
    kind = "good" if outcome is Outcome.VERIFIED_APPLIED else "warning"
    context.notify(f"{outcome.word}: {verb_of(entry.operation)} of {quoted(entry.customer, 40)}  {words}", kind)


@dataclass(slots=True)
class _Next:
    """When the application looks by itself, None if it will not."""

    at: datetime | None = None


def next_check(context: ProfileContext) -> datetime | None:
    """Return when the application looks by itself, None if it will not."""
    return context.memory(_Next).at


def check_later(context: ProfileContext) -> None:
    """Look at everything whose outcome is unknown in a minute, unless that is arranged already."""
    arranged = context.memory(_Next)
    if arranged.at is not None:
        return
    arranged.at = context.now() + timedelta(seconds=FIRST_CHECK)

    async def check_open() -> None:
        arranged.at = None
        if not context.is_open:
            return
        try:
            await _check_open(context)
        except ResellerError as error:
            context.notify_error(error)

    context.host.after(FIRST_CHECK, lambda: context.host.run_in_background(check_open, "next-check"))


async def _check_open(context: ProfileContext) -> None:
    entries = await context.services.ledger.needs_you(context.session.account)
    unknown = [
        entry
        for entry in entries
        if entry.outcome is Outcome.UNKNOWN and context.provider.action(entry.operation).is_checkable
    ]
    for start in range(0, len(unknown), AT_ONCE):
        await asyncio.gather(*(check(context, entry) for entry in unknown[start : start + AT_ONCE]))
