"""What a thin line carries: nothing is written twice."""

import pytest

from tests.harness.terminal import ESCAPE

pytestmark = pytest.mark.terminal
HEADER = b" DEMO "


@pytest.mark.in_turn(2)
@pytest.mark.parametrize(
    ("key", "title", "times"), [("s", "Sort by", 0), ("?", "Help: keys", 1), ("n", "New customer", 0)]
)
def test_a_dialog_that_closes_writes_what_was_below_it_once(demo, key, title, times):
    """Times is how often the first line is written: a dialog in the middle has not covered it."""
    terminal, _ = demo(size=(120, 40))
    terminal.waits(0.5)
    terminal.press(key)
    terminal.sees(title)
    terminal.waits(0.5)
    before = len(terminal.raw)
    terminal.press(ESCAPE)
    terminal.loses(title)
    terminal.waits(0.5)
    assert terminal.raw[before:].count(HEADER) == times
    lines = terminal.text.splitlines()
    assert "complete" in lines[0]
    assert "> " in lines[3]
    assert "Filter" in lines[-1]


@pytest.mark.in_turn(2)
@pytest.mark.parametrize(("size", "dialog", "page"), [((120, 40), 5_000, 10_000), ((80, 24), 4_000, 6_000)])
def test_what_is_opened_and_closed_costs_about_what_it_covers(demo, size, dialog, page):
    """In bytes. What stands on the screen already is not written again, a style only where it changes."""
    terminal, _ = demo(size=size)
    _at_rest(terminal)
    for key, words, most in (("d", "Disable sending", dialog), ("x", "More", dialog), ("?", "Help: keys", page)):
        opened = _written(terminal, key, lambda words=words: terminal.sees(words))
        closed = _written(terminal, ESCAPE, lambda words=words: terminal.loses(words))
        assert 300 < opened < most, (key, opened)
        assert 300 < closed < most, (key, closed)


def _written(terminal, key, until):
    before = len(terminal.raw)
    terminal.press(key)
    until()
    _at_rest(terminal)
    return len(terminal.raw) - before


def _at_rest(terminal):
    came = -1
    while came != len(terminal.raw):
        came = len(terminal.raw)
        terminal.waits(0.5)
