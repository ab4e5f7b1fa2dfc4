"""Do a command: what it does is a function in flows/ that the catalogue names. Its module is loaded at first use, so
that none delays the first painting.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tui_reseller.tui.command import Command
from tui_reseller.tui.profile_context import ProfileContext

if TYPE_CHECKING:
    from tui_reseller.tui.dialogs.menu import Menu

FLOWS = "tui_reseller.tui.flows"


def loaded(path: str) -> Any:
    """Return what `module.function` in flows/ means."""
    module, _, name = path.partition(".")
    return getattr(import_module(f"{FLOWS}.{module}"), name)


async def do(context: ProfileContext, command: Command, key: str = "") -> None:
    """Do a command. A menu is open, and a command that acts at once is done, when this returns."""
    if command.menu:
        menu: Menu = loaded(command.menu)(context)
        context.host.show_dialog(menu, partial(_chosen, context, command))
        return
    handler: Callable[..., Awaitable[None]] = loaded(command.handler)
    work = partial(handler, context, key) if command.takes_key else partial(handler, context)
    if command.at_once:
        await work()
    else:
        context.host.run_flow(work, command.id)


async def _chosen(context: ProfileContext, command: Command, value: str | None) -> None:
    """Do what was chosen in a command's menu."""
    if value is None:
        return
    if command.handler:
        context.host.run_flow(partial(loaded(command.handler), context, value), command.id)
    else:
        await context.host.run_command(value)
