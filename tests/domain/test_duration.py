"""Lengths of time as an operator writes them."""

from datetime import UTC, datetime, timedelta

import pytest

from tui_reseller.domain.duration import read_duration
from tui_reseller.domain.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30s", timedelta(seconds=30)),
        ("10m", timedelta(minutes=10)),
        ("2h", timedelta(hours=2)),
        ("7d", timedelta(days=7)),
        (" 7D ", timedelta(days=7)),
        ("0d", timedelta(0)),
        ("007s", timedelta(seconds=7)),
        ("999999s", timedelta(seconds=999_999)),
        ("36500d", timedelta(days=36_500)),
    ],
)
def test_a_number_and_a_unit_are_a_duration(text, expected):
    assert read_duration(text) == expected


@pytest.mark.parametrize(
    "text", ["", "7", "d", "7 d", "-7d", "+7d", "1.5h", "7w", "7days", "7d1h", "1000000s", "7d\n7d", "\x007d", "1e3s"]
)
def test_anything_else_is_refused_with_an_example(text):
    with pytest.raises(InvalidInput, match="a number with s, m, h or d, for example 10m"):
        read_duration(text)


@pytest.mark.parametrize("text", ["36501d", "999999d", "876001h"])
def test_more_than_a_hundred_years_are_refused(text):
    with pytest.raises(InvalidInput, match="at most 36500d"):
        read_duration(text)


@pytest.mark.parametrize("text", ["36500d", "876000h", "999999m"])
def test_every_duration_can_be_taken_from_today(text):
    assert datetime(2026, 1, 1, tzinfo=UTC) - read_duration(text) < datetime(2026, 1, 1, tzinfo=UTC)
