"""doctor: what it finds, what it says to do, and that it can be pasted."""

import pytest

from tui_reseller.domain.errors import CredentialsRefused
from tui_reseller.services.doctor import State, of_machine
from tui_reseller.system.machine import machine

LIKE = {"TERM": "xterm-256color", "LANG": "C.UTF-8"}


def found(ran, about):
    return next(row for row in ran.rows if row["about"] == about)


def test_it_says_what_there_is(desk):
    ran = desk("doctor")
    assert ran.code == 0
    assert found(ran, "config")["found"].startswith("1 profile,")
    assert found(ran, "ledger")["state"] == "ok"
    assert "no list on this disk" in found(ran, "profile acme")["found"]
    assert not desk.service.sent
    assert "profile acme, its service" not in {row["about"] for row in ran.rows}


def test_it_asks_the_service_only_if_told_to(desk):
    ran = desk("doctor", "--ask")
    assert ran.code == 0
    assert found(ran, "profile acme, its service")["state"] == "ok"


def test_a_refused_key_is_bad_and_never_shown(desk, monkeypatch):
    async def refused():
        raise CredentialsRefused("the service refuses the key", hint="profile set-key acme")

    monkeypatch.setattr(desk.service, "probe", refused)
    ran = desk("doctor", "--ask")
    bad = found(ran, "profile acme, its service")
    assert (ran.code, bad["state"], bad["hint"]) == (3, "bad", "profile set-key acme")
    assert desk.credentials.key.key.reveal() not in ran.out + ran.err


@pytest.mark.parametrize(
    ("text", "words"), [("[settings]\nthemes = 1\n", "themes"), ('[keys]\n"app.nonsense" = "z"\n', "app.nonsense")]
)
def test_a_wrong_config_is_named_with_its_line(desk, text, words):
    (desk.folder / "config" / "config.toml").write_text(text)
    ran = desk("doctor")
    assert ran.code == 3
    assert found(ran, "config")["state"] == "bad"
    assert "config.toml:2" in found(ran, "config")["found"]
    assert words in found(ran, "config")["found"]


@pytest.mark.parametrize(
    ("environ", "about", "colours"),
    [
        (LIKE, "colours", 256),
        (LIKE | {"TERM": "linux"}, "colours", 16),
        (LIKE | {"NO_COLOR": ""}, "colours", 0),
        (LIKE | {"COLORTERM": "truecolor"}, "colours", 1 << 24),
    ],
)
def test_colours_are_what_the_terminal_says(environ, about, colours):
    here = machine(environ)
    assert here.colours == colours
    state = next(each.state for each in of_machine(here) if each.about == about)
    assert state is (State.NOTE if colours <= 16 else State.OK)
