"""Choose how the screen looks."""

from tui_reseller.domain.config import THEMES
from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.printed import command
from tui_reseller.tui.dialogs.theme_menu import ThemeMenu
from tui_reseller.tui.profile_context import ProfileContext


async def choose(context: ProfileContext) -> None:
    """Choose a theme, seeing each, and keep it in the config."""
    host, before = context.host, context.host.theme
    chosen = await context.dialogs.ask(ThemeMenu(THEMES, before, host.show_theme))
    host.show_theme(chosen or before)
    if chosen is None or chosen == before:
        return
    try:
        context.services.profiles.config.set_theme(chosen)
        if context.session.profile.theme not in {"", chosen}:
            own = context.session.profile
            way = command("profile", "set", own.name, "theme=NAME")
            context.notify(f"Kept; but {own.name} has its own, {own.theme}: {way}", "warning")
    except ResellerError as error:
        context.notify_error(error)
    else:
        context.notify(f"Theme {chosen}, kept in the config.", "good")
