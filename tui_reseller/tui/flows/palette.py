"""Every command by name, and the help, which says as well why some do nothing now. Enter does the chosen one."""

from collections.abc import Sequence

from tui_reseller.tui import help as help_page
from tui_reseller.tui.dialogs.page import Page
from tui_reseller.tui.profile_context import ProfileContext
from tui_reseller.tui.screens.main import MainScreen


async def commands(context: ProfileContext) -> None:
    """Find a command by its name."""
    await _choose(context, "Commands")


async def keys(context: ProfileContext) -> None:
    """Read what every key does."""
    await _choose(context, "Help: keys, and why some do nothing now", help_page.IN_FORMS)


async def _choose(context: ProfileContext, title: str, more: Sequence[tuple[str, str]] = ()) -> None:
    app = context.app
    rows = help_page.rows(app.commands, context.state, has_customer=context.current() is not None)
    page = Page(title, [*rows, *more], hint="type to filter   Enter does it   Esc back", filtering=True)
    chosen = await context.ask(page)
    if chosen and isinstance(app.screen, MainScreen):
        app.opening = False
        await app.screen.action_command(chosen, "")
