"""One key for one account however it is spelled, two for two; the same customer, a changed one, another one."""

import pytest

from tui_reseller.domain.account import account_key, is_spelling_of
from tui_reseller.domain.customer import Customer
from tui_reseller.domain.fingerprint import Likeness, fingerprint_from, fingerprint_of, likeness

V2 = "reseller-v2"
ONE = [
    ("https://api.sendgrid.com/apiv2", "acme"),
    ("https://API.SendGrid.com/apiv2", "Acme"),
    ("https://api.sendgrid.com:443/apiv2/", " acme"),
    ("https://sendgrid.com/apiv2", "ACME"),
]
LOCAL = [
    ("http://localhost:8025/apiv2", "acme"),
    ("http://127.0.0.1:8025/apiv2", "acme"),
    ("http://[::1]:8025/apiv2/", "Acme"),
]
DIFFERENT = [
    ("https://gw.example/a/apiv2", "acme"),
    ("https://gw.example/b/apiv2", "acme"),
    ("https://gw.example/A/apiv2", "acme"),
    ("https://gw.example:8443/a/apiv2", "acme"),
    ("https://gw.example/a/apiv2", "acme2"),
    ("https://api.sendgrid.com/apiv2", "acme"),
    ("http://localhost/apiv2", "acme"),
    ("http://localhost:8025/apiv2", "acme"),
]


@pytest.mark.parametrize("spellings", [ONE, LOCAL])
def test_spellings_of_one_account_have_one_key(spellings):
    assert len({account_key(V2, url, name) for url, name in spellings}) == 1


def test_different_accounts_have_different_keys():
    assert len({account_key(V2, url, name) for url, name in DIFFERENT}) == len(DIFFERENT)
    assert account_key(V2, *ONE[0]) != account_key("subusers-v3", *ONE[0])


@pytest.mark.parametrize(
    ("spelling", "url", "is_claimed"),
    [
        ("https://api.sendgrid.com|acme", "https://api.sendgrid.com/apiv2", True),
        ("https://sendgrid.com:443|Acme", "https://api.sendgrid.com/apiv2", True),
        ("http://127.0.0.1:8025|acme", "http://localhost:8025/x", True),
        ("https://gw.example|acme", "https://gw.example/a/apiv2", True),
        ("https://gw.example|acme", "https://gw.example/b/apiv2", True),
        ("https://gw.example:8443|acme", "https://gw.example/a", False),
        ("https://gw.example|acme2", "https://gw.example/a", False),
        ("http://gw.example|acme", "https://gw.example/a", False),
        ("nonsense", "https://gw.example/a", False),
    ],
)
def test_an_old_spelling_is_claimed_by_every_account_that_it_may_mean(spelling, url, is_claimed):
    assert is_spelling_of(spelling, account_key(V2, url, "acme")) is is_claimed


LUZ = Customer("luz", "luz@x.es", first_name="Luz", last_name="Marin")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (LUZ.with_values({"city": "Oslo", "sending": False}), Likeness.SAME),
        (LUZ.with_values({"email": "l@x.es"}), Likeness.CHANGED),
        (LUZ.with_values({"email": "l@x.es", "first_name": "Lu"}), Likeness.CHANGED),
        (LUZ.with_values({"email": "e@x.es", "first_name": "Eve", "last_name": "Lin"}), Likeness.ANOTHER),
        (LUZ.with_values({"email": None, "first_name": None, "last_name": None}), Likeness.ANOTHER),
    ],
)
def test_who_it_is_without_an_id(now, expected):
    assert likeness(fingerprint_of(LUZ), now) is expected


def test_an_id_decides_where_both_have_one():
    first = Customer("luz", "a", extra={"id": "7"})
    assert likeness(fingerprint_of(first), Customer("luz", "b", extra={"id": "7"})) is Likeness.SAME
    assert likeness(fingerprint_of(first), Customer("luz", "a", extra={"id": "8"})) is Likeness.ANOTHER
    assert likeness(fingerprint_of(first), Customer("luz", "a")) is Likeness.SAME


def test_a_fingerprint_is_read_back_and_nothing_known_fits_everybody():
    assert fingerprint_from(dict(fingerprint_of(LUZ))) == fingerprint_of(LUZ)
    assert likeness(fingerprint_from(None), LUZ) is Likeness.SAME
    assert fingerprint_from({"email": 7, "city": "x"}) == {}
