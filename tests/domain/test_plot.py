"""Plots: the same lines everywhere, never wider than asked for, gaps that are no zeros."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reseller.domain.plot import Plot, nice_top, plotted, short_number

FIGURES = st.lists(st.none() | st.integers(0, 10**10), max_size=100)


def test_a_plot() -> None:
    plot = Plot("delivered", ["Mon", "Tue", "Wed", "Thu"], [10, 0, None, 5], [5, 5, 5, 10])
    assert plotted(plot, 40, 4) == [
        "delivered   # now  - before  = both",
        "   10 |#####             -----",
        "      |#####",
        "    5 |===== ----- ----- #####",
        "      |#####             #####",
        "    0 +------------      ------",
        "       Mon   Tue   Wed   Thu",
    ]


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("count", [7, 13, 30, 90])
def test_all_periods_fit(width: int, count: int) -> None:
    plot = Plot("x", [f"{at + 1:02}-01" for at in range(count)], list(range(count)), list(range(count)))
    lines = plotted(plot, width, 8)
    assert len(lines) == 11
    assert max(map(len, lines)) <= width
    bars = lines[1 + 7][7:]
    assert len(bars.rstrip()) > 35


def test_ninety_days_share_columns_where_there_is_no_room() -> None:
    plot = Plot("x", [""] * 90, list(range(90)))
    assert "means of 2" in plotted(plot, 80, 4)[0]
    assert "mean" not in plotted(plot, 120, 4)[0]


def test_what_is_little_is_not_nothing() -> None:
    rows = plotted(Plot("x", ["", "", ""], [1_000_000, 1, 0]), 30, 3)
    assert rows[3] == "      |##### #####"
    assert rows[1] == "   1M |#####"


def test_a_gap_breaks_the_line_and_a_zero_does_not() -> None:
    ground = plotted(Plot("x", [""] * 3, [1, None, 0]), 30, 2)[-2]
    assert ground == "    0 +------      ------"


@pytest.mark.parametrize(("width", "legend"), [(80, "   # now  - before  = both"), (30, "  # now - before"), (20, "")])
def test_the_signs_are_explained_where_there_is_something_before(width: int, legend: str) -> None:
    assert plotted(Plot("opens", ["1"], [1], [2]), width, 3)[0] == f"opens{legend}"
    assert plotted(Plot("opens", ["1"], [1]), width, 3)[0] == "opens"


@given(FIGURES, FIGURES, st.integers(-5, 200), st.integers(2, 12))
def test_any_figures_fit(values: list[int | None], before: list[int | None], width: int, height: int) -> None:
    lines = plotted(Plot("title", ["01-01"] * len(values), values, before), width, height)
    assert len(lines) == height + 3
    assert max(map(len, lines)) <= max(20, width)
    assert all(line.isascii() and line.isprintable() for line in lines)


@given(st.floats(0, 1e13))
def test_a_scale_ends_above_all(value: float) -> None:
    assert nice_top(value) >= value
    assert len(short_number(nice_top(value))) <= 5


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.5, "0.5"), (2.5, "2.5"), (20, "20"), (500, "500"), (2_500, "2.5k"), (50_000, "50k"), (1_000_000, "1M")],
)
def test_numbers_are_short(value: float, words: str) -> None:
    assert short_number(value) == words
