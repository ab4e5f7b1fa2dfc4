"""What some views hold, and of which switches nothing is known of anybody."""

from contextlib import suppress
from dataclasses import dataclass

from tui_reseller.domain.errors import InvalidFilter
from tui_reseller.domain.filters import known, parse_filter
from tui_reseller.domain.listing import ListContext, ListQuery
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.view import SHIPPED
from tui_reseller.services.list_ports import CustomerListPort


@dataclass(frozen=True, slots=True)
class ViewCounts:
    """Views are key, short name and count of those that hold anybody."""

    views: tuple[tuple[str, str, int], ...]
    untold: frozenset[str]


async def count_views(customers: CustomerListPort, provider: Provider, context: ListContext) -> ViewCounts:
    """Count; each question is asked of the whole list, and waits its turn behind what an operator asks."""
    views = []
    for view in (view for view in SHIPPED if view.short):
        with suppress(InvalidFilter):  # it asks for a field that the service has not
            count = await customers.count(ListQuery(parse_filter(view.filter, provider), context=context))
            views += [(view.key, view.short, count)] if count else []
    untold = [name for name in provider.untold_switches if not await customers.count(ListQuery(known(name)))]
    return ViewCounts(tuple(views), frozenset(untold))
