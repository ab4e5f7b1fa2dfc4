"""Look for evidence on open outcomes: when asked, and once by itself a minute after an answer was lost."""

import asyncio
from datetime import timedelta

from tui_reseller.domain.audit import Entry
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.operation import Outcome
from tui_reseller.domain.text import quoted
from tui_reseller.services.verify import SETTLE, verify
from tui_reseller.tui.presenters.detail import verb_of
from tui_reseller.tui.stage import Stage

FIRST_CHECK = SETTLE
"""Seconds after which the application looks by itself: a late answer has had its time then."""
AT_ONCE = 8
"""So many are looked at together."""


async def check(stage: Stage, entry: Entry) -> None:
    """Look for evidence on one operation, and tell what was found."""
    outcome, words = await verify(stage.session, entry)
    await stage.requery()
    await stage.count_open()
    kind = "good" if outcome is Outcome.VERIFIED_APPLIED else "warning"
    stage.tell(f"{outcome.word}: {verb_of(entry.operation)} of {quoted(entry.username, 40)}  {words}", kind)


def check_later(stage: Stage) -> None:
    """Look at everything whose outcome is unknown in a minute, unless that is arranged already."""
    if stage.next_check is not None:
        return
    stage.next_check = stage.now() + timedelta(seconds=FIRST_CHECK)

    async def look() -> None:
        stage.next_check = None
        if stage.app.stage is not stage:  # another profile was opened
            return
        try:
            await _check_open(stage)
        except ResellerError as error:
            stage.tell_error(error)

    stage.app.set_timer(FIRST_CHECK, lambda: stage.app.run_in_background(look, "next-check"))


async def _check_open(stage: Stage) -> None:
    entries = await stage.services.ledger.needs_you(stage.session.account)
    unknown = [
        entry
        for entry in entries
        if entry.outcome is Outcome.UNKNOWN and stage.session.provider.action(entry.operation).is_checkable
    ]
    for start in range(0, len(unknown), AT_ONCE):
        await asyncio.gather(*(check(stage, entry) for entry in unknown[start : start + AT_ONCE]))
