"""The config file: exact complaints, gentle edits."""

import os
import stat
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from tui_reseller.domain.config import Config, Settings
from tui_reseller.domain.errors import BadConfig, InvalidInput
from tui_reseller.domain.profile import Format, Profile, Store
from tui_reseller.domain.secret import Secret
from tui_reseller.storage.config import ConfigFile
from tui_reseller.storage.toml_items import line_of

WHOLE = """# mine
default = "acme"   # the big one

[settings]
theme = "light"
plain = true
mouse = false
refresh = "manual"
slow_link = "on"
retention = "7d"

[keys]
"sending.enable" = "E" # as in the old tool

# production
[profiles.acme]
provider = "reseller-v2"
base_url = "https://Example.com/apiv2/"
format = "xml"
api_user = "bob"
protected = true
read_only = true
colour = "red"
store = "none"
credential_command = ["pass", "show", "acme"]
proxy = "http://proxy:3128"
ca_file = "/etc/ca.pem"

# europe
[profiles."eu.1"]
api_user = "eva"
"""


@pytest.fixture
def config(tmp_path):
    return ConfigFile(tmp_path / "config")


@pytest.fixture
def write(config):
    config.path.parent.mkdir(mode=0o700)

    def put(content):
        config.path.write_bytes(content if isinstance(content, bytes) else content.encode())
        config.path.chmod(0o600)
        return config.path

    return put


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [("max_rows = 1", "max_rows", 1), ("max_percent = 5", "max_percent", 5), ("max_percent = 0.5", "max_percent", 0.5),
     ("", "max_rows", None), ("", "max_percent", None)],
)  # fmt: skip
def test_ceilings_are_read_and_kept(config, write, line, name, value):
    write(P + line)
    found = config.load().profiles["acme"]
    assert getattr(found, name) == value
    config.put(found)
    assert config.load().profiles["acme"] == found


def test_a_missing_file_is_an_empty_config(config):
    assert config.load() == Config()
    assert not config.path.parent.exists()


@pytest.mark.parametrize("end", ["\n", "\r\n", "  \t\r\n"])
def test_what_editors_of_other_systems_put_around_it_does_not_count(config, write, end):
    write("")
    config.path.write_bytes(("\ufeff" + (P + "max_rows = 1\n").replace("\n", end)).encode())
    found = config.load().profiles["acme"]
    assert found.max_rows == 1
    config.put(replace(found, max_rows=2))
    assert config.load().profiles["acme"].max_rows == 2


def test_everything_is_read(config, write):
    write(WHOLE)
    found = config.load()
    assert list(found.profiles) == ["acme", "eu.1"]
    assert found.profiles["acme"] == Profile(
        name="acme",
        api_user="bob",
        base_url="https://example.com/apiv2",
        format=Format.XML,
        protected=True,
        read_only=True,
        colour="red",
        store=Store.NONE,
        credential_command=("pass", "show", "acme"),
        proxy="http://proxy:3128",
        ca_file="/etc/ca.pem",
    )
    assert found.profiles["eu.1"] == Profile("eu.1", "eva")
    assert (found.default, found.settings.theme, found.settings.plain, found.settings.mouse) == (
        "acme",
        "light",
        True,
        False,
    )
    assert (found.settings.refresh, found.settings.slow_link) == ("manual", "on")
    assert found.settings.retention == timedelta(days=7)
    assert dict(found.settings.keys) == {"sending.enable": "E"}


def test_what_is_not_set_is_as_always(config, write):
    write("[settings]\n")
    assert config.load().settings == Settings()
    assert (Settings().refresh, Settings().slow_link, Settings().retention) == ("auto", "auto", timedelta(days=30))


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ('refresh = "auto"', "refresh", "auto"),
        ('slow_link = "off"', "slow_link", "off"),
        ('slow_link = "auto"', "slow_link", "auto"),
        ('retention = "0d"', "retention", timedelta(0)),
        ("syslog = true", "syslog", "/dev/log"),
        ("syslog = false", "syslog", ""),
        ('syslog = "/run/log.socket"', "syslog", "/run/log.socket"),
        ('retention = "90M"', "retention", timedelta(minutes=90)),
        ('retention = "36500d"', "retention", timedelta(days=36_500)),
    ],
)
def test_each_value_of_a_setting_is_read(config, write, line, name, value):
    write(f"[settings]\n{line}\n")
    assert getattr(config.load().settings, name) == value


AT = "config.toml:3: profiles.acme."
NAME = "a profile name has 1 to 32 letters, digits, dots, dashes or underscores, beginning with a letter or digit"
P = '[profiles.acme]\napi_user = "bob"\n'
DURATION = "a duration is a number with s, m, h or d, for example 10m"
PROXY = "the address of a proxy is http://HOST:PORT or https://HOST:PORT"
BROKEN = [
    (P + 'formt = "xml"', "config.toml:3: profiles.acme.formt: no such key - did you mean format?"),
    ("# a\n[setings]\n", "config.toml:2: setings: no such key - did you mean settings?"),
    ("zzz = 1", "config.toml:1: zzz: no such key - there is: default, settings, keys, profiles"),
    ('[settings]\n\ntheme = "drak"', 'config.toml:3: settings.theme: no such value "drak" - did you mean dark?'),
    ("[settings]\nplain = 1", "config.toml:2: settings.plain: must be true or false, not a number"),
    ('[settings]\nmouse = "no"', "config.toml:2: settings.mouse: must be true or false, not a text"),
    (
        '[settings]\nrefresh = "never"',
        'config.toml:2: settings.refresh: no such value "never" - there is: auto, manual',
    ),
    (
        '[settings]\n\nrefresh = "manul"',
        'config.toml:3: settings.refresh: no such value "manul" - did you mean manual?',
    ),
    ("[settings]\nrefresh = true", "config.toml:2: settings.refresh: must be a text, not true or false"),
    (
        '[settings]\nslow_link = "yes"',
        'config.toml:2: settings.slow_link: no such value "yes" - there is: auto, on, off',
    ),
    ("[settings]\nslow_link = true", "config.toml:2: settings.slow_link: must be a text, not true or false"),
    ("[settings]\nsyslog = 1", "config.toml:2: settings.syslog: must be true, false or the path of a socket"),
    ('[settings]\nsyslog = "log"', "config.toml:2: settings.syslog: must be a path from the root on, or true"),
    ("[settings]\nretention = 30", "config.toml:2: settings.retention: must be a text, not a number"),
    ('[settings]\nretention = "30"', f"config.toml:2: settings.retention: {DURATION}"),
    ('[settings]\ntheme = "dark"\nretention = "-1d"', f"config.toml:3: settings.retention: {DURATION}"),
    ('[settings]\nretention = ""', f"config.toml:2: settings.retention: {DURATION}"),
    ('[settings]\nretention = "999999d"', "config.toml:2: settings.retention: a duration is at most 36500d"),
    ('[settings]\nretentoin = "1d"', "config.toml:2: settings.retentoin: no such key - did you mean retention?"),
    ('[keys]\nlist.sort = "E"', 'config.toml:2: keys.list.sort: an id stands in quotes: "list.sort" = ...'),
    (P + 'proxy = "proxy:3128"', f"{AT}proxy: {PROXY}"),
    (P + 'proxy = "socks5://proxy"', f"{AT}proxy: {PROXY}"),
    (P + 'proxy = "http://kim:canary@proxy:x"', f"{AT}proxy: {PROXY}"),
    ("[keys]\nquit = true", "config.toml:2: keys.quit: must be a text, not true or false"),
    ("settings = 3", "config.toml:1: settings: must be a table, not a number"),
    ("[profiles.acme]\n", "config.toml:1: profiles.acme.api_user: is missing"),
    ('[profiles.acme]\napi_user = " "', "config.toml:2: profiles.acme.api_user: must not be empty"),
    ("[profiles.acme]\napi_user = 7", "config.toml:2: profiles.acme.api_user: must be a text, not a number"),
    ("[profiles]\nacme = 7", "config.toml:2: profiles.acme: must be a table, not a number"),
    (P + "format = 2026-01-01", "config.toml:3: profiles.acme.format: must be a text, not a date"),
    (P + 'format = "yaml"', 'config.toml:3: profiles.acme.format: no such value "yaml" - there is: json, xml'),
    (P + 'store = "keyrng"', 'config.toml:3: profiles.acme.store: no such value "keyrng" - did you mean keyring?'),
    (
        P + 'provider = "reseller"',
        'config.toml:3: profiles.acme.provider: no such value "reseller" - did you mean reseller-v2?',
    ),
    (P + 'protected = "yes"', "config.toml:3: profiles.acme.protected: must be true or false, not a text"),
    (P + "max_rows = 0", f"{AT}max_rows: max_rows is a whole number from 1"),
    (P + "max_rows = 2.5", f"{AT}max_rows: max_rows is a whole number from 1"),
    (P + "max_rows = true", f"{AT}max_rows: must be a number, not true or false"),
    (P + "max_percent = 0", f"{AT}max_percent: max_percent is above 0 and at most 100"),
    (P + "max_percent = 100.1", f"{AT}max_percent: max_percent is above 0 and at most 100"),
    (P + "max_percent = nan", f"{AT}max_percent: max_percent is above 0 and at most 100"),
    (P + 'max_percent = "5"', f"{AT}max_percent: must be a number, not a text"),
    (
        P + 'credential_command = "pass x"',
        "config.toml:3: profiles.acme.credential_command: must be a list, not a text",
    ),
    (
        P + "credential_command = []",
        f'{AT}credential_command: must be a list of texts, the program first: ["pass", "show", "sendgrid"]',
    ),
    (
        P + 'base_url = "http://example.com/apiv2"',
        f"{AT}base_url: the base URL must begin with https:// (http:// only for this machine itself)",
    ),
    (
        '[profiles."a b"]\napi_user = "x"',
        f"config.toml:1: profiles.a b: {NAME}",
    ),
    ('default = "acm"\n' + P, 'config.toml:1: default: no profile "acm" - did you mean acme?'),
    ("default = 1\n" + P, "config.toml:1: default: must be a text, not a number"),
    ("\n\nx = ", "config.toml:3: cannot be read: Invalid value"),
    (P + P, "config.toml:3: cannot be read: Cannot declare ('profiles', 'acme') twice"),
    ("a = 1\n\0", "config.toml:2: holds a NUL byte"),
    (b"a = 1\n# caf\xe9\n", "config.toml:2: is not UTF-8"),
    (b"#" * (1024 * 1024 + 1), "config.toml: cannot be read: it is larger than 1 MiB"),
]


@pytest.mark.parametrize(("content", "message"), BROKEN, ids=[message[:60] for _content, message in BROKEN])
def test_a_broken_file_is_refused_with_line_and_key(config, write, content, message):
    path = write(content)
    with pytest.raises(BadConfig) as caught:
        config.load()
    assert caught.value.message == message
    assert str(path) in caught.value.hint


def test_nothing_is_edited_while_the_file_is_broken(config, write):
    path = write(P + "oops")
    with pytest.raises(BadConfig, match=r"config.toml:3"):
        config.put(Profile("new", "bob"))
    assert path.read_text() == P + "oops"


def test_escapes_in_a_name_do_not_reach_the_message(config, write):
    write('"\\u001b]0;x\\u0007" = 1')
    with pytest.raises(BadConfig) as caught:
        config.load()
    assert "\x1b" not in caught.value.message


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: (path.unlink(), path.mkdir()), "it is a folder"),
        (lambda path: (path.unlink(), os.mkfifo(path, 0o600)), "it is not a plain file"),
        (lambda path: (path.rename(path.with_name("x")), path.symlink_to("x")), "it is a symbolic link"),
        (lambda path: path.chmod(0o666), "it can be changed by other accounts"),
        (lambda path: path.parent.chmod(0o777), "can be changed by other accounts"),
    ],
)
def test_a_file_that_others_could_write_is_refused(config, write, spoil, words):
    spoil(write(P))
    with pytest.raises(BadConfig, match=words):
        config.load()


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
    ("table", "key", "line"),
    [(("keys",), "sending.enable", 13), (("profiles", "acme"), "colour", 23), (("profiles", "eu.1"), "api_user", 31),
     (("profiles", "eu.1"), "", 30), (("keys",), "not.there", 12), (("nothing",), "x", 1), ((), "default", 2)],
)  # fmt: skip
def test_lines_of_keys(table, key, line):
    assert line_of(WHOLE, table, key) == line


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ('\nprofiles.acme = {api_user = "bob"}\n', "api_user", 2),
        ('# a\nprofiles.acme.api_user = "bob"\nprofiles.acme.format = "xml"\n', "format", 3),
        ('[profiles]\n\nacme.api_user = "bob"\nacme.plain = true\n', "plain", 4),
        ('[profiles.acme]\napi_user = """\n[keys]\nplain = 1\n"""\nplain = true\n', "plain", 6),
        ('[profiles.acme]\napi_user = "a"\n[settings]\n[profiles.beta]\nplain = 1\n', "api_user", 2),
        ('[profiles.acme]\ncredential_command = [\n"a",\n"b"]\n', "credential_command", 2),
    ],
)
def test_lines_of_keys_in_any_style(text, key, line):
    assert line_of(text, ("profiles", "acme"), key) == line


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
