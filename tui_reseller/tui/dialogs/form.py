"""One form for every dialog: lines to read, fields to fill, Cancel and a commit button.

What it says comes from a FormSpec; what it returns is the values, or None for leaving. It changes nothing itself.
"""

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import DescendantFocus
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from tui_reseller.domain.text import clean
from tui_reseller.tui.commit_guard import TOO_FAST, CommitGuard
from tui_reseller.tui.dialogs.dialog import Dialog
from tui_reseller.tui.dialogs.form_findings import DIFFER, TOO_QUICK, findings, in_one, why_refused
from tui_reseller.tui.dialogs.form_row import FormRow
from tui_reseller.tui.dialogs.form_spec import FormField, FormSpec, classes_of
from tui_reseller.tui.dialogs.in_editor import edit_in_editor
from tui_reseller.tui.presenters.rows import is_too_small, too_small_words
from tui_reseller.tui.widgets.inputs import Choice, LineInput, TypedInput

if TYPE_CHECKING:
    from textual.widgets import TextArea

KINDS = {"": "", "soft": "$soft", "new": "bold", "off": "bold $off-ink on $off"}
"""How the parts of a change look."""
NOTE_CELLS = 24
"""So much of what is refused fits beside a field."""


class Form(Dialog[dict[str, str] | None]):
    """A dialog made from a FormSpec."""

    SAYS_IN = "#form-problem"
    BINDINGS = [
        Binding("ctrl+s,f2", "commit", priority=True, show=False),
        Binding("escape", "leave", priority=True, show=False),
        Binding("ctrl+r", "revert", show=False, priority=True),
        # With priority, so that what is typed right behind them arrives in the next field also on a slow line.
        Binding("tab", "next", show=False, priority=True),
        Binding("shift+tab", "previous", show=False, priority=True),
        Binding("enter", "enter", show=False, priority=True),
        Binding("right", "choose(1)", show=False, priority=True),
        Binding("left", "choose(-1)", show=False, priority=True),
        Binding("f1", "help", show=False),
        Binding("ctrl+o", "write", show=False, priority=True),
    ]

    def __init__(self, spec: FormSpec, guard: CommitGuard) -> None:
        super().__init__()
        self.spec = spec
        self.guard = guard
        self._recalled: dict[str, int] = {}
        self._whole = ""  # the field whose finding the line for problems says

    def compose(self) -> ComposeResult:
        """Title, lines, fields, the line for problems, buttons."""
        with Vertical(id="form", classes=f"-grade{self.spec.grade}"):
            with Horizontal(id="form-title"):
                yield Static(clean(self.spec.title), markup=False, id="form-name")
                yield Static(clean(self.spec.profile), markup=False, id="form-profile")
            with VerticalScroll(id="form-body", can_focus=False):
                if self.spec.who:
                    yield Static(clean(self.spec.who), markup=False, classes="form-line -who")
                if self.spec.change:
                    parts = [(clean(text), KINDS[kind]) for text, kind in self.spec.change]
                    yield Static(Content.assemble(*parts), classes="form-line -change")
                for line in self.spec.lines:
                    yield Static(clean(line), markup=False, classes=classes_of(line))
                for at, row in enumerate(self.spec.fields):
                    with Vertical(classes="form-group" if at else "form-group -first"):
                        for line in row.lines:
                            yield Static(clean(line), markup=False, classes="form-line")
                        yield FormRow(row)
            yield Static(clean(self.spec.problem), markup=False, id="form-problem")
            with Horizontal(id="form-buttons"):
                yield Button(Content(f"[{self.spec.cancel}]"), id="cancel", compact=True)
                yield Button(Content(f"[{self.spec.commit} ^S]"), id="commit", compact=True)

    def on_mount(self) -> None:
        """Start where something is to be typed, else on Cancel; a commit counts from the first painting on."""
        first = f"#field-{self._first()}" if self.spec.fields else "#cancel"
        if not self.query(first):
            return  # the application is ending: nothing was composed any more
        self.set_focus(self.query_one(first))
        self.call_after_refresh(self.guard.painted)
        for row in self.spec.fields:
            self._note(row)
        self._show_fitting()

    def _first(self) -> str:
        """Return the name of the field to start in: the first empty one, for a choice has a good value already. In an
        editor, which shows what there is, it is the very first.
        """
        rows = [row for row in self.spec.fields if self._applies(row)]
        typed = [row for row in rows if row.kind != "choice" and not row.shown(row.begins)]
        empty = typed if not self.spec.marks_changes else []
        return self.spec.first or [*empty, *rows][0].name

    def row(self, name: str) -> FormRow:
        """Return the row of a field."""
        return self.query_one(f"#row-{name}", FormRow)

    @property
    def fitting(self) -> list[FormRow]:
        """The rows that belong to what is chosen."""
        return [self.row(row.name) for row in self.spec.fields if self._applies(row)]

    def values(self) -> dict[str, str]:
        """Return the present values; a field that was not touched keeps its raw value."""
        return {row.name: self.row(row.name).value for row in self.spec.fields}

    def changes(self) -> dict[str, str]:
        """Return the values that are not what they were."""
        return {row.name: self.row(row.name).value for row in self.spec.fields if self.row(row.name).is_changed}

    def _applies(self, row: FormField) -> bool:
        if row.only_if is None:
            return True
        widget = self.query_one(f"#field-{row.only_if[0]}", Choice)
        return widget.value == row.only_if[1]

    def _show_fitting(self) -> None:
        for row in self.spec.fields:
            self.row(row.name).display = self._applies(row)

    def on_choice_changed(self) -> None:
        """Rows that belong to an option come and go; a complaint that nothing is chosen has been heard."""
        self._show_fitting()
        self.say("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say at once what is wrong with a value."""
        self._note_of(event.input)

    def on_text_area_changed(self, event: "TextArea.Changed") -> None:
        """Say the same of several lines."""
        self._note_of(event.text_area)

    def _note_of(self, widget: Widget) -> None:
        row = self._row_of(widget)
        if row is not None:
            self._note(row)

    def _row_of(self, widget: Widget | None) -> FormField | None:
        """Return the row of a field."""
        name = widget.id if widget is not None else None
        return next((row for row in self.spec.fields if name == f"field-{row.name}"), None)

    def _note(self, field: FormField) -> None:
        """Show the count, the error or the warning of a field beside it."""
        row = self.row(field.name)
        row.mark(changed=self.spec.marks_changes and row.is_changed)
        found = findings(field, row.value) if row.is_changed or not field.required else []
        refused = [finding for finding in found if not finding.warning]
        words = clean((refused or found)[0].message).removeprefix(f"{field.label}: ") if found else ""
        row.say(words, is_bad=bool(refused))
        before, row.noted = row.noted, row.value
        if before is None or before == row.value:
            return  # nothing was typed: what the line for problems says is of before
        if refused and cell_len(words) > NOTE_CELLS:  # it is cut there: that line has all of it
            self._whole = field.name
            self.say(words)
        elif self._whole == field.name:
            self._whole = ""
            self.say("")

    def action_commit(self) -> None:
        """Do what the form says, if it may be done now."""
        if is_too_small(*self.app.size):
            self.say(too_small_words(self.app.size.width))
            return
        if not self.guard.allows():
            self.say(TOO_FAST)
            return
        refused = [(row, why) for row in self.fitting if (why := self._why_refused(row)) is not None]
        if not refused:
            self.dismiss(self.values())
            return
        for row, why in refused:
            row.say(clean(why).removeprefix(f"{row.field.label} is "), is_bad=True)
        self.say(in_one([(row.field, why) for row, why in refused]))
        self.set_focus(refused[0][0].widget)

    def _why_refused(self, row: FormRow) -> str | None:
        """Return why the form cannot be done with what stands in a row, or None."""
        field, widget = row.field, row.widget
        if isinstance(widget, TypedInput) and row.value == field.must_be and widget.came_in_a_burst:
            widget.clear()
            return TOO_QUICK
        if field.same_as and row.value != self.row(field.same_as).value:
            return DIFFER
        return why_refused(field, row.value)

    @property
    def is_changed(self) -> bool:
        """Whether something was typed that would be lost: in an editor a choice is a value like any other."""
        rows = [row for row in self.spec.fields if row.kind != "choice" or self.spec.marks_changes]
        return any(self.row(row.name).is_changed for row in rows)

    def action_leave(self) -> None:
        """Leave, behind what was typed before: the field that has the focus may not have come to it."""
        (self.focused or self).call_later(self._leave)

    def _leave(self) -> None:
        """Leave without doing anything; ask first where typed text would be lost."""
        if self.spec.asks_leave and self.is_changed:
            spec = FormSpec(
                "Leave and discard what you typed?", self.spec.profile, commit="Discard", cancel="Stay",
                lines=("Nothing was sent.",),
            )  # fmt: skip
            self.app.push_screen(Form(spec, self.guard), self._left)
        else:
            self.dismiss(None)

    def _left(self, answer: dict[str, str] | None) -> None:
        if answer is not None:
            self.dismiss(None)

    def action_revert(self) -> None:
        """Put the loaded value back into the field."""
        row = self._row_of(self.focused)
        if row is not None and row.kind != "choice":
            self.row(row.name).revert()

    def action_help(self) -> None:
        """Say the keys of a form."""
        self.say("Tab or Enter next field, ctrl+s or F2 does it, ctrl+r puts back, ctrl+o your editor, Esc leaves")

    def action_write(self) -> None:
        """Write a reason or a note in the operator's editor."""
        if (row := self._row_of(self.focused)) is not None and row.is_prose:
            self.say(edit_in_editor(self.app, self.row(row.name)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual's signature
        """Left and right choose only where there is a choice, in a field they move in it; so does Enter among lines."""
        if action == "enter":
            row = self._row_of(self.focused)
            return row is None or row.kind != "lines"
        return action != "choose" or isinstance(self.focused, Choice)

    def action_choose(self, step: int) -> None:
        """Choose the option beside; its rows are there for the very next key: a password must not land elsewhere."""
        if isinstance(self.focused, Choice):
            self.focused.step(step)
            self._show_fitting()

    def action_next(self) -> None:
        """Go to the next field or button."""
        self._go(1)

    def action_previous(self) -> None:
        """Go to the field or button before."""
        self._go(-1)

    def _go(self, step: int) -> None:
        """Go by the form's own order: it is right also where rows have come that are not painted yet."""
        stops: list[Widget] = [row.widget for row in self.fitting]
        stops += [self.query_one("#cancel"), self.query_one("#commit")]
        at = stops.index(self.focused) if self.focused in stops else -step
        self.set_focus(stops[(at + step) % len(stops)])

    def action_enter(self) -> None:
        """Go to the next field, after the last one to Cancel; on a button press it."""
        if isinstance(self.focused, Button):
            self.focused.press()
        else:
            self._go(1)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button does what its key does."""
        event.stop()
        if event.button.id == "commit":
            self.action_commit()
        else:
            self.action_leave()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Show also the lines above the field that has the focus."""
        for group in event.widget.ancestors:
            if group.has_class("form-group") and isinstance(group, Widget):
                group.scroll_visible(animate=False)

    def on_typed_input_refused(self) -> None:
        """Say that paste is refused there."""
        self.say("Paste is refused here: type it.")

    def on_line_input_recall(self, event: LineInput.Recall) -> None:
        """Bring an earlier value."""
        name = str(event.input.id).removeprefix("field-")
        earlier = self.spec.recall.get(name, ())
        if earlier:
            at = max(0, min(self._recalled.get(name, len(earlier)) + event.step, len(earlier) - 1))
            self._recalled[name] = at
            event.input.value = clean(earlier[at])
