"""What the service tells for one customer at a time: read when somebody needs it, several side by side in its pace."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from datetime import timedelta

from tui_reseller.domain.audit import AuditQuery, utc_text
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import CustomerNotFound, NotAskedFor
from tui_reseller.domain.leaving import IS_ONE_OF_MANY
from tui_reseller.domain.provider import Provider
from tui_reseller.services.listing import OLD_FOR_MANY
from tui_reseller.services.session import Session

SIDE_BY_SIDE = 8
"""So many are asked for at once; the client keeps the service's pace."""
BATCH = 64
"""So many are taken into the list and its snapshot at once."""


def are_known(provider: Provider, customer: Customer, fields: Iterable[str] = (), *, since: str = "") -> bool:
    """Whether what the service tells of a customer one by one has been read: the groups that these fields are of, or
    the first one. Since is a moment before which a reading does not count, as their columns have it.
    """
    moments = provider.groups_of(fields) or tuple(provider.groups)[:1]
    return all(customer.value(moment) is not None and customer.text(moment) >= since for moment in moments)


def without_details(provider: Provider, customers: Iterable[Customer], fields: Collection[str] = ()) -> list[Customer]:
    """Return the customers whose details have not been read."""
    return [customer for customer in customers if not are_known(provider, customer, fields)]


async def read_many(
    session: Session, customers: Sequence[Customer], fields: Collection[str] = (), *, background: bool = False
) -> AsyncIterator[Mapping[str, Customer]]:
    """Read the details of customers and take them into the list, a batch at a time; yields who was read, by username.
    Who is there no more is left out, and who cannot be asked for.

    Raises NoAnswer, Rejected and its kinds; NotPermitted at the first answer that says so: it would be so for all.
    """
    for at in range(0, len(customers), BATCH):
        gate = asyncio.Semaphore(SIDE_BY_SIDE)

        async def one(customer: Customer, gate: asyncio.Semaphore = gate) -> Customer | None:
            IS_ONE_OF_MANY.set(True)  # of this task alone
            async with gate:
                try:
                    return await session.filled(customer, fields, background=background)
                except (CustomerNotFound, NotAskedFor):
                    return None

        tasks = [asyncio.ensure_future(one(customer)) for customer in customers[at : at + BATCH]]
        try:
            read = [found for found in await asyncio.gather(*tasks) if found is not None]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await session.held.keep(*((customer.username, customer) for customer in read))
        yield {customer.username: customer for customer in read}


async def read_those_needed(
    session: Session, names: Collection[str], customers: Mapping[str, Customer]
) -> dict[str, Customer]:
    """Return customers with the details that a change of these fields has to be compared with: not older than a list
    may be, nor than what this tool did to them, in whatever process. What was read before that says neither what is so
    already nor what changed since.
    """
    found = dict(customers)
    if session.provider.are_details(names):
        began, written = session.clock.now() - OLD_FOR_MANY, dict[str, str]()
        for entry in await session.ledger.entries(AuditQuery(session.account, since=began, limit=0)):
            behind = entry.time + timedelta(seconds=session.provider.reads_lag)
            written[entry.customer] = max(utc_text(behind), written.get(entry.customer, ""))
        missing = [
            customer
            for name, customer in customers.items()
            if not are_known(session.provider, customer, names, since=written.get(name, utc_text(began)))
        ]
        async for read in read_many(session, missing, names):
            found.update(read)
    return found
