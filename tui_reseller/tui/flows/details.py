"""What the service tells for one customer at a time: read where the cursor rests, before an edit, and on request."""

from collections.abc import Collection

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import CustomerNotFound, MissingCredentials, NotPermitted, ResellerError
from tui_reseller.domain.provider import DETAILS_READ
from tui_reseller.services.details import are_known, read_many, without_details
from tui_reseller.tui.flows.targets import in_order
from tui_reseller.tui.profile_context import ProfileContext

GROUP = "details of many"
MOST = 10_000
"""So many are read on one request; the next one goes on."""


async def read_at_cursor(context: ProfileContext, customer: Customer) -> None:
    """Read the details of the customer on whom the cursor rests, once; a service that cannot be reached is no news."""
    session = context.session
    if are_known(context.provider, customer) or not customer.username or not session.is_connected:
        return
    try:
        await session.held.keep((customer.username, await session.filled(customer)))
    except NotPermitted as error:
        if session.lacking.is_news(error):
            context.notify_error(error)
        return
    except ResellerError:
        return  # what is not known stays so on the screen
    context.show()


async def read_now(context: ProfileContext, customer: Customer, fields: Collection[str] = ()) -> Customer | None:
    """Return a customer with details that were read just now, for an edit of these fields; None if that failed, which
    is said.
    """
    if not context.provider.details:
        return customer
    try:
        filled = await context.session.filled(customer, fields)
    except CustomerNotFound:
        context.notify("This customer is not there any more: r reads the list again.", "bad")
        return None
    except ResellerError as error:
        context.notify_error(error)
        return None
    await context.session.held.keep((filled.username, filled))
    return filled


async def read_shown(context: ProfileContext) -> None:
    """Read the details of the marked customers, or of all that the filter shows, as far as they are not known; with
    what a column, the order or the filter asks for besides. Pressed again while they are read, it stops.
    """
    if not context.provider.details:
        context.notify(f"{context.provider.title} tells everything in the list.")
        return
    if context.host.cancel(GROUP):
        context.show(progress="")
        context.notify("Stopped; what was read is kept.")
        return
    state, shown = context.state, len(context.session.customers)
    fields = (DETAILS_READ, state.sort, *state.columns, *context.filter.fields)
    customers = in_order(context) if state.marked else context.session.customers.window(0, shown)
    wanted = without_details(context.provider, customers, fields)
    if not wanted:
        context.notify("The details of all of these are known.")
        return
    context.host.run_in_background(lambda: _read(context, wanted[:MOST], len(wanted), fields), GROUP)


async def _read(context: ProfileContext, wanted: list[Customer], total: int, fields: Collection[str]) -> None:
    done = 0
    context.show(progress=f"details 0 of {len(wanted):,}; + stops")
    try:
        async for read in read_many(context.session, wanted, fields):
            done += len(read)
            context.show(progress=f"details {done:,} of {len(wanted):,}; + stops")
    except MissingCredentials as error:
        context.notify(f"No key: {error.message}", "bad")
    except ResellerError as error:
        context.notify(f"{done:,} were read, then: {error.message}", "bad")
    else:
        more = f"; {total - len(wanted):,} are left, + goes on" if total > len(wanted) else ""
        context.notify(f"The details of {done:,} customers were read{more}.", "good")
    finally:
        context.show(progress="")
        await context.requery()
