"""What a defect of the application leads to: an orderly end, and a report that holds no customer's data."""

import sys

from textual.app import App
from textual.worker import Worker

from tui_reseller.tui.crash import write_report


class ReportingApp(App[str], inherit_bindings=False):
    """An application whose defects end in a report, never in a traceback with values on the terminal.

    Crash_report is where the report is, None while there is no defect.
    """

    crash_report: str | None = None

    def _fatal_error(self) -> None:
        """Leave after a defect: a report without local variables, which could hold a secret or a customer's data."""
        self.bell()
        self._report(sys.exception())
        self._close_messages_no_wait()

    def panic(self, *_renderables: object) -> None:
        """Leave as after any defect. What the screen library would print here may quote a customer's data."""
        self._fatal_error()

    def _report(self, error: BaseException | None) -> None:
        """Write what happened first; what follows from it says nothing new."""
        if self.crash_report is None:
            self.crash_report = write_report(error)

    def _handle_exception(self, error: Exception) -> None:
        self._report(error)
        self._return_code = 1
        super()._handle_exception(error)

    async def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Nothing to do: a failing worker ends in _handle_exception."""
        event.stop()
