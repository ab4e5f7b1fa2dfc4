"""What a thin line carries: nothing is written twice."""

import pytest

from tests.harness.terminal import ESCAPE

pytestmark = pytest.mark.terminal
HEADER = b" DEMO "


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
