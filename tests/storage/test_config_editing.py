"""Editing the config file: comments and order stay, writers lose nothing, a password is never written."""

import stat
import threading
from dataclasses import replace

import pytest

from tests.storage.config_texts import WHOLE, P
from tui_reseller.domain.errors import BadConfig, InvalidInput
from tui_reseller.domain.profile import Profile
from tui_reseller.domain.secret import Secret
from tui_reseller.storage.config import ConfigFile


def test_adding_and_changing_keeps_comments_and_order(config, write):
    write(WHOLE)
    config.put(Profile("zeta", "zoe", protected=True))
    config.put(Profile("eu.1", "eva2"))
    config.use("zeta")
    text = config.path.read_text()
    for kept in ("# mine", "# the big one", "# as in the old tool", "# production", "# europe"):
        assert kept in text
    assert list(config.load().profiles) == ["acme", "eu.1", "zeta"]
    assert config.load().profiles["zeta"] == Profile("zeta", "zoe", protected=True)
    assert config.load().profiles["eu.1"].api_user == "eva2"
    assert config.load().default == "zeta"
    assert stat.S_IMODE(config.path.stat().st_mode) == 0o600


def test_a_replaced_profile_is_what_was_put(config, write):
    write(WHOLE)
    config.put(Profile("acme", "bob"))
    assert config.load().profiles["acme"] == Profile("acme", "bob")


def test_removing_keeps_what_is_said_of_the_next_one(config, write):
    write(WHOLE)
    config.remove("acme")
    text = config.path.read_text()
    assert '# europe\n[profiles."eu.1"]' in text
    assert "acme" not in text
    assert config.load().default is None
    assert config.load().settings.theme == "light"
    config.remove("eu.1")
    assert dict(config.load().profiles) == {}


def test_the_first_profile_becomes_the_default(config):
    config.put(Profile("one", "bob"))
    config.put(Profile("two", "eva"))
    assert config.load().default == "one"


def test_profiles_in_other_styles_can_be_changed_too(config, write):
    write('profiles.acme = {api_user = "bob"} # in line\n')
    config.put(Profile("acme", "eva"))
    assert config.load().profiles["acme"] == Profile("acme", "eva")
    config.remove("acme")
    assert dict(config.load().profiles) == {}


def test_what_is_not_there_cannot_be_removed_or_used(config):
    for change in (config.remove, config.use):
        with pytest.raises(BadConfig, match='no profile "x"'):
            change("x")


@pytest.mark.parametrize("profile", [Profile("a b", "x"), Profile("a", "x", base_url="http://example.com")])
def test_a_bad_profile_is_not_written(config, profile):
    with pytest.raises(InvalidInput):
        config.put(profile)
    assert not config.path.exists()


def test_writers_at_the_same_time_lose_nothing(config):
    threads = [threading.Thread(target=config.put, args=(Profile(f"p{n}", "bob"),)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(config.load().profiles) == {f"p{n}" for n in range(12)}
    assert {path.name for path in config.path.parent.iterdir()} == {"config.toml", "config.lock"}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('[profiles.acme]\napi_user = "a" # k\n\n# next\n[settings]\nplain = true\n',
         "\n# next\n[settings]\nplain = true\n"),
        ('[profiles]\n# top\n[profiles.acme]\napi_user = "a"\n# next\n[profiles.b]\napi_user = "b"\n',
         '[profiles]\n# top\n# next\n[profiles.b]\napi_user = "b"\n'),
        ('[profiles.acme]\napi_user = "a"\n# s\n[settings]\n# b\n[profiles.b]\napi_user = "b"\n# end',
         '# s\n[settings]\n# b\n[profiles.b]\napi_user = "b"\n# end'),
        ('# head\n[profiles.acme]\napi_user = "a"\n# end\n', "# head\n# end\n"),
        ('[profiles]\nacme.api_user = "a"\n# b\nb.api_user = "b"\n', '[profiles]\n# b\nb.api_user = "b"\n'),
        ('[profiles]\nacme.api_user = "a"\nacme.colour = "red"\nb.api_user = "b"\n', '[profiles]\nb.api_user = "b"\n'),
        ('profiles.acme.api_user = "a"\nprofiles.b.api_user = "b"\n', 'profiles.b.api_user = "b"\n'),
    ],
)  # fmt: skip
def test_what_is_said_of_the_rest_stays_in_its_place(config, write, text, kept):
    path = write(text)
    config.remove("acme")
    assert path.read_text() == kept


@pytest.mark.parametrize(
    "text", ['[keys]\n"sending.enable" = "E"\n', '[settings]\ntheme = "light"\n\n[keys]\n"a" = "b"\n\n']
)
def test_the_first_profile_becomes_the_default_beside_tables_that_are_there(tmp_path, text):
    tmp_path.chmod(0o700)
    path = tmp_path / "config.toml"
    path.write_text(text)
    path.chmod(0o600)
    file = ConfigFile(tmp_path)
    file.put(Profile("acme", "bob"))
    file.put(Profile("beta", "bob"))
    file.use("beta")
    found = file.load()
    assert (found.default, list(found.profiles)) == ("beta", ["acme", "beta"])
    assert "default" not in found.settings.keys


BEHIND = P + "proxy = 'http://kim:canary%40@proxy:3128' # ours\n"


def test_a_password_of_a_proxy_is_taken_out_of_what_is_read(config, write):
    write(BEHIND)
    found = config.load().profiles["acme"]
    assert (found.proxy, found.proxy_password) == ("http://kim@proxy:3128", Secret("canary@"))
    assert "canary" not in repr(config.load())


def test_it_stays_in_the_file_until_a_profile_without_it_comes_and_is_never_written(config, write):
    path = write(BEHIND)
    found = config.load().profiles["acme"]
    config.put(replace(found, colour="red"))
    assert "'http://kim:canary%40@proxy:3128' # ours" in path.read_text()
    assert config.load().profiles["acme"] == replace(found, colour="red")
    config.put(replace(found, name="beta"))
    assert path.read_text().count("canary") == 1
    for changed in (
        {"proxy_password": None},
        {"proxy": "http://kim@elsewhere:3128"},
        {"proxy": "", "proxy_password": None},
        {"proxy_password": Secret("canary-new")},
    ):
        write(BEHIND)
        config.put(replace(found, **changed))
        assert "canary" not in path.read_text()
        assert config.load().profiles["acme"] == replace(found, **{**changed, "proxy_password": None})


def test_a_password_of_a_proxy_is_no_key_of_the_file(config, write):
    write(P + 'proxy_password = "canary"')
    with pytest.raises(BadConfig, match="no such key") as caught:
        config.load()
    assert "canary" not in caught.value.message
