"""Leaving the application: asked first if anything would stop, be lost or be forgotten."""

from tui_reseller.tui.dialogs.menu import Menu, Option
from tui_reseller.tui.flows.jobs import hand_over
from tui_reseller.tui.profile_context import ProfileContext


async def leave(context: ProfileContext, *, always: bool) -> None:
    """Leave, perhaps after a question; always: in any case after one. A job may go on without the screen."""
    why = _reasons_to_stay(context)
    if why or always:
        options = [Option("s", "Stay", "stay"), Option("q", "Quit", "quit")]
        if context.run is not None:
            options.append(Option("b", "Quit; the job goes on in a process of its own", "detach"))
        chosen = await context.ask(Menu("Quit?", options, lines=why))
        if chosen == "detach":
            await hand_over(context)
        if chosen not in {"quit", "detach"}:
            return
    context.app.end(0)


def _reasons_to_stay(context: ProfileContext) -> list[str]:
    why = []
    if context.run is not None:
        why.append(f" Job {context.run.job.number} is running: quitting stops it; it can be resumed.")
    if context.session.in_flight:
        why.append(" A change is on its way; its answer would be lost.")
    if context.state.marked:
        count = len(context.state.marked)
        why.append(" 1 customer is marked." if count == 1 else f" {count} customers are marked.")
    return why
