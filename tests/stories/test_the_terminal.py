"""What the terminal is, and what the environment only says: its size, and whether a shell is above it."""

import time
from pathlib import Path

import pytest

from tests.harness.sandbox import Sandbox, free_port
from tests.harness.terminal import CTRL_Q, CTRL_Z, ESCAPE, F2, READING, environment, processes_with, program
from tests.harness.waiting import until

pytestmark = pytest.mark.terminal
DEMO = ("demo", "--port", "0", "--customers", "40")


@pytest.mark.parametrize("said", [(160, 50), (20, 5), (0, 0), ("x", "y")], ids=str)
@pytest.mark.in_turn(3)
def test_the_size_is_the_terminals_own_whatever_is_exported(demo, said):
    terminal, _ = demo(COLUMNS=str(said[0]), LINES=str(said[1]))
    assert "Filter" in terminal.text.splitlines()[-1], "the last line is the footer"
    terminal.press("d")
    terminal.sees("Disable sending", "Reason", "[Cancel]")
    terminal.press(ESCAPE)
    terminal.loses("Reason")
    terminal.resize(100, 30)
    terminal.sees("user1")
    until("the footer is at the bottom", lambda: "Filter" in terminal.text.splitlines()[-1])


PLACES = {
    "list": ("", ("complete",)), "filter": ("/user1", ("complete",)), "form": ("d", ("Disable sending", "Reason")),
    "editor": ("i", ("First name",)), "menu": ("x", ("Rename",)), "page": ("?", ("Help: keys",)),
    "question": ("ixx\x1b", ("discard",)),
}  # fmt: skip
"""Where the operator is: what is typed to get there, and what is seen then."""

STARTED = [*((place, False) for place in PLACES), ("list", True), ("filter", True), ("form", True)]
"""There, and whether a script started us."""


def go_to(terminal, place):
    typed, seen = PLACES[place]
    terminal.sees("complete", "user1")
    for key in typed:
        terminal.press(key)
        if key == "i":
            terminal.sees("First name")
    terminal.sees(*seen)


@pytest.mark.in_turn(4)
@pytest.mark.parametrize(("place", "script"), STARTED)
def test_without_a_shell_above_ctrl_z_says_so(opened, home, place, script):
    """As `ssh -t HOST tui-reseller`: nobody would bring it back."""
    command = ["/bin/sh", "-c", '"$@"; true', "sh", *program(*DEMO)] if script else program(*DEMO)
    terminal = opened(command, environment(home))
    go_to(terminal, place)
    terminal.press(CTRL_Z)
    terminal.sees("no shell to go to", *PLACES[place][1])
    if place == "filter":
        terminal.press("2")
        terminal.sees("user12")


def stands_still(home):
    """Whether the program is stopped: a script around it is a moment before it, and the shell looks at that."""
    states = [
        Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        for pid, line in processes_with(str(home))
        if "-m tui_reseller" in line and "sh -c" not in line
    ]
    return states == ["T"]


@pytest.mark.in_turn(4)
@pytest.mark.parametrize(("place", "script"), STARTED)
def test_a_shell_above_gets_the_terminal_and_gives_it_back(opened, home, place, script):
    terminal = opened(["bash", "--norc", "--noprofile", "-i"], environment(home, PS1="shell$ "))
    terminal.sees("shell$")
    words = " ".join(program(*DEMO))
    terminal.type(f"sh -c '{words}; true'\r" if script else f"{words}\r")
    go_to(terminal, place)
    terminal.press(CTRL_Z)
    terminal.sees("Stopped", "shell$")
    until("it stands still", lambda: stands_still(home))
    terminal.type("fg\r")
    terminal.sees(*PLACES[place][1])


def test_what_is_typed_behind_fg_does_not_do_what_the_form_says(opened, home):
    terminal = opened(["bash", "--norc", "--noprofile", "-i"], environment(home, PS1="shell$ "))
    terminal.sees("shell$")
    port = free_port()
    terminal.type(" ".join(program("demo", "--port", str(port), "--customers", "40")) + "\r")
    go_to(terminal, "form")
    time.sleep(READING)
    terminal.press(CTRL_Z)
    terminal.sees("Stopped", "shell$")
    until("it stands still", lambda: stands_still(home))
    terminal.type("fg\r\x1bOQ")
    terminal.sees("That came too fast", "Disable sending")
    assert Sandbox.at(port).log() == []
    time.sleep(READING)
    terminal.press(F2)
    until("it is done", lambda: len(Sandbox.at(port).log()) == 1)


def test_from_the_first_run_one_comes_to_the_shell_too(opened, home):
    terminal = opened(["bash", "--norc", "--noprofile", "-i"], environment(home, PS1="shell$ "))
    terminal.sees("shell$")
    terminal.type(" ".join(program()) + "\r")
    terminal.sees("2   Connect")
    terminal.press(CTRL_Z)
    terminal.sees("Stopped", "shell$")
    until("it stands still", lambda: stands_still(home))
    terminal.type("fg\r")
    terminal.sees("2   Connect")


@pytest.mark.in_turn(3)
@pytest.mark.parametrize("place", [place for place in PLACES if place not in {"list", "filter"}])
def test_ctrl_q_in_a_dialog_says_why_nothing_happens(opened, home, place):
    terminal = opened(program(*DEMO), environment(home))
    go_to(terminal, place)
    terminal.press(CTRL_Q)
    terminal.sees("Esc leaves it", *PLACES[place][1])
