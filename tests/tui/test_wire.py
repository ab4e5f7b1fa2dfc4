"""What goes over the line paints what the screen library meant, with fewer bytes."""

import random

import pyte
import pytest
from rich.style import Style

from tui_reseller.tui.wire import Wire

SIZE = (60, 12)
STYLES = [
    Style.parse(words)
    for words in (
        "#e4e4e4 on #121212", "bold #e4e4e4 on #121212", "bold #000000 on #ffaf5f", "#bcbcbc on #1c1c1c", "reverse",
        "underline #bcbcbc on #121212", "bold underline #5fafff on #121212", "bold red on default", "dim white",
        "bold dim green", "italic strike #5fafff",
    )
]  # fmt: skip
TEXTS = ["acme", "a b", "  ", " x ", "mueller-und-söhne", "日本", "кот", "நமி", "❤️", "1"]


@pytest.mark.parametrize("seed", range(20))
def test_the_same_is_painted(seed):
    chance = random.Random(seed)
    painting = "\n".join(_line(chance, row) for row in range(SIZE[1]))
    wire = Wire()
    written = wire.spared(painting)
    assert _shown(written) == _shown(painting)
    assert len(written) < len(painting)
    assert _shown(written + "after")[0][0] == _shown(painting + "after")[0][0]  # nothing of a style is left
    for _more in range(8):  # some lines more, over what is there
        more = "".join(_line(chance, row) for row in chance.sample(range(SIZE[1]), 3))
        painting, written = painting + more, written + wire.spared(more)
        assert _shown(written) == _shown(painting)


def test_only_what_changes_is_said():
    soft, bold = "38;5;250;48;5;233", "1;38;5;254;48;5;233"
    painting = f"\x1b[3;1H\x1b[{bold}mann\x1b[0m\x1b[3;4H\x1b[{soft}m a@b\x1b[0m\x1b[3;8H\x1b[{soft}m.c\x1b[0m"
    assert Wire().spared(painting) == f"\x1b[3;1H\x1b[{bold}mann\x1b[22;38;5;250m a@b.c\x1b[0m"


def test_a_place_is_said_again_behind_a_text_that_may_be_of_any_width():
    assert Wire().spared("\x1b[1;1Hநமி\x1b[1;4Hon") == "\x1b[1;1Hநமி\x1b[1;4Hon"
    assert Wire().spared("\x1b[1;1Hann\x1b[1;4Hon") == "\x1b[1;1Hannon"
    assert Wire().spared("\x1b[1;1Hann\x1b[1;9Hon") == "\x1b[1;1Hann\x1b[9Gon"


def test_what_stands_there_is_not_said_again():
    wire, row = Wire(), "\x1b[1;1Hann\x1b[1;9Hon\x1b[2;1Hbob"
    assert wire.spared(row) == row.replace("1;9H", "9G").replace("\x1b[2;1H", "\x1b[2;1H")
    assert wire.spared(row) == ""
    assert wire.spared("\x1b[1;2HXX\x1b[2;1Hbob") == "\x1b[1;2HXX"
    assert wire.spared(row) == "\x1b[1;1Hann"
    wire.forget()
    assert "bob" in wire.spared(row)


def _line(chance, row):
    """Return a line as it comes: every text with its style, some with a move before them, some told their column."""
    column, line = 1, f"\x1b[{row + 1};1H"
    while column < SIZE[0] - 24:
        match chance.randrange(4):
            case 0:
                line += f"\x1b[{row + 1};{column}H"
            case 1:
                column += 3
                line += f"\x1b[{column}G" + chance.choice(STYLES).render("\x1b[4X")
            case _:
                line += f"\x1b[{column}G"
        text = chance.choice(TEXTS)
        line += chance.choice([*STYLES, Style()]).render(text)
        column += 20 if not text.isascii() else len(text)
    return line


def _shown(painting):
    screen = pyte.Screen(*SIZE)
    screen.set_mode(pyte.modes.LNM)
    pyte.Stream(screen).feed(painting)
    return [[_seen(screen.buffer[row][column]) for column in range(SIZE[0])] for row in range(SIZE[1])]


def _seen(cell):
    """Return what is seen of a cell: a blank has no colour of letters, unless in reverse or with a line."""
    is_blank = cell.data == " " and not (cell.reverse or cell.underscore or cell.strikethrough)
    return cell._replace(fg="default", bold=False, italics=False, blink=False) if is_blank else cell
