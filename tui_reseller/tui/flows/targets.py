"""Whom a verb means: the customer under the cursor, or the marked ones; if that is not clear, it is asked."""

from tui_reseller.domain.customer import Customer
from tui_reseller.domain.text import quoted
from tui_reseller.tui.dialogs.menu import Menu, Option
from tui_reseller.tui.presenters.alike import LOOK_ALIKES, alike_lines
from tui_reseller.tui.stage import Stage


async def choose(stage: Stage) -> list[Customer]:
    """Return the frozen targets, or nothing if the operator leaves or there are none."""
    current, marked = stage.current(), stage.state.marked
    if not marked:
        return [current] if current and current.username else []
    if current is not None and current.username in marked:
        return in_order(stage)
    if current is None:
        return in_order(stage)
    options = (
        Option("1", f"{quoted(current.username, 40)}, under the cursor", "one"),
        Option("2", f"the {len(marked)} marked ({stage.state.hidden} hidden by the filter)", "marked"),
    )
    answer = await stage.ask(Menu("Which is meant?", options))
    if answer is None:
        return []
    return [current] if answer == "one" else in_order(stage)


def in_order(stage: Stage) -> list[Customer]:
    """Return the marked customers in the order of the list, hidden ones last."""
    shown = [username for username in stage.session.customers.usernames() if username in stage.state.marked]
    seen = set(shown)
    hidden = sorted(username for username in stage.state.marked if username not in seen)
    return stage.customers([*shown, *hidden])


async def choose_one(stage: Stage) -> Customer | None:
    """Return the customer under the cursor, for verbs that act on one."""
    current = stage.current()
    return current if current and current.username else None


async def warnings(stage: Stage, customer: Customer) -> list[str]:
    """Return what a dialog says of other customers that the eye takes for this one (reliability D07, D12)."""
    found = await stage.session.customers.look_alikes(customer.username, LOOK_ALIKES + 1)
    return alike_lines(customer.username, found)
