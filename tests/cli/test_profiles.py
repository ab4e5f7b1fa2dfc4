"""profile: what is asked, what is saved, and that a key is in no file and no output."""

import pytest

from tui_reseller.domain.errors import CredentialStoreError

KEY = "canary-new-key-5k"


def test_a_profile_from_a_script(desk):
    ran = desk(
        "profile",
        "add",
        "beta",
        "--provider",
        "reseller-v2",
        "--api-user",
        "b",
        "--secret-stdin",
        "--protected",
        stdin=KEY + "\n",
    )
    assert ran.code == 0
    assert [kept.key.reveal() for kept in desk.credentials.kept] == [KEY]
    assert KEY not in ran.out + ran.err
    assert KEY.encode() not in desk.files()
    row = desk("profile", "show", "beta").row
    assert row["protected"] is True
    assert row["key"] == "the OS keyring"
    assert [found["name"] for found in desk("profile", "list").rows] == ["acme", "beta"]


def test_on_a_terminal_user_and_key_are_asked_for(desk):
    assert desk("profile", "add", "beta", "--provider", "reseller-v2", answers=["b", KEY]).code == 0
    assert desk("profile", "show", "beta").row["api_user"] == "b"
    assert [kept.key.reveal() for kept in desk.credentials.kept] == [KEY]


@pytest.mark.parametrize("argv", [["add", "beta"], ["secret", "acme"]])
def test_without_a_keyring_nothing_is_asked_and_nothing_saved(desk, argv):
    desk.credentials.state = "none"
    ran = desk("profile", *argv, answers=[])
    assert ran.code == 3
    assert "--secret-command" in ran.err
    assert "beta" not in desk("profile", "list").out


def test_store_none_asks_for_no_key(desk):
    assert (
        desk(
            "profile", "add", "beta", "--provider", "reseller-v2", "--api-user", "b", "--store", "none", answers=[]
        ).code
        == 0
    )
    assert desk("profile", "secret", "beta", "--secret-stdin", stdin=KEY).code == 2


def test_a_command_is_split_and_never_shown(desk):
    ran = desk(
        "profile", "add", "beta", "--provider", "reseller-v2", "--api-user", "b", "--secret-command", "print-key 'a b'"
    )
    assert ran.code == 0
    assert desk.services(None, False).profiles.get("beta").credential_command == ("print-key", "a b")
    assert "print-key" not in desk("profile", "show", "beta").out


@pytest.mark.parametrize(
    "argv",
    [
        ["add", "acme", "--api-user", "b", "--secret-stdin"],
        ["add", "beta", "--secret-stdin"],
        ["add", "beta", "--api-user", "b", "--base-url", "http://example.com/apiv2", "--secret-stdin"],
        ["add", "bad name", "--api-user", "b", "--secret-stdin"],
        ["add", "beta", "--api-user", "b", "--store", "none", "--secret-stdin"],
        ["secret", "acme"],
        ["set", "acme", "colour=pink"],
        ["set", "acme", "colur=red"],
        ["set", "acme", "api_key=canary-new-key-5k"],
    ],
)
def test_mistakes_are_2(desk, argv):
    ran = desk("profile", *argv, stdin=KEY + "\n")
    assert ran.code == 2, ran.err
    assert KEY not in ran.out + ran.err
    assert desk.credentials.kept == []


def test_set_use_and_remove(desk):
    desk.add("beta")
    assert desk("profile", "set", "beta", "colour=red", "read_only=true").row["colour"] == "red"
    assert desk("enable", "c1", "--yes", "--profile", "beta").code == 11
    assert desk("profile", "use", "beta").code == 0
    assert desk("profile", "show").row["name"] == "beta"
    assert desk("profile", "remove", "beta").code == 11
    assert desk("profile", "remove", "beta", answers=["no"]).code == 11
    assert desk("profile", "remove", "beta", answers=["yes"]).code == 0
    assert [found["name"] for found in desk("profile", "list").rows] == ["acme"]


def test_a_keyring_out_of_reach_is_said_and_nothing_is_called_removed(desk, monkeypatch):
    desk.add("beta")

    async def away(_profile):
        raise CredentialStoreError("your keyring is locked", state="locked", hint="unlock it")

    with monkeypatch.context() as patched:
        patched.setattr(desk.credentials, "remove", away)
        ran = desk("profile", "remove", "beta", "--yes")
    assert ran.code == 3
    assert "may still be kept: your keyring is locked; nothing was removed" in ran.err
    assert "unlock it" in ran.err
    assert desk("profile", "show", "beta").row["name"] == "beta"
    assert "rules changed" not in desk("profile", "show", "beta").err
    said = desk("profile", "set", "beta", "store=none").err
    assert 'the former key stays in the keyring, as "tui-reseller:beta" for "https://api.example.com|beta-user"' in said
    assert "tui-reseller profile set beta store=none and tui-reseller profile remove beta" in ran.err
    assert desk("profile", "remove", "beta", "--yes").code == 0


def test_a_rule_that_is_refused_is_not_written_down_as_changed(desk):
    desk.add("beta")
    assert desk("profile", "set", "beta", "read_only=yes", "base_url=http://example.com").code == 2
    assert "rules changed" not in desk("profile", "show", "beta").err
    assert desk("profile", "set", "beta", "read_only=yes").code == 0
    assert "rules changed" in desk("profile", "show", "beta").err


@pytest.mark.parametrize(
    ("pair", "is_left"),
    [
        ("api_user=other", True), ("base_url=https://other.example/apiv2", True), ("credential_command=pass x", True),
        ("store=none", True), ("colour=red", False), ("base_url=https://api.example.com/other", False),
        ("format=xml", False), ("api_user=acme-user", False),
    ],
)  # fmt: skip
def test_a_key_that_is_left_behind_is_named(desk, pair, is_left):
    ran = desk("profile", "set", "acme", pair)
    assert ran.code == 0, ran.err
    assert ("the former key stays in the keyring" in ran.err) == is_left


def test_an_unknown_profile_is_3_and_names_the_nearest(desk):
    ran = desk("list", "--profile", "acne")
    assert ran.code == 3
    assert "acme" in ran.err


def test_a_new_key(desk):
    assert desk("profile", "secret", "acme", "--secret-stdin", stdin=KEY).code == 0
    assert desk("profile", "secret", "acme", answers=[KEY]).code == 0
    assert desk("profile", "secret", "acme", answers=[""]).code == 2
    assert [kept.key.reveal() for kept in desk.credentials.kept] == [KEY, KEY]


def test_a_test_says_where_and_what(desk):
    ran = desk("profile", "test", "acme")
    assert ran.row == {"profile": "acme", "host": "api.example.com", "format": "json", "seen": ["c1"]}


@pytest.mark.parametrize("rule", ["protected=true", "read_only=true", "max_rows=7", "max_percent=2.5"])
def test_who_changed_a_rule_is_written_down(desk, rule):
    assert desk("profile", "set", "acme", rule).code == 0
    assert desk("profile", "set", "acme", "colour=red").code == 0
    told = desk("profile", "show", "acme").err
    name, _, value = rule.partition("=")
    assert told.count("rules changed") == 1
    assert f"{name} " in told
    assert value.capitalize() in told or value in told
    assert desk("profile", "remove", "acme", "--yes").code == 0
    assert desk("audit", "verify").code == 0


def test_nothing_is_loosened_without_a_ledger(desk, tmp_path):
    assert desk("profile", "set", "acme", "read_only=true").code == 0
    ledger = next(tmp_path.rglob("ledger*.sqlite3"))
    ledger.write_bytes(b"no ledger")
    assert desk("profile", "set", "acme", "read_only=false").code != 0
    assert desk("profile", "remove", "acme", "--yes").code != 0
    assert desk("profile", "show", "acme").row["read_only"] is True
    assert desk("profile", "set", "acme", "protected=true").code == 0
