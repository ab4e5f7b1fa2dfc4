"""Work beside the keys: what runs while the operator goes on, what replaces what, and what is done later."""

from collections.abc import Awaitable, Callable

from textual.worker import Worker

from tui_reseller.tui.defects import ReportingApp


class WorkingApp(ReportingApp, inherit_bindings=False):
    """An application in which work goes on beside the keys, as flows ask for it (host.py)."""

    def run_in_background(self, work: Callable[[], Awaitable[None]], group: str) -> None:
        """Start something that may be replaced by a newer one of its group."""

        async def run() -> None:
            await work()

        _: Worker[None] = self.run_worker(run, group=group, exclusive=True)

    def run_job(self, work: Callable[[], Awaitable[None]]) -> None:
        """Start a job: nothing replaces it."""

        async def run() -> None:
            await work()

        _: Worker[None] = self.run_worker(run, group="job")

    def cancel(self, group: str) -> bool:
        """Cancel what runs in a group; return whether anything did."""
        return bool(self.workers.cancel_group(self, group))

    def after(self, seconds: float, do: Callable[[], None]) -> None:
        """Do something once, later."""
        self.set_timer(seconds, do)

    def after_painting(self, do: Callable[[], None]) -> None:
        """Do something once the screen shows what it has to show now."""
        self.call_after_refresh(do)
