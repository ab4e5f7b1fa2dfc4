"""Move between the list and what was opened from it."""

from tui_reseller.tui.flows.filtering import found_here, stay_on
from tui_reseller.tui.flows.marking import drop_range
from tui_reseller.tui.flows.views import open_view
from tui_reseller.tui.profile_context import ProfileContext

ALL = "0"
"""The view of all customers."""


async def zoom(context: ProfileContext) -> None:
    """Show the detail on the whole screen, or beside the list again."""
    is_zoomed = not context.state.zoomed
    context.show(zoomed=is_zoomed)
    context.view.zoom(is_zoomed=is_zoomed)


async def back(context: ProfileContext) -> None:
    """Take one step back: a range, the zoom, the detail, a reading or an export on its way, the filter."""
    if context.state.ranging:
        drop_range(context)
    elif context.state.zoomed:
        await zoom(context)
    elif context.view.is_in_detail:
        context.view.focus_list()
    elif context.host.cancel("refresh"):
        context.notify("Reading was cancelled; the old list stays.")
    elif context.host.cancel("export"):
        context.notify("The export was cancelled; no file was written.")
    elif context.state.filter_text:
        found = found_here(context)
        await open_view(context, ALL)
        stay_on(context, found)
