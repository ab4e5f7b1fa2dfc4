"""Copy something of the customer under the cursor to the operator's terminal."""

import json

from tui_reseller.domain.audit import AuditQuery
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.printed import command
from tui_reseller.domain.text import clean
from tui_reseller.tui.dialogs.menu import Menu, Option
from tui_reseller.tui.presenters.outcome import as_command
from tui_reseller.tui.stage import Stage


async def username(stage: Stage) -> None:
    """The username."""
    customer = stage.current()
    if customer:
        stage.tell(_copied(stage, customer.username))


def copy_menu(_stage: Stage) -> Menu:
    """Return the menu behind y."""
    options = (
        Option("e", "e-mail address", "email"),
        Option("j", "JSON of the customer", "json"),
        Option("c", "my last operation here as a shell command", "command"),
    )
    return Menu("Copy", options)


async def copy(stage: Stage, chosen: str) -> None:
    """E-mail, JSON, or the last operation as a shell command."""
    customer = stage.current()
    if customer is None:
        return
    if chosen == "email":
        stage.tell(_copied(stage, customer.text("email")))
    elif chosen == "json":
        stage.tell(stage.app.copy_text(json.dumps(customer.as_dict())))
    elif chosen == "command":
        await _command(stage)


def _copied(stage: Stage, text: str) -> str:
    """Copy a value as it is shown: pasted into a shell, a line break in it would run what follows."""
    shown = clean(text, longest=len(text) + 1)
    return stage.app.copy_text(shown) + ("" if shown == text else ", as it is shown: it holds signs that act or hide")


async def _command(stage: Stage) -> None:
    try:
        entries = await stage.services.ledger.entries(AuditQuery(account=stage.session.account, limit=100))
    except ResellerError as error:
        stage.tell_error(error)
        return
    mine = next((entry for entry in entries if stage.session.operator.is_same_person(entry.operator)), None)
    if mine is None:
        stage.tell("Nothing was done yet that could be copied.")
        return
    for reason, missing in ((mine.reason, ""), ("", " without its reason, which a shell could misread")):
        text = as_command(
            mine.operation, mine.username, mine.changes, stage.session.profile.name, until=mine.until, reason=reason
        )
        if text is not None:
            stage.tell(f"{stage.app.copy_text(text)}{missing}: {text}")
            return
    shown = command("audit", "show", mine.id)
    stage.tell(f"A shell could misread a name or value in it; {stage.app.copy_text(shown)} instead: {shown}")
