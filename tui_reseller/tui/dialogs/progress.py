"""The page of a run over several customers: a progress line, a result for each, pause and stop."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option as Row

from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.text import clean
from tui_reseller.services.bulk import Bulk
from tui_reseller.services.result import Result
from tui_reseller.tui.dialogs.dialog import Dialog
from tui_reseller.tui.presenters.detail import verb_of
from tui_reseller.tui.presenters.outcome import changes_words


class Progress(Dialog[None]):
    """Shows a Bulk. Esc goes back and the run goes on."""

    BINDINGS = [
        Binding("space,ctrl+c", "pause", show=False, priority=True),
        Binding("x", "arm", show=False),
        Binding("s", "stop", show=False),
        Binding("escape,q", "leave", show=False),
    ]

    def __init__(self, bulk: Bulk, operation: Operation) -> None:
        super().__init__()
        self.bulk = bulk
        self.operation = operation
        self.is_over = False
        self.is_armed = False
        self.waiting: list[Result] = list(bulk.results)

    def compose(self) -> ComposeResult:
        """Progress line, results, hint."""
        yield Static("", markup=False, id="page-title")
        yield OptionList(id="page-rows", markup=False)
        yield Static("", markup=False, id="page-hint")

    def on_mount(self) -> None:
        """Show what there is already."""
        self._draw()

    def tell(self, result: Result) -> None:
        """Add a result."""
        self.waiting.append(result)
        if self.is_mounted:
            self._draw()

    def finished(self) -> None:
        """The run is over."""
        self.is_over = True
        if self.is_mounted:
            self._draw()

    def _draw(self) -> None:
        bulk, rows = self.bulk, self.query_one(OptionList)
        rows.add_options([Row(_line(result)) for result in self.waiting])
        if self.waiting:
            rows.highlighted = rows.option_count - 1
        self.waiting = []
        done, of = len(bulk.results), len(bulk.calls)
        filled = 30 * done // of if of else 30
        applied = bulk.count(Outcome.APPLIED)
        state = "done" if self.is_over else "stopping" if bulk.is_stopped else bulk.paused_because or "running"
        text = (
            f"{verb_of(self.operation)}  [{'#' * filled}{'.' * (30 - filled)}] {done}/{of}  {applied} applied  {state}"
        )
        self.query_one("#page-title", Static).update(clean(text))
        hint = "Esc back" if self.is_over else "Space or ctrl+c pause and go on   x s stop   Esc back, the run goes on"
        self.query_one("#page-hint", Static).update(hint)

    def action_pause(self) -> None:
        """Pause, or go on."""
        if self.bulk.is_paused:
            self.bulk.resume()
        else:
            self.bulk.pause()
        self._draw()

    def action_arm(self) -> None:
        """First half of x s."""
        self.is_armed = True

    def action_stop(self) -> None:
        """Stop after the call in flight, if x came before."""
        if self.is_armed:
            self.bulk.stop()
            self._draw()

    def action_leave(self) -> None:
        """Back to the list."""
        self.dismiss(None)


def _line(result: Result) -> str:
    what = (changes_words(result.changes) or "was so already") if result.outcome.is_applied else result.message
    return clean(f"{result.outcome.word:<12} {clean(result.username, longest=40):<40} {what}", longest=300)
