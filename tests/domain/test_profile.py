"""Profile names, and the address that a key is sent to."""

import pytest

from tui_reseller.domain.errors import InvalidInput
from tui_reseller.domain.profile import DEFAULT_BASE_URL, Profile, checked_base_url, checked_name, is_loopback


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        (DEFAULT_BASE_URL, DEFAULT_BASE_URL),
        ("https://sendgrid.com/apiv2/", "https://sendgrid.com/apiv2"),
        (" HTTPS://API.SendGrid.com/apiv2\n", "https://api.sendgrid.com/apiv2"),
        ("https://host", "https://host"),
        ("https://host/", "https://host"),
        ("https://host:8443/a/b", "https://host:8443/a/b"),
        ("https://host:0443", "https://host:443"),
        ("https://xn--bcher-kva.example/apiv2", "https://xn--bcher-kva.example/apiv2"),
        ("https://203.0.113.9/apiv2", "https://203.0.113.9/apiv2"),
        ("https://[2001:DB8::1]:8443/apiv2", "https://[2001:db8::1]:8443/apiv2"),
        ("http://127.0.0.1:8025/apiv2", "http://127.0.0.1:8025/apiv2"),
        ("http://localhost:8025/apiv2", "http://localhost:8025/apiv2"),
        ("http://LOCALHOST/apiv2", "http://localhost/apiv2"),
        ("http://[::1]:8025/apiv2", "http://[::1]:8025/apiv2"),
        ("http://127.9.9.9/apiv2", "http://127.9.9.9/apiv2"),
    ],
)
def test_a_base_url_is_brought_into_one_form(url, canonical):
    assert checked_base_url(url) == canonical
    assert checked_base_url(canonical) == canonical


@pytest.mark.parametrize(
    "url",
    [
        "",
        "apiv2",
        "api.sendgrid.com/apiv2",
        "//api.sendgrid.com/apiv2",
        "https://",
        "https:///apiv2",
        "https://:443/apiv2",
        "http://api.sendgrid.com/apiv2",
        "http://127.0.0.1.evil.example/apiv2",
        "http://localhost.evil.example/apiv2",
        "http://0.0.0.0/apiv2",
        "http://10.0.0.1/apiv2",
        "ftp://127.0.0.1/apiv2",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://user@host/apiv2",
        "https://user:key@host/apiv2",
        "https://api.sendgrid.com@evil.example/apiv2",
        "https://evil.example\\@api.sendgrid.com/apiv2",
        "https://api.sendgrid.com\\.evil.example/apiv2",
        "https://host/apiv2?api_key=x",
        "https://host/apiv2#part",
        "https://host/apiv2;x",
        "https://host/a/../b",
        "https://host/..",
        "https://host/%2e%2e/b",
        "https://host/a//b",
        "https://host/a b",
        "https://host/ñ",
        "https://ho st/apiv2",
        "https://ho%73t/apiv2",
        "https://bücher.example/apiv2",
        "https://ⓢendgrid.com/apiv2",
        "https://аpi.sendgrid.com/apiv2",
        "https://-host/apiv2",
        "https://host./apiv2",
        "https://ho_st/apiv2",
        "https://2130706433/apiv2",
        "https://0x7f000001/apiv2",
        "https://127.1/apiv2",
        "http://0177.0.0.1/apiv2",
        "https://host.0x1/apiv2",
        "https://1.2.3.4.5/apiv2",
        "https://[::1/apiv2",
        "https://[host]/apiv2",
        "https://::1/apiv2",
        "https://host:0/apiv2",
        "https://host:99999/apiv2",
        "https://host:-1/apiv2",
        "https://host:https/apiv2",
        "https://" + "a" * 300 + "/apiv2",
        "https://host\x00.evil.example/apiv2",
    ],
)
def test_a_key_is_sent_to_no_odd_address(url):
    with pytest.raises(InvalidInput) as caught:
        checked_base_url(url)
    assert caught.value.field == "base_url"


@pytest.mark.parametrize("name", ["a", "acme", "Acme-2.eu_x", "1", "a" * 32])
def test_a_plain_profile_name_is_accepted(name):
    assert checked_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "-a", ".a", "_a", "a" * 33, "a b", "a/b", "../a", "ñ", "a\n", "a\x1b", "[a]", "a=b"]
)
def test_an_odd_profile_name_is_refused(name):
    with pytest.raises(InvalidInput) as caught:
        checked_name(name)
    assert caught.value.field == "name"


def test_a_key_is_bound_to_scheme_host_and_port():
    profile = Profile("acme", "api", base_url="https://Host:8443/apiv2")
    assert profile.origin == "https://host:8443"
    assert profile.host == "Host:8443"
    assert Profile("acme", "api").host == "api.sendgrid.com"


@pytest.mark.parametrize("host", ["localhost", "LocalHost", "127.0.0.1", "127.255.0.1", "::1"])
def test_this_machine_itself_is_loopback(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "localhost.", "128.0.0.1", "::2", "localhost.example", "127.0.0.1.example"])
def test_another_machine_is_not_loopback(host):
    assert not is_loopback(host)
