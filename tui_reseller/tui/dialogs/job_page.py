"""The page of a job: a progress line, what became of each customer, pause, stop and what can be done afterwards."""

from itertools import groupby

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option as ListOption

from tui_reseller.domain.job import Job, JobState
from tui_reseller.domain.provider import Provider
from tui_reseller.domain.text import clean
from tui_reseller.services.jobs import JobRun
from tui_reseller.services.ledger_ports import JobsPort
from tui_reseller.tui.dialogs.dialog import Dialog
from tui_reseller.tui.dialogs.whole_line import WholeLine
from tui_reseller.tui.presenters import job as words
from tui_reseller.tui.widgets.key_line import KeyLine
from tui_reseller.tui.widgets.rows import Rows

RELOAD_SECONDS = 1.0
"""A job that another process runs is looked at this often, while its page is open."""
SHOWN = 2000
"""So many items are listed; those that need somebody come first."""


LOOKS = {"#": "$info", "?": "bold $off", "x": "bold $danger"}
"""How the signs of outcomes look in the bar."""


def _coloured(bar: str) -> Content:
    """Return a bar in which outcomes differ by colour, too."""
    return Content.assemble(*(("".join(signs), LOOKS.get(sign, "$soft")) for sign, signs in groupby(bar)))


class JobPage(Dialog[str | None]):
    """Shows a job that runs here or elsewhere, or does not run. Returns what the operator wants next: resume, retry,
    undo, results; None for back.
    """

    SAYS_IN = "#page-hint"
    BINDINGS = [
        Binding("space,ctrl+c", "pause", show=False, priority=True),
        Binding("x", "arm", show=False),
        Binding("s", "stop", show=False),
        Binding("t", "next('retry')", show=False),
        Binding("u", "next('undo')", show=False),
        Binding("o", "next('results')", show=False),
        Binding("j", "move(1)", show=False),
        Binding("k", "move(-1)", show=False),
        Binding("escape,q", "leave", show=False),
    ]

    def __init__(self, provider: Provider, jobs: JobsPort, job: Job, run: JobRun | None) -> None:
        super().__init__()
        self.provider = provider
        self.jobs = jobs
        self.job = job
        self.run_here = run
        self.is_armed = False
        self._listed = -1
        self._told = run.progress.told if run is not None else 0

    def compose(self) -> ComposeResult:
        """Progress, counts, items, hint."""
        yield Static("", markup=False, id="page-title")
        yield Static("", markup=False, id="page-bar")
        yield Static("", markup=False, id="page-counts")
        yield Static(words.result_heads(self.provider), markup=False, id="page-heads")
        yield Rows(id="page-rows", markup=False)
        yield WholeLine()
        yield KeyLine(id="page-hint")

    async def on_mount(self) -> None:  # type: ignore[override]  # Textual takes both
        """Show what there is; a job of another process is looked at again and again."""
        self.take_keys()  # one can leave while the ledger is slow
        await self.reload()
        if self.run_here is None and self.job.state is JobState.RUNNING:
            self.set_interval(RELOAD_SECONDS, self.reload)

    async def reload(self) -> None:
        """Read the job again, and its items when none are being done."""
        found = await self.jobs.get(self.job.number)
        if found is None or not self.is_attached:
            return
        self.job = found
        self.draw()
        if found.done != self._listed and (self.run_here is None or self.run_here.halted()):
            self._listed = found.done
            await self._list()

    async def _list(self) -> None:
        items = await self.jobs.items(self.job.number, -1, SHOWN)
        items.sort(key=lambda item: (not item.is_in_flight and (item.outcome is None or item.outcome.is_so), item.seq))
        rows = self.query_one(OptionList)
        rows.clear_options()
        rows.add_options([ListOption(words.result_line(self.provider, item)) for item in items])
        rows.highlighted = 0 if items else None
        if self.job.total > SHOWN:
            rows.add_option(ListOption(f"... all {self.job.total:,}: o writes them to a file", disabled=True))

    def draw(self) -> None:
        """Show progress; called by whoever runs the job, too."""
        if not self.is_attached or not self.children:
            return
        run, job = self.run_here, self.job
        if run is not None and not run.halted():
            state = clean(run.progress.doing, longest=80) or "running"
            title = words.title(job, run.progress.counts, state, run.progress.rate, run.progress.seconds_left)
            counts, in_flight = run.progress.counts, 0
            self._add_results(run)
        else:
            state = job.state_word + (f" ({clean(job.why, longest=80)})" if job.why else "")
            owner = f"  by {job.owner}" if job.owner and run is None else ""
            title, counts = words.title(job, job.counts, state + owner), dict(job.counts)
            in_flight = job.in_flight
        self.query_one("#page-title", Static).update(title)
        self.query_one("#page-bar", Static).update(_coloured(words.bar(job, counts, max(self.size.width - 2, 10))))
        self.query_one("#page-counts", Static).update(clean(words.signed_counts(counts, in_flight)))
        self.query_one("#page-hint", KeyLine).show_keys(words.hint(job, is_here=run is not None and not run.halted()))

    def _add_results(self, run: JobRun) -> None:
        """Put what is new under what was there; the newest is in view."""
        rows = self.query_one(OptionList)
        new = run.progress.since(self._told)
        self._told = run.progress.told
        if rows.option_count > SHOWN:
            rows.clear_options()
        if new:
            rows.add_options([ListOption(words.result_line(self.provider, result)) for result in new])
            rows.highlighted = rows.option_count - 1

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """What is cut in its row stands whole below."""
        for line in self.query(WholeLine):  # none where the page is being taken apart
            line.follow(event)

    def on_resize(self) -> None:
        """The bar is as long as the screen is wide."""
        self.draw()

    async def ended(self, job: Job) -> None:
        """The run here is over."""
        self.job, self.run_here = job, None
        if self.is_mounted:
            await self.reload()

    async def action_pause(self) -> None:
        """Pause a running job, wherever it runs; go on with one that does not."""
        if self.run_here is not None and not self.run_here.halted():
            self.run_here.pause()
            self.draw()
        elif self.job.state is JobState.RUNNING:
            await self.jobs.want(self.job.number, "pause")
        elif not self.job.is_finished:
            self.dismiss("resume")

    def action_arm(self) -> None:
        """First half of x s."""
        self.is_armed = True

    async def action_stop(self) -> None:
        """Stop after what is on its way, if x came before."""
        if not self.is_armed:
            return
        if self.run_here is not None and not self.run_here.halted():
            self.run_here.stop()
            self.draw()
        elif self.job.state is JobState.RUNNING:
            await self.jobs.want(self.job.number, "stop")

    def action_next(self, wanted: str) -> None:
        """Leave for what can be done with a job that does not run."""
        if self.job.state is not JobState.RUNNING and (self.run_here is None or self.run_here.halted()):
            self.dismiss(wanted)

    def action_move(self, step: int) -> None:
        """Move down or up."""
        rows = self.query_one(OptionList)
        (rows.action_cursor_down if step > 0 else rows.action_cursor_up)()

    def action_leave(self) -> None:
        """Back; a running job goes on."""
        self.dismiss(None)
