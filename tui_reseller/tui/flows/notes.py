"""Our own label and note on a customer: one form, and nothing to confirm, since nothing is sent."""

from collections.abc import Mapping

from tui_reseller.domain.errors import Conflict
from tui_reseller.domain.note import LABEL, NOTE
from tui_reseller.domain.text import quoted
from tui_reseller.services.notes import open_note, write_note
from tui_reseller.tui.dialogs.note_form import note_form
from tui_reseller.tui.flows.targets import only_one
from tui_reseller.tui.presenters.notes import written_words
from tui_reseller.tui.profile_context import ProfileContext

AGAIN = "What you typed is still here, and stands there if you keep it."


async def label(context: ProfileContext) -> None:
    """Edit label and note, beginning with the label."""
    await _edit(context, LABEL)


async def note(context: ProfileContext) -> None:
    """Edit label and note, beginning with the note."""
    await _edit(context, NOTE)


async def _edit(context: ProfileContext, first: str) -> None:
    """Ask until it is written or left. What was typed survives somebody else's writing."""
    customer = await only_one(context, first)
    if customer is None:
        return
    opened = await open_note(context.session, customer)
    typed: Mapping[str, str] | None = None
    problem = ""
    while True:
        written_at = written_words(opened.note, context.now()) if opened.note else ""
        form = note_form(opened, context.profile_title, first, written_at, typed, problem)
        typed = await context.dialogs.ask_form(form)
        if typed is None:
            return
        if context.session.customers.get(customer.username) is None:
            problem = f"{quoted(customer.username, 40)} is not in the list any more; nothing was written"
            continue
        try:
            written = await write_note(context.session, opened, typed[LABEL], typed[NOTE])
        except Conflict as error:
            problem = f"{error.message}. {AGAIN}"
            opened = await open_note(context.session, customer)
            continue
        await context.requery()
        context.notify(_kept(customer.username) if written else "Label and note are so already.", "good")
        return


def _kept(username: str) -> str:
    return f"Kept: label and note of {quoted(username, 40)}."
