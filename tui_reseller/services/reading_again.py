"""Customers read again after somebody was asked: the list may be ten minutes old."""

from collections.abc import Collection, Mapping

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.plan import Item
from tui_reseller.domain.provider import Provider
from tui_reseller.services import listing
from tui_reseller.services.details import read_those_needed
from tui_reseller.services.lag import find_up_to_date
from tui_reseller.services.policy import TYPED
from tui_reseller.services.session import Session

FEW = 20
"""So many customers are read one by one; of more the list is taken."""


def is_read_before_sending(provider: Provider, item: Item) -> bool:
    """Whether a job reads the customer of an item just before sending, whatever the list says: where the wrong one
    would lose most, where it decides what is done at the end of a suspension, and where it has to be asked for anyway.
    Of details it is asked for after them (lag.filled_of_same).
    """
    action = provider.action(item.operation)
    is_asked_for = action.asks_who and not provider.are_details(action.takes)
    return bool(item.undoes) or item.until is not None or action.grade >= TYPED or is_asked_for


async def read_again(
    session: Session, usernames: Collection[str], fields: Collection[str], *, renew: bool = False
) -> Mapping[str, Customer]:
    """Return customers as they are now, those that there are, for a change of these fields: a few as just read, more
    as in a list of at most ten minutes, or in a new one. Raises what listing.refresh_for_many(), read_those_needed()
    and find_up_to_date() raise.
    """
    await listing.refresh_for_many(session, renew=renew and len(usernames) > FEW)
    if len(usernames) > FEW:
        return await read_those_needed(session, fields, session.customers.named(usernames))
    read = {name: await find_up_to_date(session, name, fields) for name in usernames}
    found = {name: customer for name, customer in read.items() if customer is not None}
    await session.held.keep(*found.items())
    return found
