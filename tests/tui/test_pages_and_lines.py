"""Pages: titles stand over their columns, and what is cut is whole below. The message line: what comes next is seen."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.cells import cell_len, set_cell_size
from textual.widgets import OptionList

from tests.harness.waiting import soon
from tui_reseller.domain.approval import Proposal
from tui_reseller.domain.audit import Entry, Operator
from tui_reseller.domain.changes import Change
from tui_reseller.domain.job import Job, JobItem, JobState
from tui_reseller.domain.listing import ListDifference
from tui_reseller.domain.operation import Operation, Outcome
from tui_reseller.domain.plan import Item
from tui_reseller.domain.providers.reseller_v2 import RESELLER_V2
from tui_reseller.domain.team import Colleague
from tui_reseller.tui.dialogs.whole_line import WholeLine
from tui_reseller.tui.flows import changes
from tui_reseller.tui.presenters import approval, colleagues, entry, job
from tui_reseller.tui.presenters.outcome import COPY_HINT
from tui_reseller.tui.view_state import Hint, Note
from tui_reseller.tui.widgets.key_line import KEY, with_keys

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
BEFORE, LATER = NOW - timedelta(days=30), NOW + timedelta(days=40)
NAMES = ("ann", "a-name-that-is-longer-than-its-column-by-far@example.com", "株式会社", "librería-ágora")
ITEM = {name: Item(Operation.DISABLE, name, before={"sending": True}) for name in NAMES}


def _job(who: str) -> Job:
    counts = {Outcome.APPLIED: 1200, Outcome.REJECTED: 30, Outcome.UNKNOWN: 2, None: 1_000}
    return Job(
        12, "acme", "acme", "marked 2,232", "d", "s", Operator(who, "host"), "", BEFORE, JobState.STOPPED,
        "stopped by you", 2232, counts, verbs=("disable", "enable"),
    )  # fmt: skip


def _entry(who: str) -> Entry:
    return Entry(
        "id", BEFORE, "acme", "reseller-v2|x", Operation.DISABLE, who, (Change("sending", True, False),),
        Operator(who, "host"), None, "ticket", None, Outcome.VERIFIED_APPLIED, "",
    )  # fmt: skip


PAGES = {
    "jobs": lambda who: (job.job_heads(), job.job_line(_job(who), NOW)),
    "plan": lambda who: (job.item_heads(RESELLER_V2), job.item_line(RESELLER_V2, ITEM[who])),
    "results": lambda who: (
        job.result_heads(RESELLER_V2),
        job.result_line(RESELLER_V2, JobItem(0, ITEM[who], Outcome.VERIFIED_NOT_APPLIED, "it is still there")),
    ),
    "activity": lambda who: (entry.entry_heads(), entry.entry_line(_entry(who), NOW)),
    "needs you": lambda who: (
        entry.entry_heads(with_username=True), entry.entry_line(_entry(who), NOW, with_username=True),
    ),
    "approvals": lambda who: (
        approval.HEADS, approval.proposal_line(Proposal(7, "acme", "d", 1200, who, "why", BEFORE, LATER, 2, 1, 1), NOW),
    ),
    "who is here": lambda who: (
        colleagues.HEADS, colleagues.here_line(Colleague(who, f"{who}-host", "acme", "ann", True, BEFORE), NOW),
    ),
    "changes": lambda who: (
        changes.HEADS, changes._line(ListDifference("changed", who, (Change("city", "Rom", "Bonn"),))),
    ),
}  # fmt: skip


def begins_at(line: str, cell: int) -> bool:
    """Whether a word begins at a cell."""
    return set_cell_size(f" {line}", cell + 1).endswith(" ") and line_from(line, cell)[:1].strip() != ""


def ends_at(line: str, cell: int) -> bool:
    """Whether a word ends before a cell."""
    return line_from(line, cell)[:1].strip() == "" and set_cell_size(line, cell)[-1:].strip() != ""


def line_from(line: str, cell: int) -> str:
    """Return what follows so many cells."""
    return next((line[at:] for at in range(len(line) + 1) if cell_len(line[:at]) >= cell), "")


@pytest.mark.parametrize("who", NAMES)
@pytest.mark.parametrize("page", PAGES)
def test_titles_stand_over_their_columns(page, who):
    heads, line = PAGES[page](who)
    for word in re.finditer(r"\S+", heads):
        if page in {"jobs", "approvals"} and word[0] in {"JOB", "NO", "CUSTOMERS"} and ends_at(line, word.end()):
            continue
        assert begins_at(line, word.start()), f"{word[0]}\n{heads}\n{line}"


@pytest.mark.parametrize("page", ["jobs", "approvals", "activity", "results"])
def test_who_and_what_became_of_it_begin_on_a_narrow_screen(page):
    heads, _line = PAGES[page]("ann")
    for title in {"WHO", "BY", "CUSTOMERS", "OUTCOME", "STATE"} & set(heads.split()):
        assert heads.index(title) < 60, heads


async def test_what_is_cut_in_a_row_stands_whole_below(at_desk):
    async with at_desk() as desk:
        long = "what was said at length, " * 6 + "and its end"
        desk.main.context.notify("short")
        desk.main.context.notify(long)
        await desk.press("m")
        await desk.opened("Messages")
        await soon("the whole of it", lambda: "and its end" in "\n".join(desk.screen_text()))
        await desk.press("down")
        await soon("nothing is cut", lambda: str(desk.app.screen.query_one(WholeLine).content) == "")
        assert desk.app.screen.query_one(OptionList).highlighted == 1


async def test_a_page_whose_rows_fit_has_no_line_more(at_desk):
    async with at_desk(size=(160, 40)) as desk:
        desk.main.context.notify("short")
        await desk.press("m")
        await desk.opened("Messages")
        assert not desk.app.screen.query_one(WholeLine).display


async def test_a_long_sentence_is_cut_and_not_the_key_that_comes_next(at_desk):
    async with at_desk() as desk:
        line = desk.main.query_one("#message")
        line.show(Note("company changed, " * 8, "good", (Hint("u", "undo"), Hint("y", "copy as command")), "Applied"))
        said = desk.screen_text()[-2].rstrip()
        assert said.endswith("u undo")
        assert "…" in said
        line.show(Note("short", "good", (Hint("u", "undo"), Hint("y", "copy as command")), "Applied"))
        assert desk.screen_text()[-2].rstrip().endswith("u undo   y copy as command")
        line.show(Note("password changed, " * 8, "good", (COPY_HINT,), "Applied"))
        assert desk.screen_text()[-2].rstrip().endswith("m all of it"), "to copy a command is no next step"
        line.show(Note("refused for a reason that takes more than a line " * 2, "bad"))
        assert desk.screen_text()[-2].rstrip().endswith("m all of it")


@pytest.mark.parametrize("is_without", [True, False], ids=["no colours", "sixteen"])
async def test_the_chosen_row_of_a_page_is_seen_without_colours_too(at_desk, monkeypatch, is_without):
    if is_without:
        monkeypatch.setenv("NO_COLOR", "1")
    async with at_desk(theme="16") as desk:
        desk.main.context.notify("first")
        desk.main.context.notify("second")
        await desk.press("m")
        await desk.opened("Messages")
        await desk.press("down")
        strips = desk.app.screen._compositor.render_strips()
        reversed_ = ["".join(part.text for part in strip if part.style and part.style.reverse) for strip in strips]
        assert [text for text in reversed_ if "first" in text]
        assert not [text for text in reversed_ if "second" in text]


async def test_what_has_the_keys_in_a_form_is_seen_without_colours_too(at_desk, someone, monkeypatch):
    name = someone()
    monkeypatch.setenv("NO_COLOR", "1")

    def reversed_in(strips):
        return [part.text for strip in strips for part in strip if part.style and part.style.reverse]

    async with at_desk(theme="16") as desk:
        await desk.go_to(name)
        await desk.press("d")
        await desk.opened("Disable sending")
        await desk.pilot.pause()
        strips = desk.app.screen._compositor.render_strips()
        reason = next(strip for strip in strips if "Reason" in strip.text)
        assert reversed_in([reason]) == [" "], "the cursor in an empty field"
        await desk.press("tab", "tab")
        await desk.pilot.pause()
        found = [text.strip() for text in reversed_in(desk.app.screen._compositor.render_strips())]
        assert "[Cancel]" in found
        assert "[Disable sending ^S]" not in found
        await desk.press("tab")
        await desk.pilot.pause()
        found = [text.strip() for text in reversed_in(desk.app.screen._compositor.render_strips())]
        assert "[Cancel]" not in found
        assert "[Disable sending ^S]" in found


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        ("Enter opens   / filters   Esc back", ["Enter", "/", "Esc"]),
        ("type to find a command, Enter does it   PgDn more   Esc back", ["PgDn", "Esc"]),
        ("Space or ctrl+c pause   x s stop   Esc back, the job goes on", ["Space or ctrl+c", "x s", "Esc"]),
        ("By  d delivered  b bounces", ["d", "b"]),
        ("7 3 9 days  m months", ["7 3 9", "m"]),
        (" Esc back", ["Esc"]),
        ("A dialog is open: Esc leaves it, then ctrl+q asks whether to quit.", []),
        ("", []),
    ],
)
def test_keys_in_a_hint_look_like_keys(line, keys):
    found = with_keys(line)
    assert found.plain == line
    assert [line[span.start : span.end] for span in found.spans if span.style == KEY] == keys


async def test_the_bar_of_a_job_tells_outcomes_apart_by_colour(at_desk, someone):
    names = [someone(), someone()]
    async with at_desk() as desk:
        for name in names:
            await desk.go_to(name)
            await desk.press("space")
        await desk.press("d")
        await desk.opened("Plan: ")
        await desk.read_then()
        await soon("its page", lambda: bool(desk.app.screen.query("#page-bar")))
        page = desk.app.screen
        await soon("it is over", lambda: page.job.is_finished)
        page.job = replace(page.job, counts={Outcome.APPLIED: 1, Outcome.REJECTED: 1})
        page.draw()
        bar = page.query_one("#page-bar").content
        assert {bar.plain[span.start]: span.style for span in bar.spans} == {"#": "$info", "x": "bold $danger"}
