"""What stands on the terminal is what the program means to show, whatever keys came before: a walk of chance through
all commands, after each key of which a whole repaint must change nothing.

The program paints what it takes to be changed. A part that it forgets keeps rows of customers that are not there, and
no test that asks the program what it shows would ever see that.
"""

import random
from pathlib import Path

import pytest
from textual.keys import key_to_character

from tests.harness.terminal import BACK_TAB, DOWN, END, ENTER, ESCAPE, F2, LEFT, RIGHT, TAB, UP
from tui_reseller.tui.commands import COMMANDS

pytestmark = pytest.mark.terminal

REPAINT = "\x0c"
QUIET = 0.45
"""Longer than the program waits before it counts what views hold (tui/profile_context.py)."""
STEPS = 25
LEAVING = {"app.quit", "app.suspend", "screen.repaint"}
LETTERS = sorted({
    character
    for command in COMMANDS
    if command.id not in LEAVING
    for key in command.keys
    if (character := key_to_character(key)) is not None
})  # fmt: skip
MOVING = [UP, DOWN, LEFT, RIGHT, END, TAB, BACK_TAB, ENTER, "\x1b[5~", "\x1b[6~", "\x1b[H"]
SIZES = ((80, 24), (120, 40))


def test_all_commands_have_a_key_in_the_walk():
    assert len(LETTERS) > 40


@pytest.mark.parametrize(
    ("seed", "steps"), [(1, 6), *(pytest.param(seed, STEPS, marks=pytest.mark.long) for seed in range(8))]
)
def test_a_repaint_changes_nothing(demo, seed, steps):
    chance = random.Random(seed)
    terminal, _sandbox = demo("--provider", chance.choice(["reseller-v2", "subusers-v3"]), size=SIZES[seed % 2])
    pressed: list[object] = []
    for _step in range(steps):
        for key in _keys(chance):
            pressed.append(key)
            terminal.press(key)
        shown = _at_rest(terminal)
        terminal.press(REPAINT)
        meant = _at_rest(terminal)
        changed = [line for line in range(terminal.lines) if shown[line] != meant[line]]
        assert not changed, (
            f"after {pressed}:\n{_differences(shown, meant, changed)}\n{_texts(shown)}\n---\n{_texts(meant)}"
        )


def _keys(chance: random.Random) -> list[bytes | str]:
    """Return the next keys: a command, two in one burst, a step in what is open, or the way out of it."""
    match chance.choices(["command", "burst", "sort", "move", "leave", "commit"], [8, 3, 3, 4, 6, 1])[0]:
        case "command":
            return [chance.choice(LETTERS)]
        case "burst":
            return ["".join(chance.choices(LETTERS, k=2))]
        case "sort":
            return [ESCAPE, ESCAPE, "s", chance.choice("uesn")]
        case "move":
            return [chance.choice(MOVING)]
        case "leave":
            return [ESCAPE]
        case _:
            return [F2]


def _at_rest(terminal) -> list[list[object]]:
    """Return the cells of the screen when nothing has come for a moment, and the program had nothing to do: what each
    shows, and how.
    """
    before = None
    while before != (before := (len(terminal.raw), *_work_of(terminal.child.pid))) or before[1] != "S":
        terminal.waits(QUIET)
    _ = terminal.text
    buffer = terminal.screen.buffer
    return [[_seen(buffer[line][column]) for column in range(terminal.columns)] for line in range(terminal.lines)]


def _work_of(pid: int) -> tuple[str, str]:
    """Return the state of a process (S: it sleeps), and the time that it has worked so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return fields[0], fields[11]


def _seen(cell):
    """A blank has no colour of text."""
    is_bare = cell.data == " " and not (cell.reverse or cell.underscore or cell.strikethrough)
    return cell._replace(fg="", bold=False, italics=False) if is_bare else cell


def _texts(cells) -> str:
    return "\n".join("".join(cell.data for cell in line) for line in cells)


def _differences(shown, meant, lines) -> str:
    """Say of each line that differs what its first such cell shows, and what it should."""
    firsts = (
        (line, next(pair for pair in zip(shown[line], meant[line], strict=True) if pair[0] != pair[1]))
        for line in lines
    )
    return "\n".join(f"line {line}: {one} instead of {two}" for line, (one, two) in firsts)
