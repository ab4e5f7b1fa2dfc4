"""The list for a verb that reads it: from the service, or the last one on disk. What has to be said of it is said."""

from tui_reseller.cli.invocation import Invocation
from tui_reseller.domain.errors import SnapshotDamaged
from tui_reseller.domain.listing import SnapshotInfo
from tui_reseller.services import listing
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


async def loaded(inv: Invocation, session: Session) -> SnapshotInfo | None:
    """Read the snapshot, and return when it was read; None if there is none that can be used."""
    try:
        return await listing.load(session)
    except SnapshotDamaged as error:
        inv.console.warn(error.message)
        return None
