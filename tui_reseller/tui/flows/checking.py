"""Look for evidence on open outcomes: when asked, and once by itself a minute after an answer was lost."""

import asyncio
from datetime import timedelta

from tui_reseller.domain.audit import Entry
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.text import quoted
from tui_reseller.services.verify import SETTLE, verify
from tui_reseller.tui.presenters.detail import verb_of
from tui_reseller.tui.profile_context import ProfileContext

FIRST_CHECK = SETTLE
"""Seconds after which the application looks by itself: a late answer has had its time then."""
AT_ONCE = 8
"""So many are looked at together."""


async def check(context: ProfileContext, entry: Entry) -> None:
    """Look for evidence on one operation, and tell what was found."""
    outcome, words = await verify(context.session, entry)
    await context.requery()
    await context.count_open()
    kind = "good" if outcome is Outcome.VERIFIED_APPLIED else "warning"
    context.notify(f"{outcome.word}: {verb_of(entry.operation)} of {quoted(entry.username, 40)}  {words}", kind)


def check_later(context: ProfileContext) -> None:
    """Look at everything whose outcome is unknown in a minute, unless that is arranged already."""
    if context.next_check is not None:
        return
    context.next_check = context.now() + timedelta(seconds=FIRST_CHECK)

    async def look() -> None:
        context.next_check = None
        if context.app.context is not context:  # another profile was opened
            return
        try:
            await _check_open(context)
        except ResellerError as error:
            context.notify_error(error)

    context.app.set_timer(FIRST_CHECK, lambda: context.app.run_in_background(look, "next-check"))


async def _check_open(context: ProfileContext) -> None:
    entries = await context.services.ledger.needs_you(context.session.account)
    unknown = [entry for entry in entries if entry.outcome is Outcome.UNKNOWN and entry.operation.is_checkable]
    for start in range(0, len(unknown), AT_ONCE):
        await asyncio.gather(*(check(context, entry) for entry in unknown[start : start + AT_ONCE]))
