"""The form for our own label and note on a customer."""

from collections.abc import Mapping
from functools import partial

from tui_reseller.domain.note import LABEL, LONGEST, NOTE, NOTE_COLUMNS, TITLES, check_note
from tui_reseller.domain.text import clean, quoted
from tui_reseller.services.notes import OpenedNote
from tui_reseller.tui.dialogs.form_spec import FormField, FormSpec

OURS = (
    "Ours alone: never sent to the service. It stays in the ledger for ever, also when it is cleared: no secrets.",
    "In the note Enter begins a new line; Tab leaves it.",
)


def note_form(
    opened: OpenedNote,
    profile: str,
    first: str,
    written: str,
    typed: Mapping[str, str] | None = None,
    problem: str = "",
) -> FormSpec:
    """Edit label and note. First is the one that has the focus; written says when the present ones were, and by whom.
    Typed is what was typed before, while somebody else wrote others.
    """
    values, kinds = {LABEL: opened.label, NOTE: opened.text}, {LABEL: "text", NOTE: "lines"}
    lines = [*([f"Written {written}"] if written else []), *OURS]
    if typed is not None:
        lines += [f"There is now: {TITLES[name].lower()} {quoted(values[name], 200)}" for name in NOTE_COLUMNS]
    fields = [
        FormField(
            name,
            TITLES[name],
            values[name],
            kinds[name],
            start=(typed or {}).get(name),
            limit=LONGEST[name],
            check=partial(check_note, name),
            is_prose=name == NOTE,
        )
        for name in NOTE_COLUMNS
    ]
    return FormSpec(
        f"Label and note of {quoted(opened.customer.username, 40)}",
        clean(profile),
        lines,
        fields,
        commit="Keep",
        asks_leave=True,
        marks_changes=True,
        problem=problem,
        first=first,
    )
