"""The customers that a writing command names: read one by one, or from one list where they are many."""

import contextlib
from collections.abc import Sequence

from tui_reseller.domain.changes import wanted_by
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import CustomerNotFound, RefusedHere, SnapshotDamaged
from tui_reseller.domain.operation import Call
from tui_reseller.domain.text import quoted
from tui_reseller.services import listing
from tui_reseller.services.lag import find_up_to_date
from tui_reseller.services.near_names import near_names
from tui_reseller.services.session import Session

MANY_READS = 20
"""Above this many usernames one list is read instead of each customer."""


async def read_named(session: Session, calls: Sequence[Call]) -> dict[str, Customer]:
    """Return the customers of calls, by username, those that are there. Raises RefusedHere if a list is held back, and
    what keeps them from being read.
    """
    return await (_from_list(session, calls) if len(calls) > MANY_READS else one_by_one(session, calls))


async def one_by_one(session: Session, calls: Sequence[Call]) -> dict[str, Customer]:
    """Ask for each customer of some calls, with what those change; return those that are there."""
    fields = {name for call in calls for name in wanted_by(session.provider, call)}
    read = {call.username: await find_up_to_date(session, call.username, fields) for call in calls}
    return {name: customer for name, customer in read.items() if customer is not None}


async def _from_list(session: Session, calls: Sequence[Call]) -> dict[str, Customer]:
    with contextlib.suppress(SnapshotDamaged):  # the service is asked anyway
        await listing.load(session)
    fresh = await listing.read_all(session)
    if fresh.held:
        raise RefusedHere(
            f"the list came with {fresh.total:,} customers, the last one had {fresh.previous:,}; nothing was sent",
            hint=f"look at it first; what takes it over: {listing.takes_over(session)}",
        )
    return dict(session.customers.named([call.username for call in calls]))


async def nobody_there(session: Session, unknown: Sequence[str], *, may_skip: bool) -> CustomerNotFound:
    """Return the error that names customers who are not there, with names that are near. May_skip: they can be left
    out, which it says.
    """
    listed = ", ".join(quoted(name) for name in unknown[:5])
    more = f" and {len(unknown) - 5:,} more" if len(unknown) > 5 else ""
    near = [words for words in (await near_names(session, unknown)).values() if words]
    hint = "; ".join([*near, *(["--skip-unknown leaves them out"] if may_skip else [])])
    return CustomerNotFound(f"there is no customer {listed}{more}; nothing was sent", hint=hint)
