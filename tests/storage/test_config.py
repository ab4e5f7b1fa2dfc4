"""Reading the config file: every key, every value, and what is refused with file, line and key."""

import os
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.storage.config_texts import WHOLE, P
from tui_reseller.domain.config import Config, Settings
from tui_reseller.domain.errors import BadConfig
from tui_reseller.domain.profile import Format, Profile, Store
from tui_reseller.storage.toml_items import place_of


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
DURATION = "a duration is a number with s, m, h or d, for example 10m"
PROXY = "the address of a proxy is http://HOST:PORT or https://HOST:PORT"
BROKEN = [
    (P + 'formt = "xml"', "config.toml:3: profiles.acme.formt: no such key - did you mean format?"),
    ("# a\n[setings]\n", "config.toml:2: setings: no such key - did you mean settings?"),
    ("zzz = 1", "config.toml:1: zzz: no such key - there is: default, settings, keys, profiles, team"),
    ('[settings]\n\ntheme = "drak"', 'config.toml:3: settings.theme: no such value "drak" - did you mean dark?'),
    ("[settings]\nplain = 1", "config.toml:2: settings.plain: must be true or false, not a number"),
    ('[settings]\nmouse = "no"', "config.toml:2: settings.mouse: must be true or false, not a text"),
    (
        '[settings]\nrefresh = "never"',
        'config.toml:2: settings.refresh: no such value "never" - there is: auto, manual, or how often: 5m',
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
    (
        "[settings]\nsyslog = 1",
        "config.toml:2: settings.syslog: must be true, false or the path of a socket, not a number",
    ),
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


@pytest.mark.parametrize(
    ("table", "key", "line"),
    [(("keys",), "sending.enable", 13), (("profiles", "acme"), "colour", 23), (("profiles", "eu.1"), "api_user", 31),
     (("profiles", "eu.1"), "", 30), (("keys",), "not.there", 12), (("nothing",), "x", 1), ((), "default", 2)],
)  # fmt: skip
def test_lines_of_keys(table, key, line):
    assert place_of(WHOLE, table, key)[0] == line


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
    assert place_of(text, ("profiles", "acme"), key)[0] == line
