"""What customers send: beside the list where the cursor rests, a page with a plot, and a ranking of all."""

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.filters import parse_filter
from tui_reseller.domain.listing import ListQuery
from tui_reseller.domain.ranking import title_of
from tui_reseller.services import usage as services
from tui_reseller.services.known_usage import Ranking
from tui_reseller.services.rankings import ranking as ranked
from tui_reseller.tui.dialogs.page import Page
from tui_reseller.tui.dialogs.usage_page import RANKING, UsagePage, Wanted
from tui_reseller.tui.presenters import usage as words
from tui_reseller.tui.profile_context import ProfileContext

SHOWN = 200
"""So many customers are in a ranking on the screen."""
MARK = "*"
ORDERS = {
    "d": "delivered", "b": "bounces", "c": "bounce_share", "s": "spam_share", "w": "growth", "n": "silence",
}  # fmt: skip
DAYS = {"7": 7, "3": 30, "9": 90}
HINT = "Enter goes there  d b c s w n order  7 3 9 days  * marks  / filters  Esc back"


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
    lines = words.page_lines(found, standing, wanted.metric, wanted.width, wanted.height)
    return words.page_title(customer.username, found, context.now()), lines


async def ranking(context: ProfileContext) -> None:
    """Rank all customers; Enter goes to one, a letter ranks them otherwise."""
    name, days = "delivered", 30
    while True:
        period = services.days(context.session, days)
        context.notify(f"Reading the ranking by {title_of(name)} ...")
        found = await ranked(context.session, name, period, SHOWN)
        context.notify(f"Ranked by {title_of(name)}, {period.words}.")
        chosen = await context.dialogs.ask(await _ranking_page(context, found))
        if chosen in ORDERS:
            name = ORDERS[chosen]
        elif chosen in DAYS:
            days = DAYS[chosen]
        elif chosen == MARK:
            _mark(context, found)
            return
        else:
            break
    if chosen:
        await context.go_to(chosen)


async def _ranking_page(context: ProfileContext, found: Ranking) -> Page:
    rows = [(one.username, words.ranking_line(found, place, one)) for place, one in enumerate(found.rows, 1)]
    first = rows[0][0] if rows else ""
    europeans = await _count_of_the_eu(context)
    note = f"{europeans:,} customers of the EU are in no ranking: the service leaves them out; h shows each."
    return Page(
        words.ranking_title(found, context.now()),
        [("", words.ranking_head(found)), *rows, *([("", note)] if europeans else [])],
        hint=HINT,
        keys=(*ORDERS, *DAYS, MARK),
        start=first,
    )


async def _count_of_the_eu(context: ProfileContext) -> int:
    """Count the customers that the list has in the EU; 0 where the service has no regions."""
    if "region" not in context.provider.by_name:
        return 0
    query = ListQuery(parse_filter(f"region={services.EU}", context.provider))
    return await context.session.customers.count(query)


def _mark(context: ProfileContext, found: Ranking) -> None:
    """Mark those of the ranking that the list has: then they can be looked at and worked on together."""
    there = frozenset(customer.username for customer in context.customers([one.username for one in found.rows]))
    context.mark(context.state.marked | there)
    context.notify(f"{len(there):,} of the ranking are marked; is:marked shows them.", "good")


async def read_at_cursor(context: ProfileContext, customer: Customer) -> ResellerError | None:
    """Read what the customer under the cursor sends, after all that somebody waits for; return why that failed."""
    try:
        await services.usage_of(context.session, customer, services.recent(context.session), background=True)
        await services.standing_of(context.session, context.services.samples, customer, background=True)
    except ResellerError as error:
        return error
    return None
