"""What the last refresh brought: new customers, gone ones, and fields that changed."""

from tui_reseller.domain.listing import ListDifference
from tui_reseller.domain.text import clean
from tui_reseller.tui.dialogs.page import Page
from tui_reseller.tui.presenters.entry import WHOM, word
from tui_reseller.tui.presenters.header import counts_words
from tui_reseller.tui.presenters.rows import cut_middle
from tui_reseller.tui.profile_context import ProfileContext

LIMIT = 2000
HEADS = f"  {'IS':<8}{'USERNAME':<{WHOM}}  CHANGE"
SYMBOLS = {"new": "+", "gone": "-", "changed": "~"}


async def changes(context: ProfileContext) -> None:
    """Walk through the differences; Enter goes to the customer."""
    customers = context.session.customers
    counts = customers.refreshed
    if not counts:
        context.notify(
            "The last refresh brought nothing new." if context.session.held.read_at else "There is no list yet."
        )
        return
    found = customers.differences(LIMIT)
    rows = [(item.username if item.kind != "gone" else "", _line(item)) for item in found]
    if counts.new + counts.gone + counts.changed > len(found):
        rows.append(("", f"... and more: at most {LIMIT:,} of each kind are listed; is:new and is:changed show all."))
    title = f"{counts_words(counts)} since the list before"
    page = Page(title, rows, hint="Enter goes to the customer   / filters   Esc back", heads=HEADS)
    chosen = await context.dialogs.ask(page)
    if chosen:
        await context.go_to(chosen)


def _line(item: ListDifference) -> str:
    fields = ", ".join(f"{c.field} {word(c.before)} -> {word(c.after)}" for c in item.changes)
    return f"{SYMBOLS[item.kind]} {item.kind:<8}{cut_middle(clean(item.username), WHOM)}  {fields}"
