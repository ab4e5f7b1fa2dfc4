"""Copy something of the customer under the cursor to the operator's terminal."""

import json

from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.printed import command
from tui_reseller.domain.text import clean
from tui_reseller.tui.dialogs.menu import Menu, Option
from tui_reseller.tui.presenters.outcome import as_command
from tui_reseller.tui.profile_context import ProfileContext


async def username(context: ProfileContext) -> None:
    """The username."""
    customer = context.current
    if customer:
        context.notify(_copied(context, customer.username))


def copy_menu(context: ProfileContext) -> Menu:
    """Return the menu behind y. Its values are what is copied; an address only where the service has one."""
    address = (Option("e", "e-mail address", "address"),) if context.provider.address_field else ()
    options = (
        *address,
        Option("j", "JSON of the customer", "json"),
        Option("c", "my last operation here as a shell command", "command"),
    )
    return Menu("Copy", options)


async def copy(context: ProfileContext, chosen: str) -> None:
    """E-mail, JSON, or the last operation as a shell command."""
    customer = context.current
    if customer is None:
        return
    if chosen == "address":
        context.notify(_copied(context, customer.text(context.provider.address_field)))
    elif chosen == "json":
        context.notify(context.host.copy_text(json.dumps(customer.as_dict())))
    elif chosen == "command":
        await _command(context)


def _copied(context: ProfileContext, text: str) -> str:
    """Copy a value as it is shown: pasted into a shell, a line break in it would run what follows."""
    shown = clean(text, longest=len(text) + 1)
    return context.host.copy_text(shown) + (
        "" if shown == text else ", as it is shown: it holds control characters or hidden ones"
    )


async def _command(context: ProfileContext) -> None:
    try:
        entries = await context.services.ledger.entries(AuditQuery(account=context.session.account, limit=100))
    except ResellerError as error:
        context.notify_error(error)
        return
    mine = next((entry for entry in entries if context.session.operator.is_same_person(entry.operator)), None)
    if mine is None:
        context.notify("Nothing was done yet that could be copied.")
        return
    for reason, missing in ((mine.reason, ""), ("", " without its reason, which a shell could misread")):
        text = as_command(
            context.provider,
            mine.operation,
            mine.username,
            mine.changes,
            context.session.profile.name,
            until=mine.until,
            reason=reason,
            before=mine.before,
        )
        if text is not None:
            context.notify(f"{context.host.copy_text(text)}{missing}: {text}")
            return
    shown = command("audit", "show", mine.id)
    context.notify(f"A shell could misread a name or value in it; {context.host.copy_text(shown)} instead: {shown}")
