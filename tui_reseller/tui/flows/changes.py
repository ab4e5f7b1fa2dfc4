"""What the last refresh brought: new customers, gone ones, and fields that changed."""

from tui_reseller.domain.listing import ListDifference
from tui_reseller.domain.text import quoted
from tui_reseller.tui.dialogs.page import Page
from tui_reseller.tui.presenters.detail import word
from tui_reseller.tui.presenters.header import counts_words
from tui_reseller.tui.stage import Stage

LIMIT = 2000
SIGNS = {"new": "+", "gone": "-", "changed": "~"}


async def changes(stage: Stage) -> None:
    """Walk through the differences; Enter goes to the customer."""
    customers = stage.session.customers
    counts = customers.refreshed
    if not counts:
        stage.tell("The last refresh brought nothing new." if stage.session.read_at else "There is no list yet.")
        return
    found = customers.differences(LIMIT)
    rows = [(item.username if item.kind != "gone" else "", _line(item)) for item in found]
    if counts.new + counts.gone + counts.changed > len(found):
        rows.append(("", f"... and more: at most {LIMIT:,} of each kind are listed; is:new and is:changed show all."))
    title = f"{counts_words(counts)} since the list before"
    chosen = await stage.ask(Page(title, rows, hint="Enter goes to the customer   / filters   Esc back"))
    if chosen:
        await stage.go_to(chosen)


def _line(item: ListDifference) -> str:
    fields = ", ".join(f"{c.field} {word(c.before)} -> {word(c.after)}" for c in item.changes)
    return f"{SIGNS[item.kind]} {item.kind:<8}{quoted(item.username, 40)}  {fields}"
