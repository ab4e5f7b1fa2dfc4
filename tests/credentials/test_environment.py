"""The profile `env`: taken once, whole, and out of the environment."""

import os

import pytest

from tui_reseller.credentials.environment import take_environment
from tui_reseller.domain.errors import BadConfig
from tui_reseller.domain.profile import DEFAULT_BASE_URL, Format, Profile, Store

P = "TUI_RESELLER_"


def taken(**given):
    environ = {P + name: value for name, value in given.items()} | {"PATH": "/bin", P + "PROFILE": "acme"}
    try:
        return take_environment(environ)
    finally:
        assert environ == {"PATH": "/bin", P + "PROFILE": "acme"}


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "key"
    path.write_bytes(b"canary-7c1f\n")
    path.chmod(0o600)
    return path


def test_nothing_set_is_no_profile():
    assert taken() is None
    assert taken(API_USER="", API_KEY="") is None


def test_user_and_key_are_a_profile():
    found = taken(API_USER="bob", API_KEY="canary-7c1f")
    assert found.profile == Profile("env", "bob", base_url=DEFAULT_BASE_URL, format=Format.JSON, store=Store.NONE)
    assert found.key.reveal() == "canary-7c1f"
    assert "canary" not in repr(found) + str(found)


def test_address_and_format_are_read_and_checked():
    found = taken(API_USER="bob", API_KEY="k", BASE_URL="http://127.0.0.1:8025/apiv2/", FORMAT="xml")
    assert (found.profile.base_url, found.profile.format) == ("http://127.0.0.1:8025/apiv2", Format.XML)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"API_USER": "bob"}, f"{P}API_USER without a key"),
        ({"API_KEY": "canary"}, f"{P}API_KEY without {P}API_USER"),
        ({"CREDENTIAL_FILE": "/x"}, f"{P}CREDENTIAL_FILE without {P}API_USER"),
        ({"BASE_URL": "https://x.example"}, f"{P}BASE_URL without {P}API_USER"),
        ({"BASE_URL": "https://x.example", "FORMAT": "xml"}, f"{P}BASE_URL and {P}FORMAT without {P}API_USER"),
        (
            {"API_USER": "bob", "API_KEY": "canary", "CREDENTIAL_FILE": "/x"},
            f"{P}API_KEY and {P}CREDENTIAL_FILE are both set",
        ),
        (
            {"API_USER": "bob", "API_KEY": "canary", "BASE_URL": "http://x.example"},
            f"{P}BASE_URL: the base URL must begin with https:// (http:// only for this machine itself)",
        ),
        ({"API_USER": "bob", "API_KEY": "canary", "FORMAT": "yaml"}, f"{P}FORMAT must be json or xml"),
    ],
)
def test_half_a_set_is_refused_with_the_exact_names(given, message):
    with pytest.raises(BadConfig) as caught:
        taken(**given)
    assert caught.value.message == message
    assert "canary" not in caught.value.hint


def test_a_key_is_read_from_a_file(file):
    assert taken(API_USER="bob", CREDENTIAL_FILE=str(file)).key.reveal() == "canary-7c1f"
    file.write_bytes(b"x" * 64 * 1024)
    assert taken(API_USER="bob", CREDENTIAL_FILE=str(file)).key.reveal() == "x" * 64 * 1024
    file.write_text("canary-7c1f")
    file.chmod(0o400)
    assert taken(API_USER="bob", CREDENTIAL_FILE=str(file)).key.reveal() == "canary-7c1f"


@pytest.mark.parametrize("before", ["", "\ufeff", " ", "\n", "\r\n"])
@pytest.mark.parametrize("behind", ["", "\n", "\r\n", "\r", " \t", " \r\n\r\n"])
def test_what_editors_put_around_a_key_is_no_part_of_it(file, before, behind):
    file.write_bytes(f"{before}canary-7c1f{behind}".encode())
    assert taken(API_USER="bob", CREDENTIAL_FILE=f"{file}{behind}").key.reveal() == "canary-7c1f"
    found = taken(API_USER=f"{before}bob{behind}", API_KEY=f"{before}canary-7c1f{behind}", FORMAT=f"xml{behind}")
    assert (found.profile.api_user, found.profile.format, found.key.reveal()) == ("bob", Format.XML, "canary-7c1f")


@pytest.mark.parametrize("between", ["\n", "\r\n", "\r", "\n\n"])
def test_several_lines_are_no_key(file, between):
    file.write_bytes(f"canary{between}other\n".encode())
    with pytest.raises(BadConfig, match="several lines"):
        taken(API_USER="bob", CREDENTIAL_FILE=str(file))
    for name in ("API_KEY", "API_USER", "BASE_URL"):
        with pytest.raises(BadConfig, match=f"{name} has several lines"):
            taken(**{"API_USER": "bob", "API_KEY": "canary", name: f"x{between}y"})


def test_home_is_home_in_a_variable(file, monkeypatch):
    monkeypatch.setenv("HOME", str(file.parent))
    assert taken(API_USER="bob", CREDENTIAL_FILE="~/key").key.reveal() == "canary-7c1f"


def test_a_process_of_ours_is_given_the_key_in_another_way():
    found = taken(API_USER="bob", KEY_FOLLOWS="1")
    assert (found.profile.api_user, found.key) == ("bob", None)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.chmod(0o640), "other accounts can read it"),
        (lambda path: path.chmod(0o604), "other accounts can read it"),
        (lambda path: path.write_bytes(b"\n"), "it is empty"),
        (lambda path: path.write_bytes(b"\xff\xfe"), "it is not text"),
        (lambda path: path.write_bytes(b"x" * (64 * 1024 + 1)), "larger than 64 KiB"),
        (lambda path: (path.unlink(), path.mkdir()), "not a plain file"),
        (lambda path: (path.unlink(), os.mkfifo(path, 0o600)), "not a plain file"),
        (lambda path: path.unlink(), "No such file"),
        (lambda path: (path.rename(path.with_name("x")), path.symlink_to("x")), "symbolic link"),
    ],
)
def test_a_file_that_is_not_safe_is_refused(file, spoil, words):
    spoil(file)
    with pytest.raises(BadConfig, match=f"CREDENTIAL_FILE: .*{words}"):
        taken(API_USER="bob", CREDENTIAL_FILE=str(file))


def test_a_file_of_somebody_else_is_refused(file, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(BadConfig, match="belongs to somebody else"):
        taken(API_USER="bob", CREDENTIAL_FILE=str(file))
