"""Whom a verb means: the customer under the cursor, or the marked ones; if that is not clear, it is asked."""

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.text import quoted
from tui_reseller.tui.dialogs.menu import Menu, Option
from tui_reseller.tui.presenters.alike import LOOK_ALIKES, alike_lines
from tui_reseller.tui.presenters.header import count_text
from tui_reseller.tui.profile_context import ProfileContext


async def choose(context: ProfileContext) -> list[Customer]:
    """Return the frozen targets, or nothing if the operator leaves or there are none."""
    current, marked = context.current, context.state.marked
    if not marked:
        return [current] if current and current.username else []
    if current is not None and current.username in marked:
        return in_order(context)
    # Behind the last of several marks the cursor stands by itself: nobody has pointed at that row.
    if current is None or (len(marked) > 1 and context.view.list.behind_mark == current.username):
        return in_order(context)
    hidden = f", {count_text(context.state.hidden)} of them hidden by the filter" if context.state.hidden else ""
    options = (
        Option("1", f"{quoted(current.username, 40)}, under the cursor", "one"),
        Option("2", f"the {len(marked)} marked{hidden}", "marked"),
    )
    answer = await context.dialogs.ask(Menu("Which is meant?", options))
    if answer is None:
        return []
    return [current] if answer == "one" else in_order(context)


def in_order(context: ProfileContext) -> list[Customer]:
    """Return the marked customers in the order of the list, hidden ones last."""
    shown = [username for username in context.session.customers.usernames() if username in context.state.marked]
    seen = set(shown)
    hidden = sorted(username for username in context.state.marked if username not in seen)
    return context.customers([*shown, *hidden])


async def choose_one(context: ProfileContext) -> Customer | None:
    """Return the customer under the cursor, for verbs that act on one."""
    current = context.current
    return current if current and current.username else None


async def only_one(context: ProfileContext, verb: str) -> Customer | None:
    """Return the customer under the cursor, for a verb that would surprise where several are marked: that is said."""
    if len(context.state.marked) > 1:
        context.notify(f"One customer at a time for {verb}: drop the marks first ( - ).", "warning")
        return None
    return await choose_one(context)


async def warnings(context: ProfileContext, customer: Customer) -> list[str]:
    """Return what a dialog says of other customers that the eye takes for this one (reliability D07, D12)."""
    found = await context.session.customers.look_alikes([customer.username], LOOK_ALIKES + 1)
    return alike_lines(customer.username, found.get(customer.username, ()))
