"""A line whose parts the terminal puts in their places: what becomes of it where the library cuts it."""

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tui_reseller.domain.cells import is_disputed, most_cells
from tui_reseller.tui.panes.anchored import AnchoredStrip, settled

STYLE = Style(bold=True)
PARTS = [(0, [Segment("    ", STYLE)]), (4, [Segment("தமிழ் ❤️ 👨‍👩‍👧".ljust(20), STYLE)]), (26, [Segment("off", STYLE)])]
WIDTH, LEFT = 40, 10


def line() -> AnchoredStrip:
    return AnchoredStrip(PARTS, LEFT, WIDTH, STYLE)


def test_each_part_is_behind_a_move_to_its_column() -> None:
    texts = [segment.text for segment in line()]
    assert texts[0] == f"\x1b[{LEFT + 1}G\x1b[{WIDTH}X"
    assert texts[texts.index("off") - 1] == f"\x1b[{LEFT + 27}G"
    assert texts[-1] == f"\x1b[{LEFT + WIDTH + 1}G"
    assert line().cell_length == WIDTH
    assert all(bool(segment.control) == segment.text.startswith("\x1b") for segment in line())


@pytest.mark.parametrize("cuts", [[40], [39, 40], [10, 40], [5, 27, 40], [3, 30, 39, 40], [28, 40]], ids=str)
def test_its_beginning_stays_such_a_line_and_the_rest_is_settled(cuts: list[int]) -> None:
    first, *rest = line().divide(cuts)
    assert isinstance(first, AnchoredStrip)
    assert [piece.cell_length for piece in (first, *rest)] == [
        end - begin for begin, end in zip([0, *cuts], cuts, strict=False)
    ]
    assert [*first][-1].text == f"\x1b[{LEFT + cuts[0] + 1}G"
    for piece in rest:
        assert not is_disputed(piece.text)
        assert cell_len(piece.text) == piece.cell_length
        assert "\x1b" not in piece.text
    shown = "".join(segment.text for segment in first if not segment.control) + "".join(piece.text for piece in rest)
    assert "off" in shown


@pytest.mark.parametrize(("start", "end"), [(0, 40), (0, 39), (0, 10), (5, 20), (26, 40), (0, 99)])
def test_a_stretch_of_it_has_its_length(start: int, end: int) -> None:
    assert line().crop(start, end).cell_length == min(end, WIDTH) - start


@pytest.mark.parametrize("width", [30, 12, 5, 1])
def test_no_part_reaches_beyond_its_room_by_any_measure(width: int) -> None:
    """The next pane's line is not painted again, and at the edge of the terminal it would wrap."""
    text = "👨‍👩‍👧 தமிழ்".ljust(40)
    parts = [(0, [Segment("ab", STYLE), Segment(text, STYLE)])]
    cells = [most_cells(found) for found, _, control in AnchoredStrip(parts, 0, width, STYLE) if not control]
    assert sum(cells) <= width
    assert width < 30 or sum(cells) == most_cells("ab" + text.rstrip())


def test_behind_a_dialog_nothing_of_disputed_width_stands() -> None:
    shown = settled(PARTS, WIDTH, STYLE).text
    assert not is_disputed(shown)
    assert cell_len(shown) == WIDTH
    assert shown.index("off") == 26
