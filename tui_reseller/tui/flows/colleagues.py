"""Who else works in this account: told and heard in the background, shown in the header and on a page."""

from tui_reseller.domain.team import Place
from tui_reseller.tui.dialogs.page import Page
from tui_reseller.tui.presenters.colleagues import HEADS, editing_line, here_line
from tui_reseller.tui.profile_context import ProfileContext


def tell(context: ProfileContext, editing: str = "") -> None:
    """Say where this window is, and show who else is here; nothing without a ledger of a team. Editing is who is
    edited from now on.
    """
    colleagues = context.services.colleagues
    if colleagues is None:
        return
    current = context.current
    cursor = current.username if current is not None else ""
    context.editing = editing
    colleagues.at(Place(context.session.account, editing or cursor, bool(editing)))


def show_here(context: ProfileContext) -> None:
    """Tell where we are by now, and show who else is here."""
    if context.services.colleagues is None:
        return
    tell(context, context.editing)
    here = tuple(context.services.colleagues.here())
    if here == context.state.here:
        return
    before = editing_line(context.state.here, context.editing, context.now())
    context.show(here=here)
    said = editing_line(here, context.editing, context.now()) if context.editing else ""
    if said and said != before:
        context.notify(f"{said}.", "warning")


async def here(context: ProfileContext) -> None:
    """Walk through who is here; Enter goes to the customer."""
    if context.services.colleagues is None:
        context.notify("The ledger is a file of yours: nobody else is seen. A team shares one: docs/team.md.")
        return
    now, found = context.now(), context.services.colleagues.here()
    rows = [(one.customer, here_line(one, now)) for one in found]
    page = Page(
        f"{len(found) + 1} here: you, and", rows, hint="Enter goes to the customer   / filters   Esc back",
        empty="Nobody else is here.", heads=HEADS if rows else "",
    )  # fmt: skip
    chosen = await context.dialogs.ask(page)
    if chosen:
        await context.go_to(chosen)
