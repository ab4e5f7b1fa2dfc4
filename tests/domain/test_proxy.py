"""The password in a proxy's address: found however it is written, and never in what is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reseller.domain.profile import Profile
from tui_reseller.domain.proxy import user_in, without_password


@pytest.mark.parametrize(
    ("address", "shown", "password"),
    [
        ("http://kim:pw@proxy:3128", "http://kim@proxy:3128", "pw"),
        ("https://kim:p%40w@proxy", "https://kim@proxy", "p@w"),
        ("http://kim:p@w@proxy:3128", "http://kim@proxy:3128", "p@w"),
        ("http://kim:p:w@proxy:3128", "http://kim@proxy:3128", "p:w"),
        ("http://kim:p/w?x#y@proxy:3128/", "http://kim@proxy:3128/", "p/w?x#y"),
        ("http://:pw@proxy:3128", "http://@proxy:3128", "pw"),
        ("kim:pw@proxy:3128", "kim@proxy:3128", "pw"),
        ("socks5h://kim:pw@[::1]:1080", "socks5h://kim@[::1]:1080", "pw"),
        (" http://kim:p\nw@proxy:3128 ", "http://kim@proxy:3128", "p\nw"),
        ("HTTP://kim:pw@[", "HTTP://kim@[", "pw"),
        ("http://k/m:pw@proxy", "http://k/m@proxy", "pw"),
        ("http://k@m:pw@proxy", "http://k@m@proxy", "pw"),
        ("h ttp://kim:pw@proxy", "h ttp@proxy", "//kim:pw"),
        ("http://kim%3A:pw@proxy", "http://kim%3A@proxy", "pw"),
    ],
)
def test_a_password_is_taken_out(address, shown, password):
    found, secret = without_password(address)
    assert (found, secret.reveal()) == (shown, password)
    assert without_password(found) == (found, None)


@pytest.mark.parametrize(
    "address", ["", "http://proxy:3128", "http://kim@proxy:3128", "http://kim:@proxy:3128", "http://[::1]:3128", "odd"]
)
def test_what_has_none_stays_as_it_is(address):
    assert without_password(address) == (address, None)


@pytest.mark.parametrize(
    ("address", "user"),
    [
        ("http://kim@proxy:3128", "kim"), ("http://k%40m@proxy", "k@m"), ("kim@proxy", "kim"),
        ("http://@proxy", ""), ("http://kim@[::1]:3128", "kim"), ("http://k/m@proxy", "k/m"),
        ("", None), ("http://proxy:3128", None), ("http://kim:@proxy:3128", None), ("http://[::1]:3128", None),
    ],
)  # fmt: skip
def test_a_user_needs_a_password(address, user):
    assert user_in(address) == user
    assert Profile("acme", "a", proxy=address).wants_proxy_password == (user is not None)


@given(st.text(st.characters(exclude_characters=":%", exclude_categories=["Cs"])), st.text(min_size=1))
def test_any_password_is_taken_out(user, password):
    shown, secret = without_password(f"http://{user}:{password}@proxy:3128")
    assert shown == f"http://{user}@proxy:3128"
    assert secret is not None
    assert user_in(shown) == user
    assert "%" in password or secret.reveal() == password


def test_a_profile_says_no_password():
    proxy, password = without_password("http://kim:canary@proxy")
    profile = Profile("acme", "a", proxy=proxy, proxy_password=password)
    assert "canary" not in f"{profile!r}{profile!s}{profile}"
