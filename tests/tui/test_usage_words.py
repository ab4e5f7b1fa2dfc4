"""Words on usage: lines of one width whatever a customer is called, and of one number whatever is known."""

from datetime import UTC, date, datetime

import pytest
from rich.cells import cell_len

from tests.harness import hostile
from tui_reseller.domain.errors import NotPermitted
from tui_reseller.domain.ranking import RANKINGS
from tui_reseller.domain.usage import Credits, Period, Ranked, Sample, Series, Totals
from tui_reseller.services.known_usage import Ranking, Standing, Usage
from tui_reseller.tui.presenters import usage as words
from tui_reseller.tui.presenters.detail import NO_USAGE

NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)
PERIOD = Period(date(2026, 2, 22), date(2026, 3, 7))
METRICS = {"requests": 12345678, "processed": 12000000, "delivered": 11345678, "bounces": 300000, "spam_reports": 900}
NOTHING = {"delivered": 0}
FULL = Usage(
    Series(PERIOD, dict.fromkeys(PERIOD.points, METRICS)),
    Series(PERIOD.before, dict.fromkeys(PERIOD.before.points, METRICS)),
    NOW,
)
EMPTY = Usage(Series(PERIOD, {}), Series(PERIOD.before, {}), NOW)
SILENT = Usage(Series(PERIOD, dict.fromkeys(PERIOD.points, NOTHING)), FULL.before, NOW)
REFUSED = NotPermitted("access forbidden", scope="x", hint='the key may not have the permission "x"')
STANDING = Standing(NOW, 98.5, Credits("recurring", 12_000_000), (REFUSED,), (Sample(date(2026, 3, 7), 97),))


@pytest.mark.parametrize("usage", [None, FULL, EMPTY, SILENT])
@pytest.mark.parametrize("standing", [None, STANDING, Standing(NOW)])
@pytest.mark.parametrize("trouble", [None, REFUSED])
def test_the_detail_has_always_as_many_rows(usage, standing, trouble):
    rows = words.detail_rows(usage, standing, trouble)
    assert len(rows) == len(NO_USAGE)
    assert all(text for _, text in rows)


def test_who_fell_silent_is_said_to_have():
    assert "0, none after 02-21" in words.detail_rows(SILENT, STANDING, None)[1][1]
    assert any(
        "Nothing is delivered since 2026-02-21" in line for line in words.page_lines(SILENT, None, "opens", 80, 30)
    )


@pytest.mark.parametrize(("width", "height"), [(78, 22), (118, 38), (58, 13)])
@pytest.mark.parametrize("usage", [FULL, EMPTY, SILENT])
def test_the_page_fits(width, height, usage):
    lines = words.page_lines(usage, STANDING, "delivered", width, height)
    assert len(lines) <= height
    assert max(map(cell_len, lines)) <= width


def test_reputations_as_they_were_are_on_the_page():
    text = "\n".join(words.page_lines(FULL, STANDING, "delivered", 78, 30))
    assert "reputation 98.5   12,000,000 credits left   by day, as read here: 97 (03-07)" in text
    assert 'the permission "x"' in text


@pytest.mark.parametrize("many", [1, 10**4])
@pytest.mark.parametrize("name", RANKINGS)
def test_a_ranking_fits_beside_its_titles(name, many):
    sums = Totals({metric: figure * many for metric, figure in METRICS.items()})
    one = Ranked("ann", sums, sums, date(2026, 3, 1))
    found = Ranking(name, PERIOD, (one,), NOW, 1, is_whole=True)
    assert len(words.ranking_line(found, 200, one)) == len(words.ranking_head(found)) <= 77


@pytest.mark.parametrize("username", hostile.SIXTY)
def test_no_username_moves_a_column_or_acts_on_the_terminal(username):
    one = Ranked(username, Totals(METRICS))
    found = Ranking("delivered", PERIOD, (one,), NOW, 1, is_whole=True)
    line = words.ranking_line(found, 1, one)
    assert hostile.is_harmless(line)
    assert cell_len(line) == len(words.ranking_head(found))
    assert hostile.is_harmless(words.page_title(username, FULL, NOW))


def test_who_hears_the_page_is_told_figures_and_no_bars():
    lines = words.spoken_lines(FULL, STANDING, "delivered", 40)
    assert "03-07: 11,345,678, 11,345,678 before" in lines
    assert lines.index("03-07: 11,345,678, 11,345,678 before") < lines.index("02-22: 11,345,678, 11,345,678 before")
    assert not any(sign in line for line in lines for sign in ("#", "--", "|"))
    assert len(words.spoken_lines(FULL, STANDING, "delivered", 20)) == 20
