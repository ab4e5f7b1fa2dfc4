"""What customers send: beside the list where the cursor rests, a page with a plot, and a ranking of all."""

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.filters import parse_filter
from tui_reseller.domain.listing import ListQuery
from tui_reseller.services import usage as services
from tui_reseller.services.rankings import ranking as ranked
from tui_reseller.tui.dialogs.ranking_page import RankingPage, Shown
from tui_reseller.tui.dialogs.usage_page import RANKING, UsagePage, Wanted
from tui_reseller.tui.presenters import usage as words
from tui_reseller.tui.profile_context import ProfileContext

SHOWN = 200
"""So many customers are in a ranking on the screen."""


async def usage(context: ProfileContext) -> None:
    """Show what the customer under the cursor sends."""
    customer = context.current
    if customer is None:
        return

    async def show(wanted: Wanted) -> tuple[str, list[str]]:
        return await _page(context, customer, wanted)

    page = UsagePage(words.title_before(customer.username), show)
    if await context.dialogs.ask(page) == RANKING:
        await ranking(context)


async def _page(context: ProfileContext, customer: Customer, wanted: Wanted) -> tuple[str, list[str]]:
    session = context.session
    period = services.days(session, wanted.days) if wanted.days else services.months(session, services.MONTHS)
    try:
        found = await services.usage_of(session, customer, period, anew=wanted.anew)
        standing = await services.standing_of(session, context.services.samples, customer, anew=wanted.anew)
    except ResellerError as error:
        return words.title_before(customer.username), words.trouble_lines(error)
    if context.host.plain:
        lines = words.spoken_lines(found, standing, wanted.metric, wanted.height)
    else:
        lines = words.page_lines(found, standing, wanted.metric, wanted.width, wanted.height)
    return words.page_title(customer.username, found, context.now()), lines


async def ranking(context: ProfileContext) -> None:
    """Rank all customers; Enter goes to one, a letter ranks them otherwise."""

    async def read(order: str, days: int, anew: bool) -> Shown:  # noqa: FBT001 - the page's
        try:
            period = services.days(context.session, days)
            found = await ranked(context.session, order, period, SHOWN, anew=anew)
        except ResellerError as error:
            return Shown(words.ranking_title_before(order), "", (), services.trouble_words(error))
        rows = [(one.username, words.ranking_line(found, place, one)) for place, one in enumerate(found.rows, 1)]
        note = words.ranking_note(found, await _count_of_the_eu(context))
        return Shown(words.ranking_title(found, context.now()), words.ranking_head(found), rows, note)

    chosen = await context.dialogs.ask(RankingPage(read))
    if chosen is None:
        return
    if chosen.username:
        await context.go_to(chosen.username)
    else:
        _mark(context, chosen.marked)


async def _count_of_the_eu(context: ProfileContext) -> int:
    """Count the customers that the list has in the EU; 0 where the service has no regions."""
    if "region" not in context.provider.by_name:
        return 0
    query = ListQuery(parse_filter(f"region={services.EU}", context.provider))
    return await context.session.customers.count(query)


def _mark(context: ProfileContext, usernames: frozenset[str]) -> None:
    """Mark those of a ranking that the list has: then they can be looked at and worked on together."""
    there = frozenset(customer.username for customer in context.customers(sorted(usernames)))
    context.mark(context.state.marked | there)
    context.notify(f"{len(there):,} of the ranking are marked; is:marked shows them.", "good")


async def read_at_cursor(context: ProfileContext, customer: Customer, *, with_standing: bool) -> ResellerError | None:
    """Read what the customer under the cursor sends, after all that somebody waits for, and how the service values
    that, where there is room for it; return why that failed.
    """
    try:
        await services.usage_of(context.session, customer, services.recent(context.session), background=True)
        if with_standing:
            await services.standing_of(context.session, context.services.samples, customer, background=True)
    except ResellerError as error:
        return error
    return None
