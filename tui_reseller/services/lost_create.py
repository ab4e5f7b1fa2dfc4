"""A create whose answer was lost, where the service gives the key: who may be the one, for a person to look at.

Nothing is concluded: others may open customers at the same time, from elsewhere.
"""

from datetime import timedelta

from tui_reseller.domain.audit import AuditQuery, Entry
from tui_reseller.domain.text import quoted
from tui_reseller.services.session import Session
from tui_reseller.services.whole_list import whole_list

AROUND = timedelta(minutes=2)
"""So long a call may take; the service's clock is told by its answers."""
NAMED = 5
"""So many are named."""


async def opened_around(session: Session, entry: Entry) -> str:
    """Return which customers were opened around an operation, and are not those of another one of ours. Reads the whole
    list. Raises ResellerError.
    """
    incoming = await whole_list(session)
    ahead = (await session.service()).ahead()
    began = entry.time + (ahead or timedelta(0))
    found = await incoming.opened_between(began - AROUND, began + AROUND)
    ours = await session.ledger.entries(AuditQuery(session.account, operation=entry.operation))
    given = {other.given for other in ours}
    left = [key for key in found if key not in given]
    by = "by the service's clock" if ahead is not None else "the service's time against ours"
    within = f"within {AROUND.total_seconds() / 60:.0f} minutes of it, {by}"
    if not left:
        return f"in the whole list of {len(incoming):,} customers nobody was opened {within}, but for those known here"
    more = f" and {len(left) - NAMED:,} more" if len(left) > NAMED else ""
    return f"opened {within}, and not known here: {', '.join(quoted(key, 60) for key in left[:NAMED])}{more}"
