"""A reason in the operator's own editor: it has the terminal, and whatever it does, what was typed is not lost."""

import sys

import pytest

from tests.harness.terminal import CTRL_O, ESCAPE

pytestmark = pytest.mark.terminal

EDITOR = """
import sys
path, how = sys.argv[2], sys.argv[1]
typed = open(path).read()
if how == "asks":
    answer = input("The editor has: " + typed.strip() + " - and? ")
    open(path, "w").write(typed.strip() + "\\nand " + answer + " \\x1b[31mred\\u202e\\n\\n")
"""


def form(demo, home, editor):
    program = home / "editor.py"
    program.write_text(EDITOR)
    terminal, sandbox = demo(EDITOR=editor or f"{sys.executable} {program} asks", VISUAL="")
    terminal.press("d")
    terminal.sees("Disable sending", "Reason")
    terminal.type("unpaid")
    terminal.sees("unpaid")
    return terminal, sandbox


def test_the_editor_has_the_terminal_and_what_it_leaves_is_made_harmless(demo, home):
    terminal, sandbox = form(demo, home, "")
    terminal.press(CTRL_O)
    terminal.sees("The editor has: unpaid - and?")
    terminal.type("late\r")
    terminal.sees("Disable sending", "unpaid and late ", "red")
    assert "\x1b[31m" not in terminal.raw.decode("utf-8", "replace").split("and?")[-1]
    assert "The editor has" not in terminal.text  # all is painted again
    assert not list(home.rglob("text.txt"))
    terminal.press(ESCAPE)
    terminal.loses("Disable sending")
    terminal.sees("user1", "Enable")
    assert sandbox.log() == []


@pytest.mark.parametrize(("editor", "words"), [("no-such-editor", "cannot be started"), ("false", "ended with 1")])
def test_an_editor_that_fails_or_is_not_there_leaves_what_was_typed(demo, home, editor, words):
    terminal, _ = form(demo, home, editor)
    terminal.press(CTRL_O)
    terminal.sees(words, "Disable sending", "unpaid")
    terminal.type(" since May")
    terminal.sees("unpaid since May")
