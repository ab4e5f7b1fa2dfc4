"""Days of metrics: gaps are no zeros, periods are whole days, shares and changes say nothing where nothing is known."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reseller.domain.ranking import ORDERS, ranked_by
from tui_reseller.domain.usage import (
    Period,
    Ranked,
    Series,
    Step,
    Totals,
    change,
    changed,
    fell_silent,
    means,
    number,
    percent,
)

TODAY = date(2026, 3, 1)


def series(*delivered: int | None) -> Series:
    period = Period.of_days(len(delivered), TODAY)
    told = {day: {"delivered": value} for day, value in zip(period.points, delivered, strict=True) if value is not None}
    return Series(period, told)


def test_a_period_ends_with_yesterday() -> None:
    week = Period.of_days(7, TODAY)
    assert (week.first, week.last, week.days, len(week.points)) == (date(2026, 2, 22), date(2026, 2, 28), 7, 7)
    assert (week.before.first, week.before.last) == (date(2026, 2, 15), date(2026, 2, 21))


def test_months_end_with_that_of_yesterday() -> None:
    year = Period.of_months(13, TODAY)
    assert (year.first, year.last) == (date(2025, 2, 1), date(2026, 2, 28))
    assert year.points[0] == date(2025, 2, 1)
    assert year.points[-1] == date(2026, 2, 1)
    assert len(year.points) == 13
    assert (year.before.first, year.before.last, len(year.before.points)) == (date(2024, 1, 1), date(2025, 1, 31), 13)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 400), st.sampled_from(Step))
def test_a_period_and_the_one_before_meet_and_have_as_many_points(today: date, count: int, step: Step) -> None:
    period = Period.of_days(count, today) if step is Step.DAY else Period.of_months(count, today)
    assert len(period.points) == len(period.before.points) == count
    assert period.before.last + timedelta(days=1) == period.first
    assert list(period.points) == sorted(set(period.points))


def test_a_day_that_is_missing_is_a_gap_and_in_no_sum() -> None:
    found = series(5, None, 0, 7)
    assert found.values("delivered") == (5, None, 0, 7)
    assert found.gaps == 1
    assert found.totals.get("delivered") == 12
    assert found.totals.get("bounces") is None
    assert series(None, None).totals.get("delivered") is None


def test_a_part_has_only_what_is_in_it() -> None:
    found = series(1, 2, 3, 4)
    half = Period.of_days(2, TODAY)
    assert found.part(half).values("delivered") == (3, 4)
    assert found.part(half.before).values("delivered") == (1, 2)


@pytest.mark.parametrize(
    ("sums", "bounced", "reported"),
    [
        ({"bounces": 5, "processed": 100, "spam_reports": 1, "delivered": 50}, 0.05, 0.02),
        ({"bounces": 0, "processed": 0, "spam_reports": 0, "delivered": 0}, None, None),
        ({}, None, None),
        ({"bounces": 5}, None, None),
    ],
)
def test_shares(sums: dict[str, int], bounced: float | None, reported: float | None) -> None:
    assert (Totals(sums).bounce_share, Totals(sums).spam_share) == (bounced, reported)


def test_a_change_needs_something_before() -> None:
    assert (change(15, 10), change(0, 10), change(3, 0), change(None, 3), change(3, None)) == (
        0.5,
        -1,
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("delivered", "last"),
    [
        ((5, 0, 0, 0, 0), date(2026, 2, 24)),
        ((5, None, None, None, None), date(2026, 2, 24)),
        ((9, 5, 0, None, 0, 0), date(2026, 2, 24)),
        ((5, 0, 0, 0), None),  # a weekend, with a holiday
        ((0, 0, 0, 0, 0, 0), None),
        ((0, 0, 0, 0, 0, 3), None),
        ((None,) * 6, None),
    ],
)
def test_who_sent_and_sends_no_more_fell_silent(delivered: tuple[int | None, ...], last: date | None) -> None:
    whole = series(*delivered)
    half = Period.of_days(3, TODAY)
    parts = whole.part(Period(whole.period.first, half.before.last)), whole.part(half)
    assert fell_silent(whole) == fell_silent(*parts) == last


@pytest.mark.parametrize(
    ("share", "words"), [(None, "-"), (0.0, "0.00 %"), (0.0123, "1.2 %"), (0.5, "50 %"), (0.00071, "0.07 %")]
)
def test_shares_in_words(share: float | None, words: str) -> None:
    assert percent(share) == words


def test_numbers_in_words() -> None:
    assert (number(1234567), number(0), number(None)) == ("1,234,567", "0", "-")
    assert (changed(0.5), changed(-1), changed(12.3), changed(None)) == ("+50 %", "-100 %", "+1,230 %", "-")


def test_where_columns_are_shared_each_has_the_mean_of_what_is_known() -> None:
    assert means([1, 3, None, 5, None, None, 9], 4) == ([2, 5, None, 9], 2)
    assert means([1, None], 10) == ([1, None], 1)
    assert means([], 10) == ([], 1)


def ranked(name: str, now: dict[str, int], before: dict[str, int] | None = None) -> Ranked:
    return Ranked(name, Totals(now), None if before is None else Totals(before))


def test_orders_of_ours() -> None:
    people = [
        ranked("few", {"processed": 1, "bounces": 1, "delivered": 1, "spam_reports": 1}, {"delivered": 1}),
        ranked("bad", {"processed": 1000, "bounces": 300, "delivered": 700, "spam_reports": 1}, {"delivered": 700}),
        ranked("spam", {"processed": 1000, "bounces": 1, "delivered": 900, "spam_reports": 90}, {"delivered": 100}),
        ranked("gone", {"processed": 0, "bounces": 0, "delivered": 0, "spam_reports": 0}, {"delivered": 400}),
        ranked("left", {}, {"delivered": 500}),
        ranked("never", {"delivered": 0}, {"delivered": 0}),
        ranked("new", {"delivered": 800}, None),
    ]
    found = {name: [one.username for one in ranked_by(name, people, 10)] for name in ORDERS}
    assert found == {
        "bounce_share": ["bad", "spam"],
        "spam_share": ["spam", "bad"],
        "growth": ["spam", "bad", "gone"],
        "silence": ["left", "gone"],
    }
    assert [one.username for one in ranked_by("silence", people, 1)] == ["left"]
