"""Open another profile, or add one."""

from tui_reseller.domain.errors import ResellerError
from tui_reseller.tui.dialogs.page import Page
from tui_reseller.tui.flows.connecting import connect
from tui_reseller.tui.profile_context import ProfileContext

HEADS = f"{'NAME':<20} ACCOUNT"
ADD = "\x00add"
"""What no profile can be named."""


async def open_profile(context: ProfileContext) -> None:
    """Choose another profile; marks are dropped, and that is said."""
    try:
        config = context.services.profiles.load()
    except ResellerError as error:
        context.notify_error(error)
        return
    rows = [
        (
            profile.name,
            f"{profile.name:<20} {profile.api_user} at {profile.host}{' protected' if profile.protected else ''}",
        )
        for profile in config.profiles.values()
    ]
    rows.append((ADD, "Add a profile ..."))
    chosen = await context.dialogs.ask(Page("Profiles", rows, hint="Enter opens   Esc back", heads=HEADS))
    if chosen is None or config.profiles.get(chosen) == context.session.profile:
        return
    if chosen == ADD:
        profile = await connect(context.services, context.dialogs, context.notify)
        if profile is None:
            return
        chosen = profile.name
    if context.run is not None:
        context.notify("A run is on its way: wait, or stop it first.", "warning")
        return
    context.host.open_profile(chosen)
