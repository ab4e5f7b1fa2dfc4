"""The list for a verb that reads it: from the service, or the last one on disk. What has to be said of it is said."""

from tui_reseller.cli.invocation import Invocation
from tui_reseller.cli.query import ListRequest
from tui_reseller.domain.errors import SnapshotDamaged
from tui_reseller.domain.filters import DETAILS_UNKNOWN, Filter, Term
from tui_reseller.domain.listing import ListQuery, SnapshotInfo
from tui_reseller.domain.provider import DETAILS_READ, Provider
from tui_reseller.services import details, listing
from tui_reseller.services.session import Session


async def refreshed(inv: Invocation, session: Session, *, accept_smaller: bool = False) -> bool:
    """Read the list from the service; return False if so much is missing that it is held back."""
    await loaded(inv, session)
    await inv.connect(session)
    fresh = await listing.read_all(session)
    if fresh.held and accept_smaller:
        fresh = await listing.accept(session, fresh)
    if fresh.held:
        inv.console.warn(
            f"held back: the list came with {fresh.total:,} customers, the last one had {fresh.previous:,}. "
            "The snapshot is unchanged.\n"
            f"what takes it over: {listing.takes_over(session)}; --offline shows the last one"
        )
        return False
    if fresh.not_kept:
        inv.console.warn(f"the snapshot was not kept: {fresh.not_kept}")
    return True


async def read_details(inv: Invocation, session: Session, query: ListRequest) -> None:
    """Read what the service tells for one customer at a time, of all whom the list has so far: details, and what a
    filter, an order or a column asks for besides. A filter on such a field counts only afterwards.
    """
    provider = session.provider
    if not provider.details:
        return
    terms = tuple(term for term in query.filter.terms if not _is_of_details(provider, term))
    await session.customers.query(ListQuery(Filter(terms=terms), query.sort, query.descending))
    count = len(session.customers) if len(terms) < len(query.filter.terms) else query.limit or len(session.customers)
    fields = (DETAILS_READ, query.sort, *query.columns, *query.filter.fields)
    missing = details.without_details(provider, session.customers.window(0, count), fields)
    done = 0
    async for read in details.read_many(session, missing, fields):
        done += len(read)
        inv.console.progress(f"details of {done:,} of {len(missing):,} customers")
    if done < len(missing):
        left = len(missing) - done
        whose = f"{left:,} customers" if left > 1 else "1 customer"
        inv.console.warn(
            f"the details of {whose} are not known: they are there no more, or no call can carry their names"
        )


def _is_of_details(provider: Provider, term: Term) -> bool:
    return term.text == DETAILS_UNKNOWN if term.kind == "is" else term.field in provider.details


async def loaded(inv: Invocation, session: Session) -> SnapshotInfo | None:
    """Read the snapshot, and return when it was read; None if there is none that can be used."""
    try:
        return await listing.load(session)
    except SnapshotDamaged as error:
        inv.console.warn(error.message)
        return None
