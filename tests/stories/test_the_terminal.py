"""What the terminal is, and what the environment only says: its size, and whether a shell is above it."""

import pytest

from tests.harness.terminal import CTRL_Z, ESCAPE, environment, program
from tests.harness.waiting import until

pytestmark = pytest.mark.terminal
DEMO = ("demo", "--port", "0", "--customers", "40")


@pytest.mark.parametrize("said", [(160, 50), (20, 5), (0, 0), ("x", "y")], ids=str)
def test_the_size_is_the_terminals_own_whatever_is_exported(demo, said):
    terminal, _ = demo(COLUMNS=str(said[0]), LINES=str(said[1]))
    assert "Filter" in terminal.text.splitlines()[-1], "the last line is the footer"
    terminal.press("d")
    terminal.sees("Stop sending", "Reason", "[Cancel]")
    terminal.press(ESCAPE)
    terminal.loses("Reason")
    terminal.resize(100, 30)
    terminal.sees("user1")
    until("the footer is at the bottom", lambda: "Filter" in terminal.text.splitlines()[-1])


@pytest.mark.parametrize("in_filter", [False, True], ids=["list", "filter"])
@pytest.mark.parametrize("script", [False, True], ids=["alone", "by a script"])
def test_without_a_shell_above_ctrl_z_says_so(opened, home, in_filter, script):
    """As `ssh -t HOST tui-reseller`: nobody would bring it back."""
    command = ["/bin/sh", "-c", '"$@"; true', "sh", *program(*DEMO)] if script else program(*DEMO)
    terminal = opened(command, environment(home))
    terminal.sees("complete", "user1")
    if in_filter:
        terminal.press("/")
        terminal.type("user1")
        terminal.sees("user1")
    terminal.press(CTRL_Z)
    terminal.sees("no shell to go to")
    terminal.press("2" if in_filter else "j")
    terminal.sees("user12" if in_filter else "user1")


@pytest.mark.parametrize("in_filter", [False, True], ids=["list", "filter"])
@pytest.mark.parametrize("script", [False, True], ids=["alone", "by a script"])
def test_a_shell_above_gets_the_terminal_and_gives_it_back(opened, home, in_filter, script):
    terminal = opened(["bash", "--norc", "--noprofile", "-i"], environment(home, PS1="shell$ "))
    terminal.sees("shell$")
    words = " ".join(program(*DEMO))
    terminal.type(f"sh -c '{words}; true'\r" if script else f"{words}\r")
    terminal.sees("complete", "user1")
    if in_filter:
        terminal.press("/")
    terminal.press(CTRL_Z)
    terminal.sees("Stopped", "shell$")
    terminal.type("fg\r")
    terminal.sees("complete", "user1")
