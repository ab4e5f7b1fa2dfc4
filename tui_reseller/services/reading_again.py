"""Customers read again after somebody was asked: the list may be ten minutes old."""

from collections.abc import Collection, Mapping

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.plan import Item
from tui_reseller.domain.provider import Provider
from tui_reseller.services import listing
from tui_reseller.services.policy import TYPED
from tui_reseller.services.session import Session

FEW = 20
"""So many customers are read one by one; of more the list is taken."""


def is_read_before_sending(provider: Provider, item: Item) -> bool:
    """Whether a job reads the customer of an item just before sending, whatever the list says: where the wrong one
    would lose most, and where it decides what is done at the end of a suspension.
    """
    return bool(item.undoes) or item.until is not None or provider.action(item.operation).grade >= TYPED


async def read_again(session: Session, usernames: Collection[str], *, renew: bool = False) -> Mapping[str, Customer]:
    """Return customers as they are now, those that there are: a few as just read, more as in a list of at most ten
    minutes, or in a new one. Raises what listing.refresh_for_many() and Session.find() raise.
    """
    await listing.refresh_for_many(session, renew=renew and len(usernames) > FEW)
    if len(usernames) > FEW:
        return session.customers.named(usernames)
    found = {name: customer for name in usernames if (customer := await session.find(name)) is not None}
    await session.held.keep(*found.items())
    return found
