"""Our own labels and notes in words: pure, and clean."""

from datetime import datetime

from tui_reseller.domain.note import LABEL, TITLES, Note
from tui_reseller.domain.text import clean
from tui_reseller.tui.presenters.header import clock_text

MARK = "+"
"""What stands in the list for a note where there is no room, or no label."""


def cell_text(note: Note | None, name: str) -> str:
    """Return what a column says of a note: its label or, without one, the mark; or the note in one line."""
    if note is None:
        return ""
    return clean(note.label or MARK) if name == LABEL else clean(note.text, longest=200)


def in_one_line(note: Note) -> str:
    """Return label and note in one line."""
    return clean(": ".join(filter(None, (note.label, note.text))))


def written_words(note: Note, now: datetime) -> str:
    """Say when a note was written, and by whom."""
    return f"{clock_text(note.time, now)} by {clean(note.operator.name, longest=20)}"


def spoken_words(note: Note) -> str:
    """Return a note as a reader speaks it in a row."""
    return f"label {clean(note.label)}" if note.label else "noted"


def note_rows(note: Note, now: datetime) -> list[tuple[str, str]]:
    """Return the rows of the detail pane: titles and values, a line of the note a row."""
    rows = [(TITLES[LABEL], clean(note.label))] if note.label else []
    rows += [("" if at else "Note", clean(line)) for at, line in enumerate(note.text.split("\n")) if note.text]
    return [*rows, ("", f"written {written_words(note, now)}")]
