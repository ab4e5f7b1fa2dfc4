"""Who else works in an account, in words."""

from collections.abc import Sequence
from datetime import datetime

from tui_reseller.domain.team import Colleague
from tui_reseller.domain.text import clean, quoted
from tui_reseller.domain.times import clock_text
from tui_reseller.tui.presenters.rows import cut

HEADS = f"{'WHO':<16}{'ON':<24}{'SINCE':<14}WHERE"


def here_line(one: Colleague, now: datetime) -> str:
    """Say of somebody who, on which host, since when, and where; all but the host is known to the database."""
    where = f"{'edits' if one.is_editing else 'at'} {quoted(one.customer, 40)}" if one.customer else "in the list"
    return f"{cut(clean(one.role), 15)} {cut(clean(one.host), 23)} {clock_text(one.since, now):<14}{where}"


def editing_line(here: Sequence[Colleague], username: str, now: datetime) -> str:
    """Say who else edits a customer, and since when; empty if nobody does."""
    found = [one for one in here if one.is_editing and one.customer == username]
    said = [f"{one.role} edits this since {clock_text(one.since, now)}" for one in found]
    return ", ".join(said)
