"""config check, edit and schema: each fault with its place, nothing lost, a schema that says what the reader does."""

import json
import stat
import tomllib

import jsonschema
import pytest

from tests.storage.config_texts import WHOLE, P
from tui_reseller.domain.config import Settings
from tui_reseller.domain.config_keys import PROFILE, SETTINGS, names
from tui_reseller.domain.profile import Profile

WRONG = """[settings]
theme = "drak"
  plain = 1
[keys]
"sending.enable" = "E"
[profiles.acme]
api_user = "bob"
formt = "xml"
max_rows = 0
"""


@pytest.fixture
def file(desk):
    return desk.folder / "config" / "config.toml"


@pytest.fixture
def editor(tmp_path, monkeypatch):
    """Let $EDITOR be a program that writes these texts, one at each call, and ends with *code*."""

    def write(*texts: str, code: int = 0, meanwhile: str = "") -> None:
        for number, text in enumerate(texts):
            (tmp_path / f"text-{number}").write_text(text)
        program = tmp_path / "an editor"
        program.write_text(
            f'#!/bin/sh\nset -- "$1" "{tmp_path}"/text-*\n[ -f "$2" ] && mv "$2" "$1" && chmod 600 "$1"\n'
            f"{meanwhile}\nexit {code}\n"
        )
        program.chmod(0o755)
        monkeypatch.delenv("VISUAL", raising=False)
        monkeypatch.setenv("EDITOR", f"'{program}'")

    return write


def left(desk) -> list[str]:
    return [path.read_text() for path in (desk.folder / "config").glob("config.edited-*")]


def test_everything_wrong_is_named_with_its_place_and_the_nearest_word(desk, file):
    file.write_text(WRONG)
    ran = desk("config", "check")
    assert ran.code == 3
    assert [(row["line"], row["column"], row["key"], row["problem"]) for row in ran.rows] == [
        (2, 1, "settings.theme", 'no such value "drak" - did you mean dark?'),
        (3, 3, "settings.plain", "must be true or false, not a number"),
        (8, 1, "profiles.acme.formt", "no such key - did you mean format?"),
        (9, 1, "profiles.acme.max_rows", "max_rows is a whole number from 1"),
    ]
    assert {row["file"] for row in ran.rows} == {str(file)}


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a = 1\nb = = 2\n", 2, 5, "cannot be read: Invalid value"),
        ("a = [1,\n", 1, None, "cannot be read: "),
        ('[keys]\n"sending.enabl" = "E"\n', 2, 1, "no such command - did you mean sending.enable?"),
        ('[keys]\n"quit" = "E"\n"sending.enable" = "ctrl+w"\n', 2, 1, "no such command"),
        ('[keys]\n"sending.enable" = "ctrl+w"\n', 2, 1, 'the key "ctrl+w" is not free for use'),
    ],
)
def test_what_cannot_be_read_and_keys_of_the_screen_have_a_place_too(desk, file, text, line, column, words):
    file.write_text(text)
    ran = desk("config", "check")
    first = ran.rows[0]
    assert (ran.code, first["line"], first["column"]) == (3, line, column)
    assert words in first["problem"]


def test_every_wrong_key_of_the_screen_is_named(desk, file):
    file.write_text('[keys]\n"no.such" = "E"\n"sending.enable" = "ctrl+w"\n')
    assert [row["key"] for row in desk("config", "check").rows] == ["keys.no.such", "keys.sending.enable"]


@pytest.mark.parametrize("faults", [500, pytest.param(3000, marks=pytest.mark.long)])
def test_a_file_with_many_faults_is_named_by_the_first(desk, file, faults):
    file.write_text("".join(f"x{number} = 1\n" for number in range(faults)))
    assert [row["line"] for row in desk("config", "check").rows] == list(range(1, 51))


def test_a_good_file_and_a_missing_one_are_no_fault(desk, file):
    assert (desk("config", "check").code, desk("config", "check").out) == (0, "")
    assert "nothing is wrong" in desk("config", "check").err
    file.unlink()
    ran = desk("config", "check")
    assert (ran.code, "there is none yet" in ran.err) == (0, True)


def test_a_file_that_others_could_write_is_the_one_fault(desk, file):
    file.chmod(0o666)
    ran = desk("config", "check")
    assert (ran.code, ran.row["line"]) == (3, None)
    assert "can be changed by other accounts" in ran.row["problem"]


def test_an_edit_takes_the_place_of_the_file(desk, file, editor):
    new = file.read_text() + "# mine\n"
    editor(new)
    ran = desk("config", "edit")
    assert (ran.code, file.read_text(), left(desk)) == (0, new, [])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_first_file_can_be_written_that_way(desk, file, editor):
    file.unlink()
    editor(P)
    assert desk("config", "edit").code == 0
    assert file.read_text() == P


def test_nothing_changed_is_nothing_written(desk, file, editor):
    before = file.stat()
    editor()
    ran = desk("config", "edit")
    assert (ran.code, "unchanged" in ran.err, left(desk)) == (0, True, [])
    assert file.stat() == before


def test_faults_are_named_and_asked_about_until_none_is_left(desk, file, editor):
    editor(WRONG, P + 'colour = "rde"\n', P)
    ran = desk("config", "edit", answers=["y", ""])
    assert (ran.code, file.read_text(), left(desk)) == (0, P, [])
    assert "theme: no such value" in ran.err
    assert ":3: profiles.acme.colour" in ran.err


@pytest.mark.parametrize("answers", [["n"], None])
def test_who_gives_up_loses_nothing_and_goes_on_later(desk, file, editor, answers):
    before = file.read_text()
    editor(WRONG)
    ran = desk("config", "edit", answers=answers)
    assert (ran.code, file.read_text(), left(desk)) == (3, before, [WRONG])
    assert "what you wrote is in" in ran.err
    editor(P)
    ran = desk("config", "edit")
    assert "going on with" in ran.err
    assert (ran.code, file.read_text(), left(desk)) == (0, P, [])


def test_going_on_shows_what_was_left(desk, file, editor, tmp_path):
    editor(WRONG)
    desk("config", "edit")
    editor(meanwhile=f'cp "$1" "{tmp_path}/seen"')
    desk("config", "edit")
    assert (tmp_path / "seen").read_text() == WRONG


@pytest.mark.parametrize("code", [1, 130])
def test_an_editor_that_fails_changes_nothing(desk, file, editor, code):
    before = file.read_text()
    editor(P, code=code)
    ran = desk("config", "edit")
    assert (ran.code, file.read_text(), left(desk)) == (3, before, [P])
    assert f"the editor ended with {code}" in ran.err


def test_an_editor_that_is_not_there_is_named(desk, file, monkeypatch):
    monkeypatch.setenv("VISUAL", "/nowhere/ed")
    before = file.read_text()
    ran = desk("config", "edit")
    assert (ran.code, file.read_text(), left(desk)) == (2, before, [])
    assert "/nowhere/ed cannot be started" in ran.err


def test_what_somebody_else_wrote_meanwhile_is_not_overwritten(desk, file, editor):
    mine = file.read_text() + "# mine\n"
    theirs = file.read_text() + "# theirs\n"
    editor(mine, meanwhile=f'cat > "{file}" <<"X"\n{theirs}X')
    ran = desk("config", "edit")
    assert (ran.code, file.read_text(), left(desk)) == (8, theirs, [mine])
    ran = desk("config", "edit")
    assert (ran.code, file.read_text(), left(desk)) == (8, theirs, [mine])
    assert "an earlier edit was left" in ran.err


def test_what_is_no_text_is_refused(desk, file, editor, tmp_path):
    before = file.read_text()
    (tmp_path / "bytes").write_bytes(b"caf\xe9")
    editor(meanwhile=f'cat "{tmp_path}/bytes" > "$1"')
    ran = desk("config", "edit")
    assert (ran.code, file.read_text()) == (3, before)
    assert "no text in UTF-8" in ran.err


def test_the_schema_is_one_and_names_every_key(desk):
    found = json.loads(desk("config", "schema").out)
    jsonschema.Draft202012Validator.check_schema(found)
    assert list(found["properties"]["settings"]["properties"]) == list(names(SETTINGS))
    assert list(found["properties"]["profiles"]["additionalProperties"]["properties"]) == list(names(PROFILE))


def test_the_table_of_keys_is_that_of_the_values():
    assert set(names(PROFILE)) == set(Profile.__dataclass_fields__) - {"name", "proxy_password"}
    assert set(names(SETTINGS)) == set(Settings.__dataclass_fields__) - {"keys"}


VALUES = {
    "provider": (["subusers-v3"], ["v4", 1]),
    "api_user": (["ann"], ["", " ", 1]),
    "base_url": (["https://x.example/v3"], [1, True]),
    "format": (["xml"], ["yaml", True]),
    "protected": ([True], ["yes", 1]),
    "read_only": ([False], [0]),
    "colour": (["red"], ["mauve"]),
    "store": (["none"], ["file"]),
    "credential_command": ([["pass", "show"]], [[], "pass", [1], [""]]),
    "proxy": (["http://kim@proxy:3128"], [1]),
    "ca_file": (["/etc/ca.pem"], [["x"]]),
    "eu_base_url": (["", "https://eu.example/v3"], [1]),
    "max_rows": ([1, 10_000], [0, -1, 2.5, True, "5"]),
    "max_percent": ([0.5, 100], [0, 100.1, "5", True]),
    "theme": (["nord"], ["nrod", 1]),
    "refresh": (["manual", "auto", "5m", "1h", "60s", "90S"], ["never", True, "30s", "5", "", "0m"]),
    "slow_link": (["on"], [True]),
    "plain": ([True], ["yes"]),
    "mouse": ([False], [0]),
    "retention": (["0d", "12h", "90M"], ["30", 30, "-1d", ""]),
    "syslog": ([True, "/dev/log"], ["log", 1]),
}


def toml(value) -> str:
    return json.dumps(value)


def cases():
    for key, (good, bad) in VALUES.items():
        table = "" if key in names(PROFILE) and key != "refresh" else "[settings]\n"
        head = '[profiles.acme]\napi_user = "bob"\n' if not table and key != "api_user" else "[profiles.acme]\n"
        for is_good, values in ((True, good), (False, bad)):
            for value in values:
                yield pytest.param((table or head) + f"{key} = {toml(value)}\n", is_good, id=f"{key}={value}")


@pytest.mark.parametrize(("text", "is_good"), list(cases()))
def test_schema_and_reader_say_the_same_of_each_value(desk, file, text, is_good):
    file.write_text(text)
    validator = jsonschema.Draft202012Validator(json.loads(desk("config", "schema").out))
    assert validator.is_valid(tomllib.loads(text)) is is_good
    assert (desk("config", "check").code == 0) is is_good


@pytest.mark.parametrize("text", [WHOLE, "", P, '[profiles."eu.1"]\napi_user = "x"\n'])
def test_what_the_reader_takes_the_schema_takes(desk, text):
    validator = jsonschema.Draft202012Validator(json.loads(desk("config", "schema").out))
    validator.validate(tomllib.loads(text))


@pytest.mark.parametrize(
    "text",
    ["x = 1", "[setings]", "[profiles.acme]", "[profiles.'a b']\napi_user = 'x'", "[settings]\nx = 1", P + "x = 1"],
)
def test_what_the_reader_refuses_the_schema_refuses(desk, file, text):
    file.write_text(text)
    validator = jsonschema.Draft202012Validator(json.loads(desk("config", "schema").out))
    assert not validator.is_valid(tomllib.loads(text))
    assert desk("config", "check").code == 3


def test_every_key_has_values_here():
    assert set(VALUES) == {*names(PROFILE), *names(SETTINGS)}
