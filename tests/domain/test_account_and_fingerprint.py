"""One key for one account however it is spelled, two for two; the same customer, a changed one, another one."""

import contextlib
import ipaddress
import socket
from itertools import product
from urllib.parse import unquote

import httpx
import pytest

from tests.harness.v2 import a_customer, fingerprint_of
from tui_reseller.domain.account import account_key, is_spelling_of
from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.fingerprint import Likeness, fingerprint_from, likeness
from tui_reseller.domain.profile import Profile, checked_base_url

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
    ("http://[0:0::1]:8025/apiv2/", "Acme"),
    ("http://[::ffff:127.0.0.1]:8025/apiv2/", "Acme"),
]
SIX = [(f"https://[{host}]/apiv2", "acme") for host in ("2001:db8::1", "2001:DB8:0::1", "2001:0db8:0:0:0:0:0:1")]
FOUR = [(f"https://{host}/apiv2", "acme") for host in ("10.0.0.1", "[::ffff:10.0.0.1]", "[::FFFF:a00:1]")]
DIFFERENT = [
    ("https://gw.example/a/apiv2", "acme"),
    ("https://gw.example/b/apiv2", "acme"),
    ("https://gw.example/A/apiv2", "acme"),
    ("https://gw.example:8443/a/apiv2", "acme"),
    ("https://gw.example/a/apiv2", "acme2"),
    ("https://api.sendgrid.com/apiv2", "acme"),
    ("http://localhost/apiv2", "acme"),
    ("http://localhost:8025/apiv2", "acme"),
    ("http://127.0.0.2:8025/apiv2", "acme"),
    ("http://127.1.0.1:8025/apiv2", "acme"),
]


@pytest.mark.parametrize("spellings", [ONE, LOCAL, SIX, FOUR])
def test_spellings_of_one_account_have_one_key(spellings):
    assert len({account_key(V2, url, name) for url, name in spellings}) == 1


SCHEMES = ("https", "HTTPS", "http")
USERS = ("", "user@", "user:key@", "@")
HOSTS = (
    "api.sendgrid.com", "API.SendGrid.com", "api.sendgrid.com.", "api..sendgrid.com", "api%2esendgrid.com",
    "api%2Esendgrid.com", "ａpi.sendgrid.com", "api。sendgrid.com", "xn--bcher-kva.example", "XN--Bcher-Kva.example",
    "bücher.example", "localhost", "LocalHost", "localhost.", "127.0.0.1", "127.0.0.2", "127.1", "0x7f.1", "0x7F000001",
    "2130706433", "0177.0.0.1", "127.0.0.1.", "127.0.0.0x1", "127.0.0.0X1", "127.0.0.0x", "0", "0.0.0.0", "[::]",
    "[::1]", "[0:0::1]", "[::0001]", "[::ffff:127.0.0.1]", "[2001:db8::1]", "[2001:db8:0::1]", "[2001:DB8::0001]",
    "[2001:db8::0.0.0.1]", "10.0.0.1", "[::ffff:10.0.0.1]", "[::ffff:a00:1]", "[::FFFF:0a00:0001]", "[fe80::1%eth0]",
    "[fe80::1%25eth0]", "[fe80::1]",
)  # fmt: skip
PORTS = ("", ":", ":443", ":0443", ":80", ":8025", ":08025")
PATHS = (
    "", "/", "/.", "/./", "/apiv2", "/apiv2/", "/apiv2//", "//apiv2", "/./apiv2", "/apiv2/.", "/apiv2/./", "/%2e/apiv2",
    "/%2E/apiv2", "/apiv2/%2e", "/a/../apiv2", "/a/%2e%2e/apiv2", "/a/.%2e/apiv2", "/apiv2/..", "/apiv%32", "/APIv2",
    "/a/./apiv2", "/a/apiv2", "/.apiv2", "/apiv2.",
)  # fmt: skip


def place_on_the_wire(url):
    """Where httpx sends it: an address by what it means, a name by what is asked of the resolver."""
    found = httpx.URL(url)
    host = found.raw_host.decode().strip("[]").rstrip(".")
    try:
        address = ipaddress.ip_address(host)
        host = str(getattr(address, "ipv4_mapped", None) or address)
    except ValueError:
        with contextlib.suppress(OSError):  # as the system reads numbers
            host = socket.inet_ntoa(socket.inet_aton(host))
    port = found.port or {"https": 443, "http": 80}[found.scheme]
    return found.scheme, host, port, unquote(found.path).rstrip("/")


def test_what_leads_to_one_place_has_one_key_or_is_refused():
    keys, places, spelled, refused = {}, {}, set(), set()
    for scheme, user, host, port, path in product(SCHEMES, USERS, HOSTS, PORTS, PATHS):
        if user and (host, port) != ("api.sendgrid.com", ""):
            continue
        url = f"{scheme}://{user}{host}{port}{path}"
        try:
            checked = checked_base_url(url)
        except InvalidInput:
            refused.add(url)
            continue
        spelled.add(url)
        assert checked_base_url(checked) == checked
        assert place_on_the_wire(checked) == place_on_the_wire(url)
        key = account_key(V2, url, "acme")
        assert key == account_key(V2, checked, "acme") == Profile("a", "acme", base_url=checked).account
        place = place_on_the_wire(url)
        keys.setdefault(place, set()).add(key)
        me = "localhost" if place[1] in {"127.0.0.1", "::1"} else place[1]
        places.setdefault(key, set()).add((place[0], me, *place[2:]))
    assert {place: found for place, found in keys.items() if len(found) > 1} == {}
    assert {key: found for key, found in places.items() if len(found) > 1} == {}
    assert len(spelled) > 1000
    assert not any("@" in url or "%" in url or "/." in url.replace("/.apiv2", "") for url in spelled)
    assert "https://api.sendgrid.com/./apiv2" in refused
    assert "https://api.sendgrid.com/apiv2/." in refused


def test_different_accounts_have_different_keys():
    assert len({account_key(V2, url, name) for url, name in DIFFERENT}) == len(DIFFERENT)
    assert account_key(V2, *ONE[0]) != account_key("subusers-v3", *ONE[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [("straße", "strasse"), ("ﬁn", "fin"), ("ſam", "sam"), ("a\xa0", "a"), ("İ", "i̇"), ("\u212aim", "kim"), ("É", "é")],
)  # fmt: skip
def test_names_that_only_unicode_takes_for_one_are_two_accounts(one, other):
    assert account_key(V2, ONE[0][0], one) != account_key(V2, ONE[0][0], other)


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


LUZ = a_customer("luz", "luz@x.es", first_name="Luz", last_name="Marin")


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
    first = a_customer("luz", "a", extra={"id": "7"})
    assert likeness(fingerprint_of(first), a_customer("luz", "b", extra={"id": "7"})) is Likeness.SAME
    assert likeness(fingerprint_of(first), a_customer("luz", "a", extra={"id": "8"})) is Likeness.ANOTHER
    assert likeness(fingerprint_of(first), a_customer("luz", "a")) is Likeness.SAME


def test_a_fingerprint_is_read_back_and_nothing_known_fits_everybody():
    assert fingerprint_from(dict(fingerprint_of(LUZ))) == fingerprint_of(LUZ)
    assert likeness(fingerprint_from(None), LUZ) is Likeness.SAME
    assert fingerprint_from({"email": 7}) == {}
