"""The first steps: a test that fails, a key that is kept nowhere, themes by terminal and profile."""

import pytest

from tests.harness.waiting import soon
from tests.tui.desk import acme, open_desk
from tui_reseller.tui.terminal import theme_for
from tui_reseller.tui.widgets.inputs import Choice


async def test_a_test_that_failed_keeps_what_was_typed_and_begins_where_it_is_mended(sandbox, tmp_path):
    async with open_desk(sandbox, tmp_path, first_run=True) as desk:
        await desk.press("2")
        await desk.opened("Connect a reseller account")
        elsewhere = sandbox.ready["base_url"].replace("/apiv2", "/nowhere")
        given = (("name", "mine"), ("base_url", elsewhere), ("api_user", sandbox.ready["api_user"]))
        for name, value in (*given, ("key", sandbox.ready["api_key"])):
            desk.field(name).value = value
        desk.app.screen.query_one("#field-provider", Choice).choose("reseller-v2")
        form = desk.app.screen
        await desk.read_then()
        await soon("tried", lambda: desk.app.screen is not form and desk.title.startswith("Connect"))
        await soon("what is wrong", lambda: bool(desk.problem))
        assert "does the base URL end in /apiv2" in desk.problem
        assert desk.app.screen.focused is desk.field("base_url")
        assert {name: desk.field(name).value for name, _ in given} == dict(given)
        assert desk.field("key").value == ""
        desk.field("base_url").value = sandbox.ready["base_url"]
        await desk.read_then()
        await desk.opened("The account answers")


async def test_a_key_that_is_kept_nowhere_is_asked_for_at_the_start(sandbox, tmp_path):
    async with open_desk(sandbox, tmp_path, first_run=True) as desk:
        desk.services.profiles.config.put(acme(sandbox.ready))
        desk.app.open_profile("acme")
        await desk.opened("Key of acme")
        await desk.write(sandbox.ready["api_key"])
        await desk.read_then()
        await soon("the list", lambda: desk.main.context.state.total > 0)


@pytest.mark.parametrize(
    ("term", "own", "theme"),
    [
        ("linux", "", "16"), ("linux", "light", "16"), ("vt220", "", "16"), ("xterm-256color", "", "nord"),
        ("xterm", "", "16"), ("screen", "", "16"), ("xterm-16color", "", "16"), ("xterm-kitty", "", "nord"),
        ("xterm-256color", "light", "light"), ("tmux-256color", "", "nord"),
    ],
)  # fmt: skip
def test_a_terminal_of_few_colours_has_its_own_and_a_profile_its_theme(monkeypatch, sandbox, term, own, theme):
    for name in ("NO_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", term)
    assert theme_for(acme(sandbox.ready, theme=own), "nord") == theme


async def test_a_form_in_which_nothing_was_typed_is_left_without_a_question(sandbox, tmp_path):
    async with open_desk(sandbox, tmp_path, first_run=True) as desk:
        await desk.press("2")
        await desk.opened("Connect")
        await desk.press("escape")
        await soon("it is left", lambda: not desk.app.screen.query("#form-name"))
        await desk.press("2")
        await desk.opened("Connect")
        await desk.write("http://x")
        await desk.press("escape")
        await desk.opened("Leave and discard")
