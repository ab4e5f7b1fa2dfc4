"""Reading the list again by time: off unless asked for, never beside a dialog, nothing painted if nothing changed."""

import pytest

from tests.harness.waiting import soon
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.refreshing import checked_refresh, every
from tui_reseller.tui.app import ResellerApp
from tui_reseller.tui.flows import refreshing
from tui_reseller.tui.panes.list_pane import ListPane


@pytest.fixture
def later(monkeypatch):
    """What is to be looked at later by the refresh, and after how many seconds; the timers themselves do not run."""
    found = []
    real = ResellerApp.after

    def after(app, seconds, do):
        if do.__module__ == refreshing.__name__:
            found.append((seconds, do))
        else:
            real(app, seconds, do)

    monkeypatch.setattr(ResellerApp, "after", after)
    return found


@pytest.fixture
def due(monkeypatch):
    monkeypatch.setattr(refreshing, "_left", lambda *_given: 0.0)


def lists(sandbox) -> int:
    return sum(request["operation"] == "list" for request in sandbox.requests())


async def test_there_is_no_timer_unless_somebody_asks_for_it(at_desk, later):
    async with at_desk():
        assert later == []


@pytest.mark.parametrize(
    ("config", "profile", "seconds"),
    [
        ('[settings]\nrefresh = "5m"\n', {}, 300),
        ('[settings]\nrefresh = "5m"\n', {"refresh": "2m"}, 120),
        ("", {"refresh": "1h"}, 3600),
        ('[settings]\nrefresh = "5m"\n', {"refresh": "auto"}, None),
        ('[settings]\nrefresh = "5m"\n', {"refresh": "manual"}, None),
    ],
)
async def test_the_profile_says_how_often_else_the_settings(at_desk, later, config, profile, seconds):
    async with at_desk(config=config, **profile):
        assert [after for after, _look in later] == ([] if seconds is None else [seconds])


async def test_it_reads_and_paints_no_row_if_nothing_changed(at_desk, sandbox, later, due, monkeypatch):
    async with at_desk(refresh="1m") as desk:
        read_at, before = desk.state.read_at, lists(sandbox)
        painted = []

        def paint(pane):
            painted.append(pane)

        monkeypatch.setattr(ListPane, "repaint", paint)
        monkeypatch.setattr(ListPane, "redraw", paint)
        log = len(desk.main.context.log)
        later.pop()[1]()
        await soon("it was read", lambda: desk.state.read_at != read_at)
        assert lists(sandbox) == before + 1
        assert painted == []
        assert len(desk.main.context.log) == log
        assert len(later) == 1


async def test_what_somebody_else_changed_is_shown(at_desk, sandbox, later, due):
    async with at_desk(refresh="1m") as desk:
        name = desk.main.list.customer.username
        sandbox.plant(name, email="by.a.rival@x.example")
        later.pop()[1]()
        await soon("it is shown", lambda: desk.main.list.customer.text("email") == "by.a.rival@x.example")
        assert desk.main.list.customer.username == name
        await desk.told("1 changed")


async def test_nothing_is_read_while_a_dialog_is_open(at_desk, sandbox, later, due):
    async with at_desk(refresh="1m") as desk:
        before = lists(sandbox)
        await desk.press("x")
        await soon("the menu is there", lambda: desk.app.screen is not desk.main)
        later.pop()[1]()
        assert [after for after, _look in later] == [refreshing.SOON]
        await desk.press("escape")
        await soon("the menu is gone", lambda: desk.app.screen is desk.main)
        assert lists(sandbox) == before
        later.pop()[1]()
        await soon("it reads", lambda: lists(sandbox) == before + 1)


@pytest.mark.parametrize(("trouble", "reads"), [("no key", 0), ("key refused", 0), ("refresh failed", 1)])
async def test_it_stops_when_signed_out_and_goes_on_after_a_failure(at_desk, sandbox, later, due, trouble, reads):
    async with at_desk(refresh="1m") as desk:
        before, read_at = lists(sandbox), desk.state.read_at
        desk.main.context.show(trouble=trouble)
        later.pop()[1]()
        if reads:
            await soon("it was read", lambda: desk.state.read_at != read_at)
            assert desk.state.trouble == ""
        assert lists(sandbox) == before + reads
        assert len(later) == 1


async def test_it_ends_with_the_profile(at_desk, later, due):
    async with at_desk(refresh="1m") as desk:
        desk.main.context.is_open = False
        later.pop()[1]()
        assert later == []


@pytest.mark.parametrize("text", ["59s", "0m", "5", "soon", "", "manul"])
def test_what_is_no_time_or_too_short_is_refused(text):
    with pytest.raises(InvalidInput):
        checked_refresh(text)


def test_words_are_no_time():
    assert [every(text) for text in ("", "auto", "manual")] == [None] * 3
