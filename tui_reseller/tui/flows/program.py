"""The program itself: repaint, mouse, suspend, leave."""

from tui_reseller.system.job_control import has_shell_above
from tui_reseller.tui.dialogs.menu import Menu, Option
from tui_reseller.tui.flows.running import hand_over
from tui_reseller.tui.profile_context import ProfileContext

ALWAYS_ASKS = "ctrl+q"


async def repaint(context: ProfileContext) -> None:
    """Draw the whole screen again: another program may have written over it."""
    context.host.repaint()


async def toggle_mouse(context: ProfileContext) -> None:
    """Give the mouse to the terminal, for selecting text, and take it back."""
    is_ours = context.host.toggle_mouse()
    context.notify("The mouse is ours." if is_ours else "The mouse is your terminal's; ctrl+g takes it back.")


async def suspend(context: ProfileContext) -> None:
    """Go to the shell, if that can be."""
    why = why_not_suspended(context)
    if why:
        context.notify(why, "warning")
    else:
        context.host.suspend_process()


def why_not_suspended(context: ProfileContext | None) -> str:
    """Return why nobody can go to the shell: there is none, or an answer is on its way, which nobody would read."""
    if not has_shell_above():
        return "There is no shell to go to: nobody could bring the program back."
    if context is not None and context.session.desk.in_flight:
        return "A change is on its way: wait for its answer before ctrl+z."
    return ""


def interrupt(context: ProfileContext, selected: str | None) -> None:
    """ctrl+c: pause a run, copy a selection, or say how to quit."""
    if context.run is not None:
        context.run.pause()
        context.notify("Paused after what is on its way; b opens the job.", "warning")
    elif selected:
        context.notify(context.host.copy_text(selected))
    else:
        context.notify("q quits.")


async def leave(context: ProfileContext, key: str) -> None:
    """Leave, after a question if anything would stop, be lost or be forgotten. A job may go on without the screen."""
    why = _reasons_to_stay(context)
    if why or key == ALWAYS_ASKS:
        options = [Option("s", "Stay", "stay"), Option("q", "Quit", "quit")]
        if context.run is not None:
            options.append(Option("b", "Quit; the job goes on in a process of its own", "detach"))
        chosen = await context.dialogs.ask(Menu("Quit?", options, lines=why))
        if chosen == "detach":
            await hand_over(context)
        if chosen not in {"quit", "detach"}:
            return
    context.host.end(0)


def _reasons_to_stay(context: ProfileContext) -> list[str]:
    why = []
    if context.run is not None:
        why.append(f" Job {context.run.job.number} is running: quitting stops it; it can be resumed.")
    if context.session.desk.in_flight:
        why.append(" A change is on its way; its answer would be lost.")
    if context.state.marked:
        count = len(context.state.marked)
        why.append(" 1 customer is marked." if count == 1 else f" {count} customers are marked.")
    return why
