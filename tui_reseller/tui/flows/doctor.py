"""What stands in the way, or may: the same findings as of the verb doctor, on the screen."""

from tui_reseller.services.doctor import Examined, of_machine, of_services
from tui_reseller.system.machine import machine
from tui_reseller.tui.dialogs.page import Page
from tui_reseller.tui.profile_context import ProfileContext

HEADS = f"{'':<5} {'ABOUT':<20} FOUND"
COPY = "c"


async def doctor(context: ProfileContext) -> None:
    """Examine terminal, keyring, config, audit log and profiles; the text can be pasted."""
    context.notify("Examining ...")
    found = [*of_machine(machine()), *[each async for each in of_services(context.services, asks=False)]]
    lines = [line for each in found for line in _lines(each)]
    bad = sum(each.state.value == "bad" for each in found)
    title = f"Doctor: {'nothing is bad' if not bad else f'{bad} bad'}"
    hint = "c copies it: no key, password or customer is in it   / filters   Esc back"
    context.notify(f"{title}.", "warning" if bad else "plain")
    page = Page(title, [("", line) for line in lines], hint=hint, keys=(COPY,), heads=HEADS)
    if await context.dialogs.ask(page) == COPY:
        context.notify(context.host.copy_text("\n".join(lines)))


def _lines(each: Examined) -> list[str]:
    """Return a finding, and below it what to do."""
    return [f"{each.state.value:<5} {each.about:<20} {each.found}", *([f"{'':<26} {each.hint}"] if each.hint else [])]
