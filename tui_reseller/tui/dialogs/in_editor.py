"""A field's text in the operator's own editor."""

from collections.abc import Callable

from textual.app import App

from tui_reseller.domain.errors import ResellerError
from tui_reseller.domain.text import clean
from tui_reseller.system.editor import edit_text
from tui_reseller.tui.dialogs.form_row import FormRow
from tui_reseller.tui.host import LendsTerminal

KEPT = "what you typed is as it was"


def edit_in_editor(app: App[object], row: FormRow) -> str:
    """Let the operator's editor work on what a field has; return what is to be said of it. Whatever goes wrong, the
    field keeps its text. Nothing that comes back acts on the terminal; in a field of one line the lines stand behind
    each other.
    """
    if not isinstance(app, LendsTerminal):
        return ""
    before = row.value
    try:
        found = app.lend_terminal(_safely(lambda: edit_text(before + "\n")))
    except ResellerError as error:
        return f"Not edited: {error.message}; {KEPT}"
    if isinstance(found, ResellerError):
        hint = f" - {found.hint}" if found.hint else ""
        return f"Not edited: {found.message}{hint}; {KEPT}"
    lines = [clean(line).rstrip() for line in found.rstrip().split("\n")]
    after = "\n".join(lines) if row.field.kind == "lines" else " ".join(filter(None, lines))
    if after != row.field.shown(before).rstrip():
        row.put(after)
    return ""


def _safely(work: Callable[[], str]) -> Callable[[], str | ResellerError]:
    """Return work that returns its error: the terminal is ours again only behind it."""

    def safe() -> str | ResellerError:
        try:
            return work()
        except ResellerError as error:
            return error

    return safe
