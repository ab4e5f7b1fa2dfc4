"""Every command by name, and the help, which says as well why some do nothing now. Enter does the chosen one."""

from collections.abc import Sequence

from tui_reseller.tui import help as help_page
from tui_reseller.tui.dialogs.page import Page
from tui_reseller.tui.screens.main import MainScreen
from tui_reseller.tui.stage import Stage


async def commands(stage: Stage) -> None:
    """Find a command by its name."""
    await _choose(stage, "Commands")


async def keys(stage: Stage) -> None:
    """Read what every key does."""
    await _choose(stage, "Help: keys, and why some do nothing now", help_page.IN_FORMS)


async def _choose(stage: Stage, title: str, more: Sequence[tuple[str, str]] = ()) -> None:
    app = stage.app
    rows = help_page.rows(app.commands, stage.state, has_customer=stage.current() is not None)
    page = Page(title, [*rows, *more], hint="type to filter   Enter does it   Esc back", filtering=True)
    chosen = await stage.ask(page)
    if chosen and isinstance(app.screen, MainScreen):
        app.opening = False
        await app.screen.action_command(chosen, "")
