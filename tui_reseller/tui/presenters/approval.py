"""Proposals in words. Pure."""

from datetime import datetime

from tui_reseller.domain.approval import Proposal
from tui_reseller.domain.text import clean
from tui_reseller.tui.presenters.header import clock_text, count_text
from tui_reseller.tui.presenters.rows import cut

HEADS = f"{'NO':>4}  {'STATE':<10} {'APPROVED':<9} {'CUSTOMERS':>9}  {'BY':<16} {'UNTIL':<12} WHY"


def proposal_line(found: Proposal, now: datetime) -> str:
    """Return one line of the list of proposals, below HEADS."""
    return clean(
        f"{found.number:>4}  {found.standing(now).value:<10} {f'{found.given} of {found.needed}':<9} "
        f"{count_text(found.items):>9}  {cut(clean(found.role), 16)} {clock_text(found.until, now):<12} {found.reason}",
        longest=300,
    )


def proposal_lines(found: Proposal, now: datetime, *, is_mine: bool = False) -> list[str]:
    """Return what is said of a proposal beside its changes. Who proposed it has no vote."""
    lines = [
        f"{found.standing(now).value}: {found.given} of {found.needed} approvals; until {clock_text(found.until, now)}",
        f"by {found.role}{' (you: others decide)' if is_mine else ''}: {found.reason}",
        f"plan {found.digest[:12]}",
    ]
    lines += [f"{one.verdict.value} by {one.role}: {one.reason}" for one in found.reviews]
    return [clean(line, longest=200) for line in lines]
