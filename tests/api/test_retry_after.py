"""When a service that is called too often wants to be asked again."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reseller.api.reply import Reply
from tui_reseller.api.retry_after import retry_after

DATE = ("date", "Sun, 06 Nov 1994 08:49:37 GMT")


def wait(*headers):
    return retry_after(Reply(429, headers, b""))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 1.5 ", 1.5),
        ("999999999", 21600.0),
        ("1e9", 21600.0),
        ("-1", 1.0),
        ("NaN", 1.0),
        ("inf", 1.0),
        ("9" * 5000, 1.0),
        ("", 1.0),
        ("soon", 1.0),
        ("Sun, 06 Nov 1994 08:50:37 GMT", 60.0),
        ("Sun, 06 Nov 1994 08:50:37 -0000", 60.0),
        ("Sun, 06 Nov 1994 08:48:37 GMT", 1.0),
        ("Sun, 06 Nov 2094 08:48:37 GMT", 21600.0),
        ("Sun, 99 Nov 1994 08:48:37 GMT", 1.0),
    ],
)
def test_retry_after(value, seconds):
    assert wait(DATE, ("retry-after", value)) == seconds


def test_first_of_two_counts():
    assert wait(("retry-after", "3"), ("retry-after", "9")) == 3.0


@pytest.mark.parametrize(("value", "seconds"), [("12", 12.0), ("784111837", 21600.0), ("x", 1.0), ("-3", 1.0)])
def test_rate_limit_reset(value, seconds):
    assert wait(DATE, ("x-ratelimit-reset", value)) == seconds


def test_unix_time_is_measured_from_the_date_of_the_reply():
    date = ("date", "Sun, 09 Sep 2001 01:46:41 GMT")
    assert wait(date, ("x-ratelimit-reset", "1000000031")) == 30.0
    assert wait(("retry-after", "2"), date, ("x-ratelimit-reset", "1000000031")) == 2.0


def test_our_clock_stands_in_for_a_missing_date():
    assert 50 < wait(("x-ratelimit-reset", str(int(time.time()) + 60))) <= 60


def test_nothing_given():
    assert wait() == 1.0


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(["retry-after", "x-ratelimit-reset"]))
def test_any_header_gives_a_bounded_wait(value, date, name):
    assert 0 <= wait((name, value), ("date", date)) <= 21600
