"""Every command by name, and the help, which says as well why some do nothing now. Enter does the chosen one."""

from collections.abc import Sequence

from tui_reseller.tui.dialogs.page import Page
from tui_reseller.tui.presenters.commands import in_forms, rows
from tui_reseller.tui.profile_context import ProfileContext


async def commands(context: ProfileContext) -> None:
    """Find a command by its name."""
    await _choose(context, "Commands")


async def keys(context: ProfileContext) -> None:
    """Read what every key does."""
    await _choose(context, "Help: keys, and why some do nothing now", in_forms(context.provider))


async def _choose(context: ProfileContext, title: str, more: Sequence[tuple[str, str]] = ()) -> None:
    found = rows(context.host.commands, context.state, context.session.policy, has_customer=context.current is not None)
    page = Page(title, [*found, *more], hint="type to filter   Enter does it   Esc back", filtering=True)
    chosen = await context.dialogs.ask(page)
    if chosen:
        await context.host.run_command(chosen)
