"""Forms beside the list: the editor, which keeps a draft of what was typed, and the review behind it."""

from collections.abc import Callable, Mapping

from textual.app import ComposeResult
from textual.widgets import Input

from tui_reseller.tui.commit_guard import CommitGuard
from tui_reseller.tui.dialogs.form import Form
from tui_reseller.tui.dialogs.form_spec import FormSpec
from tui_reseller.tui.presenters.rows import BESIDE

DRAFT_AFTER = 1.0


class BesideForm(Form):
    """A form beside the list, which then shows whole columns; below 120 columns one like all others."""

    def compose(self) -> ComposeResult:
        """Be as wide as it will be from the first painting on."""
        self.on_resize()
        yield from super().compose()

    def on_resize(self) -> None:
        """Beside the list where there is room, else over it."""
        self.set_class(self.app.size.width >= BESIDE, "-wide")


class Editor(BesideForm):
    """A form that keeps what is typed; below 120 columns it is the whole screen."""

    def __init__(self, spec: FormSpec, guard: CommitGuard, keep: Callable[[Mapping[str, str]], None]) -> None:
        super().__init__(spec, guard)
        self.keep = keep
        self._timer_set = False

    def on_input_changed(self, event: Input.Changed) -> None:
        """Keep a draft a moment after typing."""
        super().on_input_changed(event)
        if not self._timer_set and self.is_changed:
            self._timer_set = True
            self.set_timer(DRAFT_AFTER, self._keep)

    def _keep(self) -> None:
        self._timer_set = False
        # One that was left loses its fields while the timer may still come; under another dialog it stands.
        if self.is_mounted and self in self.app.screen_stack and self.is_changed:
            self.keep(self.changes())
