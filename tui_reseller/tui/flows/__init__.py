"""Flows: one conversation per verb. Plain async functions: ask, call the service, tell."""

from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reseller.tui.profile_context import ProfileContext, Verb

if TYPE_CHECKING:
    from tui_reseller.tui.dialogs.menu import Menu

_FLOWS = {
    "list.reverse": "views.reverse",
    "list.changes": "changes.changes",
    "list.export": "exporting.export",
    "list.refresh": "listing.read_again",
    "customer.edit": "edit.edit",
    "customer.create": "create.create",
    "sending.enable": "switches.enable",
    "sending.disable": "switches.disable",
    "customer.password": "password.password",
    "customer.email": "account.email",
    "customer.rename": "account.rename",
    "customer.delete": "account.delete",
    "operation.undo": "undo.undo",
    "operation.again": "undo.again",
    "audit.customer": "accounting.activity",
    "needs-you.open": "accounting.needs_you",
    "message.log": "accounting.messages",
    "job.list": "jobs.jobs",
    "copy.username": "copying.username",
    "profile.open": "profiles.open_profile",
    "profile.unlock": "profiles.unlock",
    "help.open": "palette.keys",
    "palette.open": "palette.commands",
}
_MENUS = {
    "list.sort": ("views.sort_menu", "views.sorted_by"),
    "view.menu": ("views.views_menu", "views.chosen"),
    "copy.menu": ("copying.copy_menu", "copying.copy"),
    "website.set": ("switches.website_menu", "switches.website"),
    "more.open": ("account.more_menu", None),
}


class MenuFlow(NamedTuple):
    """A conversation that begins with a menu, and what is done with the choice: without that, it is a command's id."""

    menu: "Callable[[ProfileContext], Menu]"
    chosen: Callable[[ProfileContext, str], Awaitable[None]] | None


def flow_of(command_id: str) -> Verb | None:
    """Return the flow of a command; its module is loaded at first use, so that none delays the first painting."""
    found: Verb | None = _loaded(_FLOWS[command_id]) if command_id in _FLOWS else None
    return found


def menu_of(command_id: str) -> MenuFlow | None:
    """Return the menu that a command opens at once, so that a letter typed right behind it arrives there."""
    if command_id not in _MENUS:
        return None
    menu, chosen = _MENUS[command_id]
    return MenuFlow(_loaded(menu), _loaded(chosen) if chosen else None)


def _loaded(path: str) -> Any:
    module, name = path.split(".")
    return getattr(import_module(f"{__name__}.{module}"), name)


__all__ = ["ProfileContext", "Verb", "flow_of", "menu_of"]
