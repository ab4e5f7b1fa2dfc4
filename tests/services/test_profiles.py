"""Profiles: which one is used, and adding, changing and removing them."""

import pytest

from tests.harness.clock import NOON
from tests.harness.v2 import frame_from
from tests.services.fakes import LUZ, FakeConfig, FakeCredentials
from tui_reseller.domain.credential import Credential
from tui_reseller.domain.errors import BadConfig, CredentialStoreError, InvalidInput, RefusedHere
from tui_reseller.domain.profile import Format, Profile, Store
from tui_reseller.domain.secret import Secret
from tui_reseller.services.profile_choice import ENV
from tui_reseller.services.profiles import KEYS, Profiles, checked, command_of, with_values

ACME, BETA, FROM_ENV = Profile("acme", "a"), Profile("beta", "b"), Profile(ENV, "e")
KEY = Credential(Secret("canary"))


def made(snapshot, *profiles, default=None, credentials=None, **more):
    return Profiles(FakeConfig(*profiles, default=default), credentials or FakeCredentials(), snapshot, **more)


NONE, ONE, TWO = (), (ACME,), (ACME, BETA)


@pytest.mark.parametrize(
    ("file", "default", "environment", "named", "flag", "writing", "chosen"),
    [
        # What is named by a flag comes before what the environment names.
        (TWO, "acme", None, None, "beta", False, "beta"),
        (TWO, "acme", None, None, "beta", True, "beta"),
        (TWO, "acme", None, "beta", None, False, "beta"),
        (TWO, "acme", None, "beta", None, True, "beta"),
        (TWO, "acme", None, "acme", "beta", True, "beta"),
        # Credentials of the environment are a profile of their own, and nothing else may be named beside it.
        (NONE, None, FROM_ENV, None, None, True, ENV),
        (TWO, "acme", FROM_ENV, None, None, True, ENV),
        (TWO, "acme", FROM_ENV, None, ENV, True, ENV),
        (TWO, "acme", FROM_ENV, None, "acme", False, BadConfig),
        (TWO, "acme", FROM_ENV, "acme", None, False, BadConfig),
        # The only one serves everything, the default serves reads.
        (ONE, None, None, None, None, False, "acme"),
        (ONE, None, None, None, None, True, "acme"),
        (TWO, "beta", None, None, None, False, "beta"),
        (TWO, "beta", None, None, None, True, RefusedHere),
        (TWO, None, None, None, None, True, RefusedHere),
        (TWO, None, None, None, None, False, BadConfig),
        (NONE, None, None, None, None, False, BadConfig),
        (NONE, None, None, None, None, True, BadConfig),
        (TWO, None, None, None, "nobody", False, BadConfig),
        (ONE, None, None, "nobody", None, True, BadConfig),
        (ONE, None, None, None, ENV, False, BadConfig),
    ],
)
def test_which_profile_is_used(snapshot, file, default, environment, named, flag, writing, chosen):
    profiles = made(snapshot, *file, default=default, environment=environment, named=named)
    if isinstance(chosen, str):
        assert profiles.choose(flag, writing=writing).name == chosen
    else:
        with pytest.raises(chosen):
            profiles.choose(flag, writing=writing)


def test_a_refused_choice_names_the_profiles(snapshot):
    with pytest.raises(RefusedHere, match="acme, beta"):
        made(snapshot, *TWO).choose(writing=True)
    with pytest.raises(BadConfig, match="acme, beta"):
        made(snapshot, *TWO).choose()


@pytest.mark.parametrize(
    ("file", "name", "hint"),
    [(TWO, "acm", "did you mean acme?"), (TWO, "zzz", "profiles: acme, beta"), (NONE, "zzz", "profiles: none")],
)
def test_a_profile_that_is_not_there_names_the_nearest(snapshot, file, name, hint):
    with pytest.raises(BadConfig, match="no profile") as caught:
        made(snapshot, *file).get(name)
    assert caught.value.hint == hint


async def test_a_new_profile_is_saved_with_its_key_and_a_canonical_url(snapshot):
    profiles = made(snapshot)
    where = await profiles.add(Profile("acme", " api ", base_url="HTTPS://Host/apiv2/"), KEY)
    assert where == "in the keyring"
    assert profiles.credentials.keys == {"acme": KEY}
    assert profiles.get("acme") == Profile("acme", "api", base_url="https://host/apiv2")
    assert profiles.load().default == "acme"


@pytest.mark.parametrize("state", ["none", "no-collection", "locked"])
@pytest.mark.parametrize("key", [KEY, None], ids=["key", "no key yet"])
async def test_without_a_usable_keyring_nothing_is_saved(snapshot, state, key):
    profiles = made(snapshot, credentials=FakeCredentials(state=state))
    with pytest.raises(CredentialStoreError) as caught:
        await profiles.add(ACME, key)
    assert (caught.value.state, profiles.load().profiles) == (state, {})
    assert caught.value.hint


async def test_a_config_that_cannot_be_written_leaves_no_key_behind(snapshot, monkeypatch):
    profiles = made(snapshot)

    def refuse(_profile):
        raise BadConfig("the disk is full")

    monkeypatch.setattr(profiles.config, "put", refuse)
    with pytest.raises(BadConfig, match="full"):
        await profiles.add(ACME, KEY)
    assert profiles.credentials.keys == {}


async def test_a_profile_may_be_added_before_its_key_if_there_is_a_keyring_for_it(snapshot):
    profiles = made(snapshot)
    assert await profiles.add(ACME, None) == "keyring of acme"
    assert (list(profiles.load().profiles), profiles.credentials.keys) == (["acme"], {})


@pytest.mark.parametrize(
    "profile",
    [Profile("acme", "a", store=Store.NONE), Profile("acme", "a", credential_command=("pass", "show"))],
    ids=["no store", "a command"],
)
@pytest.mark.parametrize("key", [KEY, None], ids=["key", "no key"])
async def test_a_key_that_lives_elsewhere_is_remembered_only(snapshot, profile, key):
    profiles = made(snapshot, credentials=FakeCredentials(state="none"))
    await profiles.add(profile, key)
    assert profiles.credentials.remembered == ({"acme": KEY} if key else {})
    assert profiles.credentials.keys == {}
    assert profiles.get("acme") == profile


@pytest.mark.parametrize("name", ["acme", ENV])
async def test_a_name_that_is_taken_is_refused_and_the_key_is_not_kept(snapshot, name):
    profiles = made(snapshot, ACME)
    with pytest.raises(InvalidInput) as caught:
        await profiles.add(Profile(name, "other"), KEY)
    assert (caught.value.field, profiles.credentials.keys, profiles.get("acme")) == ("name", {}, ACME)


@pytest.mark.parametrize(
    ("profile", "field"),
    [
        (Profile("a b", "a"), "name"),
        (Profile("acme", " "), "api_user"),
        (Profile("acme", "a\nb"), "api_user"),
        (Profile("acme", "a", base_url="http://host"), "base_url"),
        (Profile("acme", "a", provider="other"), "provider"),
        (Profile("acme", "a", colour="mauve"), "colour"),
        (Profile("acme", "a", max_rows=0), "max_rows"),
        (Profile("acme", "a", max_percent=101.0), "max_percent"),
    ],
)
async def test_a_profile_with_an_unusable_value_is_not_saved(snapshot, profile, field):
    profiles = made(snapshot)
    with pytest.raises(InvalidInput) as caught:
        await profiles.add(profile, KEY)
    assert caught.value.field == field
    assert (profiles.load().profiles, profiles.credentials.keys) == ({}, {})


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("api_user", "other", "other"),
        ("base_url", "https://host/x/", "https://host/x"),
        ("format", "xml", Format.XML),
        ("store", "none", Store.NONE),
        ("protected", "Yes", True),
        ("protected", "true", True),
        ("read_only", "no", False),
        ("read_only", "FALSE", False),
        ("colour", "red", "red"),
        ("provider", "reseller-v2", "reseller-v2"),
        ("credential_command", "pass show 'my key'", ("pass", "show", "my key")),
        ("credential_command", "", ()),
        ("proxy", "http://proxy:3128", "http://proxy:3128"),
        ("ca_file", "/etc/ca.pem", "/etc/ca.pem"),
        ("max_rows", "200", 200),
        ("max_rows", "none", None),
        ("max_percent", "2.5", 2.5),
        ("max_percent", "", None),
    ],
)
def test_every_key_of_a_profile_is_set_from_text(snapshot, key, text, value):
    profiles = made(snapshot, ACME)
    profiles.put(profiles.changed("acme", {key: text}))
    assert getattr(profiles.get("acme"), key) == value


def test_the_keys_are_those_of_a_profile():
    assert {*KEYS} == {*Profile.__dataclass_fields__} - {"name", "proxy_password"}


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"colr": "red"}, "colr", "did you mean colour?"),
        ({"name": "x"}, "name", "api_user, base_url"),
        ({"api_key": "x"}, "api_key", "did you mean api_user?"),
        ({"format": "yaml"}, "format", "json, xml"),
        ({"store": "file"}, "store", "keyring, none"),
        ({"protected": "perhaps"}, "protected", "true or false"),
        ({"credential_command": "pass 'show"}, "credential_command", "cannot be split"),
        ({"max_rows": "many"}, "max_rows", "a whole number"),
        ({"max_rows": "0"}, "max_rows", "from 1"),
        ({"max_percent": "5 %"}, "max_percent", "at most 100"),
        ({"max_percent": "101"}, "max_percent", "at most 100"),
        ({"base_url": "http://host"}, "base_url", "https://"),
        ({"api_user": ""}, "api_user", "reseller account"),
        ({"colour": "red", "provider": "x"}, "provider", "reseller-v2"),
    ],
)
def test_a_bad_key_is_named_and_changes_nothing(snapshot, values, field, words):
    profiles = made(snapshot, ACME)
    with pytest.raises(InvalidInput) as caught:
        profiles.changed("acme", values)
    assert caught.value.field == field
    assert words in caught.value.message + caught.value.hint
    assert profiles.get("acme") == ACME


def test_a_rule_that_becomes_stricter_before_the_first_look_counts(snapshot):
    profiles = made(snapshot, ACME)
    profiles.put(profiles.changed("acme", {"read_only": "yes"}))
    present = profiles.watched(ACME)
    assert present().read_only
    profiles.put(profiles.changed("acme", {"max_rows": "3"}))
    assert present().max_rows == 3


async def test_a_key_is_replaced(snapshot):
    profiles = made(snapshot, ACME, credentials=FakeCredentials({"acme": "old"}))
    assert await profiles.keep("acme", KEY) == "in the keyring"
    assert profiles.credentials.keys == {"acme": KEY}
    with pytest.raises(BadConfig):
        await profiles.keep("nobody", KEY)


def test_a_profile_in_use_must_be_there(snapshot):
    profiles = made(snapshot, *TWO)
    profiles.use("beta")
    assert profiles.choose().name == "beta"
    with pytest.raises(BadConfig):
        profiles.use("nobody")
    assert profiles.choose().name == "beta"


async def test_a_removed_profile_leaves_neither_key_nor_snapshot(snapshot):
    profiles = made(snapshot, *TWO, credentials=FakeCredentials({"acme": "a", "beta": "b"}))
    accounts = ["reseller-v2|https://api.sendgrid.com:443/apiv2|a", "reseller-v2|https://api.sendgrid.com:443/apiv2|b"]
    for account in accounts:
        await snapshot.save(account, NOON, frame_from([LUZ]))
    await profiles.remove_key("acme")
    profiles.remove("acme")
    assert (list(profiles.load().profiles), [*profiles.credentials.keys]) == (["beta"], ["beta"])
    assert [await snapshot.load(account) is None for account in accounts] == [True, False]
    with pytest.raises(BadConfig):
        await profiles.remove_key("acme")
    with pytest.raises(BadConfig):
        profiles.remove("acme")


async def test_a_keyring_is_not_asked_to_forget_what_lives_elsewhere(snapshot):
    profiles = made(
        snapshot,
        Profile("acme", "a", credential_command=("pass",)),
        credentials=FakeCredentials({"acme": "of another"}),
    )
    await profiles.remove_key("acme")
    assert [*profiles.credentials.keys] == ["acme"]


def test_a_checked_profile_and_values_are_new_objects():
    assert checked(ACME) == ACME
    assert with_values(ACME, {}) == ACME
    assert command_of("a  b") == ("a", "b")
