"""A row of a form: label, field, and what is said beside it."""

from typing import cast

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Static

from tui_reseller.domain.text import clean
from tui_reseller.tui.dialogs.form_findings import hint
from tui_reseller.tui.dialogs.form_spec import FormField
from tui_reseller.tui.widgets.inputs import Choice, HasValue, LineInput, PathInput, SecretInput, TypedInput

INPUTS = {"secret": SecretInput, "typed": TypedInput, "path": PathInput}


class FormRow(Horizontal):
    """One field with its label. Its value is as it was until the field shows something else: what is shown is clean.

    Noted is the value of which something was said last, None before the first time.
    """

    def __init__(self, field: FormField) -> None:
        super().__init__(classes=f"form-row -{field.kind}", id=f"row-{field.name}")
        self.field = field
        self.noted: str | None = None

    def compose(self) -> ComposeResult:
        """Label, field, note."""
        field, name = self.field, f"field-{self.field.name}"
        yield Static(clean(field.label), markup=False, classes="form-label")
        if field.kind == "choice":
            yield Choice(field.options, field.begins, id=name)
        elif field.kind == "lines":
            from tui_reseller.tui.widgets.lines_input import LinesInput  # noqa: PLC0415 - one form has such a field

            yield LinesInput(field.shown(field.begins), id=name)
        else:
            is_secret, shown = field.kind == "secret", field.shown(field.begins)
            yield Static("[", markup=False, classes="form-edge")
            kind = INPUTS.get(field.kind, LineInput)
            yield kind(shown, password=is_secret, select_on_focus=field.is_replaced, compact=True, id=name)
            yield Static("]", markup=False, classes="form-edge")
        yield Static(hint(field), markup=False, classes="form-note", id=f"note-{field.name}")

    @property
    def widget(self) -> Widget:
        """The field itself."""
        return self.query_one(f"#field-{self.field.name}")

    @property
    def value(self) -> str:
        """What is in the field; one that was not touched keeps its raw value."""
        shown = cast("HasValue", self.widget).value
        is_raw = self.field.kind != "choice" and shown == self.field.shown(self.field.value)
        return self.field.value if is_raw else shown

    @property
    def is_changed(self) -> bool:
        """Whether it is not what it was."""
        return self.value != self.field.value

    def revert(self) -> None:
        """Put the loaded value back."""
        cast("HasValue", self.widget).value = self.field.shown(self.field.value)

    def put(self, text: str) -> None:
        """Let the field have a text, with the cursor behind it."""
        cast("HasValue", self.widget).value = text
        if isinstance(self.widget, LineInput):
            self.widget.cursor_position = len(text)

    def mark(self, *, changed: bool) -> None:
        """A changed field carries a ~."""
        self.query_one(".form-label", Static).update(clean(f"{'~' if changed else ' '}{self.field.label}"))

    def say(self, words: str, *, is_bad: bool) -> None:
        """Put words beside the field; without any its count, or its hint."""
        note, value = self.query_one(f"#note-{self.field.name}", Static), self.value
        note.set_class(is_bad, "-bad")
        counted = f"{len(value)}/{self.field.limit}" if self.field.limit and value else hint(self.field)
        note.update(words or counted)
